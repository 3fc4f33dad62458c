"""Is what was acknowledged there, once, and nothing that was not sent?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

from tests.faults.findings import Finding
from tests.faults.ledger import Outcome, Publication
from tests.faults.log_facts import Published


def check_publications(sent: Iterable[Publication], there: Iterable[Published]) -> Iterator[Finding]:
    """Compare what publishers know with the publications in the log."""
    by_tag: dict[str, list[Published]] = {}
    for one in there:
        by_tag.setdefault(one.tag, []).append(one)
    for publication in sent:
        yield from _check(publication, by_tag.pop(publication.tag, []))
    for tag, strangers in by_tag.items():
        yield Finding("surplus", f"nobody sent {tag!r}, and it is there {len(strangers)} times")


def check_mailboxes(sent: Iterable[Publication], there: Iterable[Published]) -> Iterator[Finding]:
    """Each recipient has one mailbox, and no two of them the same."""
    recipients = {one.message_id: one.recipient for one in sent if one.message_id is not None}
    found: dict[str, set[tuple[UUID, UUID]]] = {}
    for one in there:
        if one.message_id in recipients:
            place = (one.mailbox_id, one.party_id)
            found.setdefault(recipients[one.message_id], set()).add(place)
    for person, places in found.items():
        if len(places) > 1:
            yield Finding("doubled", f"{person} has {len(places)} mailboxes")
    shared = Counter(place for places in found.values() for place in places)
    if any(count > 1 for count in shared.values()):
        yield Finding("altered", "two people share a mailbox")


def check_log(before: Mapping[int, bytes], now: Mapping[int, bytes]) -> Iterator[Finding]:
    """Every row that was read before is still there, to the byte; both are digests by position."""
    for position, digest in before.items():
        if position not in now:
            yield Finding("lost", f"the event at position {position} was there and is gone")
        elif now[position] != digest:
            yield Finding("altered", f"the event at position {position} is another one now")
    if missed := [position for position in now.keys() - before.keys() if position < max(before, default=0)]:
        yield Finding("surplus", f"events appeared behind the log's end, at {sorted(missed)[:5]}")


def _check(publication: Publication, found: list[Published]) -> Iterator[Finding]:
    name = f"{publication.tag} ({publication.message_id})"
    if len(found) > 1:
        yield Finding("doubled", f"{name} is there {len(found)} times")
    match publication.outcome:
        case Outcome.ACKNOWLEDGED if not found:
            yield Finding("lost", f"{name} was acknowledged and is not there")
        case Outcome.ACKNOWLEDGED if found[0].message_id != publication.message_id:
            yield Finding("altered", f"{name} was acknowledged and is {found[0].message_id}")
        case Outcome.REFUSED if found:
            yield Finding("surplus", f"{name}: the answer was that nothing was done, and it is there")
