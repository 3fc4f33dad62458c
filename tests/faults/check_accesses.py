"""Is every read on record, committed before it was answered, and on the right person, site and thing?

What may count as one access with an earlier one is exactly what the contract says: ranges of one attachment
by one token within ten minutes, and an unchanged list by one token within sixty seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

from tests.faults.findings import Finding
from tests.faults.ledger import Read
from tests.faults.log_facts import Access

SITE = "demo-site"
RANGES_SECONDS = 600.0
LIST_SECONDS = 60.0
_ATTACHMENT, _LIST = "attachment", "list"


class AccessRecords:
    """The records, and what was read under them. Grows as the log does."""

    def __init__(self) -> None:
        self._by_request: dict[UUID, list[Access]] = {}
        self._by_thing: dict[tuple[str, str, UUID | None], list[Access]] = {}
        self._lists: dict[UUID, str | None] = {}

    def add(self, accesses: Iterable[Access]) -> None:
        """Take more of the log in."""
        for one in accesses:
            self._by_request.setdefault(one.request_id, []).append(one)
            self._by_thing.setdefault((one.token_sha256, one.what, one.attachment), []).append(one)

    def check(self, reads: Iterable[Read], owners: Mapping[str, tuple[UUID, UUID]]) -> Iterator[Finding]:
        """Compare reads with the records. `owners`: each person's mailbox and party, as publications show."""
        reads = list(reads)
        self._lists |= {one.request_id: one.digest for one in reads if one.what == _LIST}
        for read in reads:
            yield from self._check(read, owners.get(read.person))

    def _check(self, read: Read, owner: tuple[UUID, UUID] | None) -> Iterator[Finding]:
        name = f"{read.what} {read.publication or ''} by {read.person}, request {read.request_id}"
        own = self._by_request.get(read.request_id, [])
        if len(own) > 1:
            yield Finding("doubled", f"{name}: {len(own)} records")
        record = own[0] if own else self._earlier(read)
        if record is None:
            yield Finding("unrecorded", name)
            return
        if record.at > read.ended:
            yield Finding("unrecorded", f"{name}: the record is younger than the answer")
        expected = (read.what, read.publication, read.attachment, SITE, read.token_sha256)
        recorded = (record.what, record.publication, record.attachment, record.site, record.token_sha256)
        if recorded != expected or (owner and (record.mailbox_id, record.actor_party) != owner):
            yield Finding("wrongly recorded", name)

    def _earlier(self, read: Read) -> Access | None:
        """The record that this read may share."""
        if not (read.what == _LIST or (read.what == _ATTACHMENT and read.is_part)):
            return None
        within = LIST_SECONDS if read.what == _LIST else RANGES_SECONDS
        for one in self._by_thing.get((read.token_sha256, read.what, read.attachment), []):
            is_recent = one.at <= read.ended and read.begun - one.at < within
            if is_recent and (read.what != _LIST or self._showed_the_same(one, read)):
                return one
        return None

    def _showed_the_same(self, record: Access, read: Read) -> bool:
        """Whether the recorded list was this one. Of one whose answer got lost on its way nobody can tell."""
        if record.request_id not in self._lists:
            return True
        return self._lists[record.request_id] == read.digest
