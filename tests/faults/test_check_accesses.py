"""The checker finds a read that is not on record, or wrongly, and shares records as the contract says."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from tests.faults.check_accesses import LIST_SECONDS, RANGES_SECONDS, SITE, AccessRecords
from tests.faults.findings import Finding
from tests.faults.ledger import Read
from tests.faults.log_facts import Access

MAILBOX, PARTY = uuid4(), uuid4()
OWNERS = {"an": (MAILBOX, PARTY)}
NOON = 1_000_000.0
DOCUMENT = Read(
    1, NOON, NOON + 0.1, "an", "token", uuid4(), "attachment", publication=uuid4(), attachment=uuid4()
)
PART = replace(DOCUMENT, request_id=uuid4(), is_part=True)
LIST = Read(1, NOON, NOON + 0.1, "an", "token", uuid4(), "list", digest="what it showed")


def record_of(read: Read, at: float | None = None) -> Access:
    """The record that eBox ought to make."""
    return Access(
        position=1,
        at=read.begun + 0.01 if at is None else at,
        mailbox_id=MAILBOX,
        what=read.what,
        publication=read.publication,
        attachment=read.attachment,
        site=SITE,
        actor_party=PARTY,
        token_sha256=read.token_sha256,
        request_id=read.request_id,
    )


def found(reads: list[Read], *records: Access) -> list[str]:
    """What is wrong with the reads, given these records."""
    check = AccessRecords()
    check.add(records)
    findings: list[Finding] = list(check.check(reads, OWNERS))
    return [finding.kind for finding in findings]


def later(read: Read, seconds: float) -> Read:
    """The same again, so much later."""
    return replace(read, begun=read.begun + seconds, ended=read.ended + seconds, request_id=uuid4())


def test_a_read_with_its_record_is_fine_and_one_without_is_found() -> None:
    assert found([DOCUMENT], record_of(DOCUMENT)) == []
    assert found([DOCUMENT]) == ["unrecorded"]


def test_a_record_without_an_answer_is_fine() -> None:
    assert found([], record_of(DOCUMENT)) == []


def test_a_record_that_is_younger_than_the_answer_does_not_count() -> None:
    assert found([DOCUMENT], record_of(DOCUMENT, at=DOCUMENT.ended + 1)) == ["unrecorded"]


def test_a_read_that_is_recorded_twice_is_found() -> None:
    assert found([DOCUMENT], record_of(DOCUMENT), record_of(DOCUMENT)) == ["doubled"]


@pytest.mark.parametrize("field", ["mailbox_id", "publication", "attachment", "actor_party", "site", "what"])
def test_a_record_of_somebody_or_something_else_is_found(field: str) -> None:
    others: dict[str, UUID | str] = {"site": "another-site", "what": "message"}
    wrong = replace(record_of(DOCUMENT), **{field: others.get(field, uuid4())})  # type: ignore[arg-type]
    assert found([DOCUMENT], wrong) == ["wrongly recorded"]


def test_ranges_share_a_record_for_ten_minutes_and_no_longer() -> None:
    further = later(PART, RANGES_SECONDS - 1)
    assert found([PART, further], record_of(PART)) == []
    assert found([later(PART, RANGES_SECONDS + 1)], record_of(PART)) == ["unrecorded"]


def test_a_whole_document_has_a_record_of_its_own() -> None:
    assert found([PART, later(DOCUMENT, 1)], record_of(PART)) == ["unrecorded"]


def test_ranges_of_another_attachment_or_by_another_token_share_nothing() -> None:
    assert found([replace(later(PART, 1), attachment=uuid4())], record_of(PART)) == ["unrecorded"]
    assert found([replace(later(PART, 1), token_sha256="other")], record_of(PART)) == ["unrecorded"]


def test_a_list_that_shows_the_same_shares_a_record_for_a_minute_and_no_longer() -> None:
    assert found([LIST, later(LIST, LIST_SECONDS - 1)], record_of(LIST)) == []
    assert found([LIST, later(LIST, LIST_SECONDS + 1)], record_of(LIST)) == ["unrecorded"]


def test_a_list_that_shows_something_else_has_a_record_of_its_own() -> None:
    changed = replace(later(LIST, 1), digest="something else")
    assert found([LIST, changed], record_of(LIST)) == ["unrecorded"]


def test_a_list_may_share_the_record_of_one_whose_answer_got_lost() -> None:
    assert found([later(LIST, 1)], record_of(LIST)) == []
