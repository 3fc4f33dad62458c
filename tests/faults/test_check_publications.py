"""The checker finds a publication that is lost, doubled, another one, or there against what was said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID, uuid4

from tests.faults.check_publications import check_log, check_mailboxes, check_publications
from tests.faults.findings import Finding
from tests.faults.ledger import Outcome, Publication
from tests.faults.log_facts import Published

MAILBOX, PARTY = uuid4(), uuid4()


def sent(tag: str, outcome: Outcome, message_id: UUID | None = None) -> Publication:
    return Publication(tag, "an", None, None, 1, outcome, message_id)


def there(tag: str, message_id: UUID) -> Published:
    return Published(7, message_id, MAILBOX, PARTY, tag, None)


def kinds(findings: Iterable[Finding]) -> list[str]:
    return [finding.kind for finding in findings]


def test_what_was_acknowledged_and_is_there_once_is_fine() -> None:
    message_id = uuid4()
    one = sent("a", Outcome.ACKNOWLEDGED, message_id)
    assert not list(check_publications([one], [there("a", message_id)]))


def test_an_acknowledged_publication_that_is_not_there_is_lost() -> None:
    (finding,) = check_publications([sent("a", Outcome.ACKNOWLEDGED, uuid4())], [])
    assert finding.kind == "lost"
    assert "a (" in finding.what, "it is named"


def test_a_publication_that_is_there_twice_is_doubled_whatever_its_publisher_was_told() -> None:
    for outcome in (Outcome.ACKNOWLEDGED, Outcome.UNKNOWN):
        message_id = uuid4()
        twice = [there("a", message_id), there("a", uuid4())]
        assert kinds(check_publications([sent("a", outcome, message_id)], twice)) == ["doubled"]


def test_a_publication_that_was_acknowledged_under_another_id_is_altered() -> None:
    acknowledged = sent("a", Outcome.ACKNOWLEDGED, uuid4())
    assert kinds(check_publications([acknowledged], [there("a", uuid4())])) == ["altered"]


def test_one_of_unknown_outcome_may_be_there_or_not() -> None:
    one = sent("a", Outcome.UNKNOWN)
    assert not list(check_publications([one], []))
    assert not list(check_publications([one], [there("a", uuid4())]))


def test_one_that_was_refused_with_a_promise_must_not_be_there() -> None:
    assert kinds(check_publications([sent("a", Outcome.REFUSED)], [there("a", uuid4())])) == ["surplus"]


def test_what_nobody_sent_is_surplus() -> None:
    assert kinds(check_publications([], [there("of a stranger", uuid4())])) == ["surplus"]


def test_an_event_that_is_gone_altered_or_slipped_in_is_found() -> None:
    before = {1: b"one", 2: b"two", 5: b"five"}
    assert not list(check_log(before, before))
    assert kinds(check_log(before, {1: b"one", 5: b"five"})) == ["lost"]
    assert kinds(check_log(before, before | {2: b"another"})) == ["altered"]
    assert kinds(check_log(before, before | {3: b"slipped in"})) == ["surplus"]


def test_a_second_mailbox_of_one_person_and_one_shared_by_two_are_found() -> None:
    first, second = uuid4(), uuid4()
    acknowledged = [sent("a", Outcome.ACKNOWLEDGED, first), sent("b", Outcome.ACKNOWLEDGED, second)]
    events = [there("a", first), there("b", second)]
    assert not list(check_mailboxes(acknowledged, events))
    apart = [events[0], replace(events[1], mailbox_id=uuid4())]
    assert kinds(check_mailboxes(acknowledged, apart)) == ["doubled"]
    acknowledged[1].recipient = "lea"
    assert kinds(check_mailboxes(acknowledged, events)) == ["altered"]
