"""The rules of a publication's JSON, each naming the caller's field."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.draft import AttachmentDraft, MessageDraft
from domain.draft_rules import check_draft
from domain.draft_times import check_due, expiry
from domain.errors import InvalidInput
from domain.events.message import Addressee, BusinessDatum
from domain.events.reference import Validity
from domain.identifiers import Ssin

MAIN = AttachmentDraft("upfile1", is_main=True, is_signed=False, title=None, sha256=None)
EXTRA = AttachmentDraft("upfile2", is_main=False, is_signed=False, title={"en": "Annex"}, sha256=None)

GOOD = MessageDraft(
    recipient=Ssin("81050103522"),
    subject={"nl": "Uw pensioen"},
    message_type="PENSION_STATEMENT",
    application="demo.pensions",
    attachments=[MAIN, EXTRA],
    is_body_main=False,
    body=None,
)


@pytest.mark.parametrize(
    "draft",
    [
        GOOD,
        replace(GOOD, attachments=[], is_body_main=True, body={"nl": "Beste"}),
        replace(GOOD, attachments=[EXTRA], is_body_main=True, body={"nl": "x" * 65_536}),
        replace(GOOD, subject={"nl": "x" * 400}),
        replace(GOOD, business_data=[BusinessDatum("k", None, [{"nl": "x" * 256}])] * 50),
        replace(GOOD, attention_of=Addressee(None, "x" * 100)),
    ],
)
def test_accepted(draft: MessageDraft) -> None:
    check_draft(draft)


@pytest.mark.parametrize(
    ("draft", "field", "code"),
    [
        (replace(GOOD, subject={}), "subject", "required"),
        (replace(GOOD, subject={"nl": " "}), "subject.nl", "empty"),
        (replace(GOOD, subject={"fr": "x" * 401}), "subject.fr", "tooLong"),
        (replace(GOOD, non_sensitive_title={"de": "x" * 401}), "nonSensitiveTitle.de", "tooLong"),
        (replace(GOOD, body={"nl": "é" * 32_769}), "bodyContent.nl", "tooLong"),
        (replace(GOOD, attachments=[MAIN, MAIN]), "attachments", "notOneMainContent"),
        (replace(GOOD, attachments=[MAIN, MAIN]), "attachments[1].httpPartName", "repeated"),
        (replace(GOOD, attachments=[EXTRA]), "attachments", "notOneMainContent"),
        (replace(GOOD, attachments=[]), "isBodyMainContent", "notOneMainContent"),
        (replace(GOOD, is_body_main=True, body={"nl": "Beste"}), "attachments", "notOneMainContent"),
        (replace(GOOD, attachments=[], is_body_main=True), "bodyContent", "required"),
        (replace(GOOD, attachments=[MAIN] + [EXTRA] * 6), "attachments", "tooMany"),
        (replace(GOOD, attention_of=Addressee(None, "x" * 101)), "forTheAttentionOf.label", "tooLong"),
        (
            replace(GOOD, business_data=[BusinessDatum("k", None, [{"nl": "x" * 257}])]),
            "businessDataList[0].values[0].nl",
            "tooLong",
        ),
        (replace(GOOD, business_data=[BusinessDatum("k", None, [])] * 51), "businessDataList", "tooMany"),
        (replace(GOOD, attachments=[replace(MAIN, part=None)]), "attachments[0].httpPartName", "required"),
        (
            replace(GOOD, attachments=[replace(MAIN, document_id=UUID(int=1))]),
            "attachments[0].documentId",
            "notBoth",
        ),
    ],
)
def test_refused_by_name(draft: MessageDraft, field: str, code: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        check_draft(draft)
    assert (f"messageToPublish.{field}", code) in {(issue.field, issue.code) for issue in raised.value.issues}


def test_a_message_type_s_validity_ends_at_the_end_of_a_day_in_brussels() -> None:
    published = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)  # 00:30 on 2 July there
    assert expiry(GOOD, Validity(10, 0), published) == datetime(2036, 7, 2, 21, 59, 59, 999999, tzinfo=UTC)
    assert expiry(GOOD, Validity(0, 30), published) == datetime(2026, 8, 1, 21, 59, 59, 999999, tzinfo=UTC)


def test_a_year_after_29_february_is_28_february() -> None:
    published = datetime(2028, 2, 29, 12, tzinfo=UTC)
    assert expiry(GOOD, Validity(1, 0), published).date().isoformat() == "2029-02-28"


def test_months_end_with_the_day_or_with_their_last() -> None:
    published = datetime(2027, 11, 30, 12, tzinfo=UTC)
    assert expiry(GOOD, Validity(0, 0, months=3), published).date().isoformat() == "2028-02-29"
    assert expiry(GOOD, Validity(1, 1, months=1), published).date().isoformat() == "2028-12-31"


def test_a_due_date_lies_ahead_and_within_the_validity() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    check_due(replace(GOOD, due=now + timedelta(days=1)), now, now + timedelta(days=1))
    for due, code in ((now, "inThePast"), (now + timedelta(days=2), "afterExpiration")):
        with pytest.raises(InvalidInput, match=f"messageToPublish.dueDate: {code}"):
            check_due(replace(GOOD, due=due), now, now + timedelta(days=1))


def test_a_sender_may_shorten_the_validity_but_not_lengthen_it() -> None:
    published = datetime(2026, 11, 22, 12, tzinfo=UTC)
    sooner = replace(GOOD, expires=published + timedelta(days=10))
    assert expiry(sooner, Validity(1, 0), published) == datetime(2026, 12, 2, 22, 59, 59, 999999, tzinfo=UTC)
    for wrong, code in ((timedelta(days=400), "beyondValidity"), (timedelta(days=-2), "inThePast")):
        with pytest.raises(InvalidInput, match=f"expirationDate: {code}"):
            expiry(replace(GOOD, expires=published + wrong), Validity(1, 0), published)


@pytest.mark.parametrize(
    ("draft", "field", "code"),
    [
        (replace(GOOD, attachments=[], is_body_main=True, body={"en": "  "}), "bodyContent.en", "empty"),
        (replace(GOOD, attention_of=Addressee(None, "")), "forTheAttentionOf.label", "empty"),
        (
            replace(GOOD, attachments=[replace(MAIN, title={"en": "x" * 401})]),
            "attachments[0].attachmentTitle.en",
            "tooLong",
        ),
        (
            replace(GOOD, business_data=[BusinessDatum("k", {"en": "x" * 401}, [{"en": "v"}])]),
            "businessDataList[0].name.en",
            "tooLong",
        ),
        (
            replace(GOOD, business_data=[BusinessDatum("k", None, [])]),
            "businessDataList[0].values",
            "required",
        ),
        (
            replace(GOOD, business_data=[BusinessDatum("k", None, [{}])]),
            "businessDataList[0].values[0]",
            "required",
        ),
        (
            replace(GOOD, business_data=[BusinessDatum("k", None, [{"en": "x" * 256}] * 7)] * 50),
            "businessDataList",
            "tooLong",
        ),
    ],
)
def test_nothing_empty_and_nothing_without_a_limit(draft: MessageDraft, field: str, code: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        check_draft(draft)
    assert (f"messageToPublish.{field}", code) in {(issue.field, issue.code) for issue in raised.value.issues}
