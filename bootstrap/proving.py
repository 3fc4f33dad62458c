"""Who reads the audit log for others: what serves it, proves from it and exports it."""

from __future__ import annotations

from functools import cached_property
from typing import Final

from application.plain_words import PlainWords
from audit.proving.exporting import HistoryExport
from audit.proving.heads import Heads
from audit.proving.log import ProvenLog
from audit.proving.numbered import NumberedHistory
from audit.proving.own import OwnProofs
from audit.proving.proofs import Proofs
from audit.proving.served import ServedLog
from bootstrap.audit_use_cases import AuditUseCases
from threads import BoundedThreads
from web.sentences import Sentences

READERS: Final = 4
WAITING: Final = 128
SECONDS: Final = 10.0


class Proving(AuditUseCases):
    """The readers of the audit log."""

    @cached_property
    def proven_log(self) -> ProvenLog:
        """The published log and its rows."""
        return ProvenLog(self.published_log, self.leaf_rows)

    @cached_property
    def served_log(self) -> ServedLog:
        """The same, without blocking."""
        threads = BoundedThreads("audit log", READERS, waiting=WAITING, seconds=SECONDS)
        self.exits.callback(threads.close)
        return ServedLog(self.proven_log, threads)

    @cached_property
    def proofs(self) -> Proofs:
        """Senders and auditors have it proved."""
        return Proofs(
            log=self.served_log,
            events=self.events,
            authority=self.authority,
            parties=self.parties,
            publications=self.publications,
            clock=self.clock,
        )

    @cached_property
    def numbered_history(self) -> NumberedHistory:
        """Owners ask who looked, and see every number."""
        return NumberedHistory(history=self.own_history, log=self.served_log)

    @cached_property
    def own_proofs(self) -> OwnProofs:
        """Owners have it proved."""
        return OwnProofs(
            log=self.served_log,
            heads=Heads(self.proven_log, self.published_log),
            events=self.events,
            authority=self.authority,
            clock=self.clock,
        )

    @cached_property
    def plain_words(self) -> PlainWords:
        """The portal's sentences."""
        return Sentences()

    @cached_property
    def history_export(self) -> HistoryExport:
        """Owners take their history home."""
        return HistoryExport(
            own=self.own_proofs,
            log=self.served_log,
            events=self.events,
            authority=self.authority,
            parties=self.parties,
            database=self.read_database,
            positions=self.positions,
            reference=self.reference,
            words=self.plain_words,
            clock=self.clock,
        )
