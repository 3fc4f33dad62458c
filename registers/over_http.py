"""A register behind HTTP: a POST with the numbers in its body, so that none is in a URL or an access log.

`docs/reference/party-register.md` describes what is asked and answered. That a number exists is remembered
for a minute; whatever makes a publication fail is asked again each time. Where nobody answers, the caller is
told so: a number that was not checked is not taken for a good one.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import structlog

from domain.causes import cause_of
from domain.errors import Unavailable
from domain.identifiers import Identifier
from domain.register import Exists, Finding
from eventstore.cache import BoundedCache
from registers.protocol import Misunderstood, asked, findings_in

NUMBERS_A_CALL: Final = 1_000
REMEMBERED: Final = 100_000
MAX_ANSWER_BYTES: Final = 1024 * 1024

_WORTH_ANOTHER_TRY: Final = frozenset({429, 502, 503, 504})
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """Calls at once; tries of one; seconds to connect, for one try, and for all tries with what waits for a
    place; seconds between two tries, and that an existing number is remembered.
    """

    calls: int = 8
    tries: int = 3
    connect_seconds: float = 2.0
    try_seconds: float = 5.0
    seconds: float = 12.0
    pause_seconds: float = 0.2
    remember_seconds: float = 60.0


class _Refused(Exception):
    """The service answered, with another status than 200."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status = status


class HttpRegister:
    """Implements `domain.register.PartyRegister`. For one event loop; close it with `aclose`.

    `http` carries the certificate and the token, where the service wants them; it is closed with this.
    """

    def __init__(self, url: str, http: httpx.AsyncClient, limits: HttpLimits = HttpLimits()) -> None:
        self._url = url
        self._http = http
        self._limits = limits
        self._places = asyncio.Semaphore(limits.calls)
        self._existing: BoundedCache[Identifier, Exists] = BoundedCache(REMEMBERED)

    async def check(self, identifier: Identifier) -> Finding:
        """What the service says of this number, or said within the last minute."""
        return (await self.check_all([identifier]))[identifier]

    async def check_all(self, identifiers: Collection[Identifier]) -> dict[Identifier, Finding]:
        """The same of many, up to 1,000 in a call, several calls at once."""
        found: dict[Identifier, Finding] = {}
        unknown: list[Identifier] = []
        for identifier in dict.fromkeys(identifiers):
            remembered = self._existing.get(identifier, None)
            if remembered is None:
                unknown.append(identifier)
            else:
                found[identifier] = remembered
        parts = [unknown[at : at + NUMBERS_A_CALL] for at in range(0, len(unknown), NUMBERS_A_CALL)]
        for answered in await self._ask_each(parts):
            found.update(answered)
        return found

    async def answers(self) -> None:
        """Raise `Unavailable` unless the service answers: it is asked about no number."""
        await self._ask([])

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _ask_each(self, parts: Sequence[list[Identifier]]) -> list[dict[Identifier, Finding]]:
        if len(parts) <= 1:
            return [await self._ask(part) for part in parts]
        try:
            async with asyncio.TaskGroup() as group:
                asking = [group.create_task(self._ask(part)) for part in parts]
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None  # the others were cancelled, or say the same
        return [task.result() for task in asking]

    async def _ask(self, identifiers: Sequence[Identifier]) -> dict[Identifier, Finding]:
        try:
            async with asyncio.timeout(self._limits.seconds), self._places:
                findings = findings_in(await self._try(asked(identifiers)), identifiers)
        except (httpx.HTTPError, TimeoutError, Misunderstood, _Refused) as error:
            status = error.status if isinstance(error, _Refused) else None
            _log.warning("party_register.no_answer", error=cause_of(error), status=status)
            raise Unavailable("the party register", retry_after=5) from error
        for identifier, finding in findings.items():
            if isinstance(finding, Exists):
                self._existing.put(identifier, finding, self._limits.remember_seconds)
        return findings

    async def _try(self, question: dict[str, Any]) -> bytes:
        for left in reversed(range(self._limits.tries)):
            try:
                async with asyncio.timeout(self._limits.try_seconds):
                    return await self._post(question)
            except (httpx.TransportError, TimeoutError):
                if not left:
                    raise
            except _Refused as refused:
                if not left or refused.status not in _WORTH_ANOTHER_TRY:
                    raise
            await asyncio.sleep(self._limits.pause_seconds)
        raise AssertionError("the last try returns or raises")

    async def _post(self, question: dict[str, Any]) -> bytes:
        body = bytearray()
        asking = self._http.stream("POST", self._url, json=question, follow_redirects=False)
        async with asking as answer:
            if answer.status_code != httpx.codes.OK:
                raise _Refused(answer.status_code)
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) > MAX_ANSWER_BYTES:
                    raise Misunderstood("the answer is too long")
        return bytes(body)


def client(
    token: str | None, certificate: Path | None, limits: HttpLimits = HttpLimits()
) -> httpx.AsyncClient:
    """What a register is asked through. `certificate`: a PEM file with our key and certificate (mutual TLS).

    The service's own certificate is checked against the system's authorities. Raises OSError where the file
    is none (`ssl.SSLError` is one).
    """
    context = ssl.create_default_context()
    if certificate is not None:
        context.load_cert_chain(certificate)
    return httpx.AsyncClient(
        verify=context,
        headers={"Authorization": f"Bearer {token}"} if token else {},
        timeout=httpx.Timeout(limits.try_seconds, connect=limits.connect_seconds),
        limits=httpx.Limits(max_connections=limits.calls, max_keepalive_connections=limits.calls),
        trust_env=False,
    )
