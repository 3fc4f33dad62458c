"""After each round: compares what was told with what is there, everything that is new and counts over all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID

import psycopg
from eventsourcing.persistence import StoredEvent

from bootstrap.audit_log import LOG_FOLDER
from bootstrap.stores import Stores
from tests.faults.check_accesses import AccessRecords
from tests.faults.check_audit_log import AuditLogCheck
from tests.faults.check_mails import Mail, MailCheck
from tests.faults.check_publications import check_log, check_mailboxes, check_publications
from tests.faults.findings import Finding
from tests.faults.ledger import Ledger, Outcome, Publication
from tests.faults.log_facts import LogFacts, digest_of, rows_after
from tests.faults.makers import Traces, mail_of
from tests.faults.served import ReadModelCheck
from tests.faults.stage import Stage


class Checker:
    """Knows the ledger and goes to the databases and mailboxes itself."""

    def __init__(self, stage: Stage, ledger: Ledger, traces: Traces) -> None:
        self._stage = stage
        self._ledger = ledger
        self._traces = traces
        self._url = stage.direct["EBOX_EVENT_STORE_URL"]
        self._records = AccessRecords()
        self._read_models = ReadModelCheck(stage.postgres, stage.direct["EBOX_READ_MODEL_URL"])
        self._audit_log = AuditLogCheck(stage.installation.data / LOG_FOLDER, self._url)
        self._checked_reads = self._added_accesses = 0
        self._found: set[Finding] = set()
        before = list(rows_after(self._url, 0))
        self._begins_after = before[-1][0]
        self._earlier = {str(stored.originator_id) for _, stored in before}
        self.facts = LogFacts(self._begins_after)
        self.mails: list[Mail] = []
        self.repeats = self.waiting = 0

    @property
    def attachments(self) -> dict[UUID, UUID | None]:
        """Which document belongs to which message."""
        return {one.message_id: one.attachment_id for one in self.facts.published}

    def present(self, round_number: int | None = None) -> list[Publication]:
        """What is there, of one round or of all, whether or not it was acknowledged; each with its id."""
        ids = {one.tag: one.message_id for one in self.facts.published}
        return [
            replace(one, message_id=ids[one.tag])
            for one in self._ledger.publications
            if one.tag in ids and round_number in {None, one.round}
        ]

    def read_log(self) -> None:
        """Take in what the log has got since the last time, and the mails that came."""
        with self._stores() as stores:
            for position, stored in rows_after(self._url, self.facts.position):
                self.facts.take(position, stored, stores.events.mapper)
        self.mails += [
            mail_of(mail["Message-ID"], mail["Delivered-To"]) for mail in self._stage.postfix.take_messages()
        ]
        self.mails += self._traces.mails
        self._traces.mails.clear()

    def check(self, *, everything: bool) -> list[Finding]:
        """What is wrong, and was not found before. `everything`: reads the whole log again and rebuilds."""
        found = [*self._compare(everything=everything), *self.check_mails(is_final=False)]
        with self._stores() as stores:
            head = self.facts.position
            found += self._read_models.check(stores.events, head, from_the_start=everything)
        found += self._audit_log.check(everything=everything)
        return self._new(found)

    def check_mails(self, *, is_final: bool) -> list[Finding]:
        """Whether everybody was told; unless it is final, what waits is counted and no more."""
        expected = [one.message_id for one in self.present() if one.recipient == "an" and one.message_id]
        check = MailCheck(expected, self._traces.refusals, is_final)
        mails = [mail for mail in self.mails if mail.message_id not in self._earlier]
        found = list(check.check(self.facts, mails))
        self.waiting, self.repeats = check.waiting, check.repeats
        return self._new(found)

    def all_mails_came(self) -> bool:
        """Whether each notification that is on record as sent has its mail."""
        came = {mail.message_id for mail in self.mails}
        return all(str(one.notification_id) in came for one in self.facts.told if one.topic == "sent")

    def _compare(self, *, everything: bool) -> Iterator[Finding]:
        yield from check_publications(self._ledger.publications, self.facts.published)
        yield from check_mailboxes(self._ledger.acknowledged(), self.facts.published)
        if everything:
            now = {at: digest_of(stored) for at, stored in self._known_rows()}
            yield from check_log(self.facts.digests, now)
        elif (count := self._count()) != len(self.facts.digests):
            yield Finding("lost", f"the log has {count} events where it had {len(self.facts.digests)}")
        self._records.add(self.facts.accesses[self._added_accesses :])
        self._added_accesses = len(self.facts.accesses)
        reads = self._ledger.reads[self._checked_reads :]
        self._checked_reads = len(self._ledger.reads)
        yield from self._records.check(reads, self._owners())
        for oddity in self._ledger.oddities:
            yield Finding("altered" if oddity.is_altered else "answered wrongly", str(oddity))

    def _owners(self) -> dict[str, tuple[UUID, UUID]]:
        """Each person's mailbox and party, from what they were sent."""
        people = {
            one.message_id: one.recipient
            for one in self._ledger.publications
            if one.outcome is Outcome.ACKNOWLEDGED
        }
        return {
            people[one.message_id]: (one.mailbox_id, one.party_id)
            for one in self.facts.published
            if one.message_id in people
        }

    def _known_rows(self) -> Iterator[tuple[int, StoredEvent]]:
        for position, stored in rows_after(self._url, self._begins_after):
            if position <= self.facts.position:
                yield position, stored

    def _count(self) -> int:
        with psycopg.connect(self._url) as connection:
            row = connection.execute(
                "SELECT count(*) FROM stored_events WHERE notification_id > %s AND notification_id <= %s",
                (self._begins_after, self.facts.position),
            ).fetchone()
        return int(row[0]) if row else 0

    def _new(self, found: list[Finding]) -> list[Finding]:
        new = [one for one in dict.fromkeys(found) if one not in self._found]
        self._found.update(new)
        return new

    @contextmanager
    def _stores(self) -> Iterator[Stores]:
        stores = self._stage.stores()
        try:
            yield stores
        finally:
            asyncio.run(stores.aclose())
