"""Reads the main content of messages once more, when all is quiet: is it there, and what was published?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import UUID

from tests.faults.callers import Reader, Token
from tests.faults.findings import Finding
from tests.faults.ledger import Ledger, Publication

TRIES = 3


@dataclass(frozen=True, slots=True)
class Downloads:
    """By whom, from where, and which document belongs to which message."""

    urls: Sequence[str]
    tokens: Mapping[str, Token]
    ledger: Ledger
    attachments: Mapping[UUID, UUID | None]

    def check(self, round_number: int, publications: Sequence[Publication]) -> list[Finding]:
        """Read each as its recipient. What is another content than was published, the ledger says."""
        readers = [token for name, token in self.tokens.items() if name != "partner"]
        shares: dict[str, list[Publication]] = {token.text: [] for token in readers}
        for number, one in enumerate(publications):
            mine = [token for token in readers if token.person == one.recipient]
            shares[mine[number % len(mine)].text].append(one)
        with ThreadPoolExecutor(len(readers)) as threads:
            work = [
                threads.submit(self._read_all, token, shares[token.text], round_number) for token in readers
            ]
            return [finding for one in work for finding in one.result()]

    def _read_all(self, token: Token, mine: Sequence[Publication], round_number: int) -> list[Finding]:
        with Reader(self.urls, token, self.ledger, round_number) as reader:
            return [
                Finding("lost", f"the content of {one.tag} ({one.message_id}) cannot be had")
                for one in mine
                if not any(self._read(reader, one) for _ in range(TRIES))
            ]

    def _read(self, reader: Reader, one: Publication) -> bool:
        attachment = self.attachments.get(one.message_id) if one.message_id else None
        if one.document is None or attachment is None:
            return reader.body(one)
        return reader.content(one, attachment, one.document, None)
