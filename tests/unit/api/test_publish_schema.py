"""`messageToPublish`: what is accepted, and that every refusal names the caller's field."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from api.schemas.publish import message_schema, parse_message
from domain.errors import InvalidInput
from domain.identifiers import EnterpriseNumber, Ssin
from tests.unit.api.forms import message, with_attachment
from tests.unit.api.parsing import issues, parsed

DIGEST = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"


def test_a_message_for_a_citizen_is_read_whole() -> None:
    draft = parsed(
        with_attachment(
            sender={"eboxType": "enterprise", "enterpriseNumber": "0206731645"},
            subject={"nl": "a", "fr": "b", "de": None, "en": "c"},
            expirationDate="2030-01-31T12:00:00.5+01:00",
            forTheAttentionOf={"label": "HR"},
            businessDataList=[{"key": "year", "name": {"nl": "jaar"}, "values": [{"nl": "2026"}]}],
            nonSensitiveTitle={"nl": "Een bericht"},
        )
        | {
            "attachments": [
                {
                    "httpPartName": "upfile1",
                    "isMainContent": True,
                    "isAttachmentSigned": True,
                    "attachmentTitle": {"nl": "Overzicht"},
                    "digest": {"digestMethod": "sha_256", "digestValue": DIGEST},
                }
            ]
        }
    )
    assert draft.recipient == Ssin("81050103522")
    assert draft.sender == "0206731645"
    assert draft.subject == {"nl": "a", "fr": "b", "en": "c"}
    assert draft.expires == datetime(2030, 1, 31, 11, 0, 0, 500_000, tzinfo=UTC)
    assert draft.attention_of is not None
    assert draft.attention_of.label == "HR"
    assert draft.business_data[0].values == [{"nl": "2026"}]
    assert draft.non_sensitive_title == {"nl": "Een bericht"}
    (attachment,) = draft.attachments
    assert attachment.part == "upfile1"
    assert attachment.is_main
    assert attachment.is_signed
    assert attachment.title == {"nl": "Overzicht"}
    assert attachment.sha256 is not None
    assert attachment.sha256.hex().startswith("e3b0c44298fc1c14")


def test_a_message_for_an_enterprise_is_found_by_its_enterprise_number() -> None:
    draft = parsed(message(recipient={"eboxType": "enterprise", "enterpriseNumber": "0884303369"}))
    assert draft.recipient == EnterpriseNumber("0884303369")


def test_the_canonical_spelling_ignores_order_and_white_space() -> None:
    document = message()
    backwards = dict(reversed(document.items()))
    _, one = parse_message(json.dumps(document, indent=3).encode())
    _, other = parse_message(json.dumps(backwards).encode())
    assert one == other


def test_another_message_has_another_canonical_spelling() -> None:
    _, one = parse_message(json.dumps(message()).encode())
    _, other = parse_message(json.dumps(message(bodyContent={"nl": "Dag"})).encode())
    assert one != other


def test_unknown_fields_are_refused_by_name_wherever_they_stand() -> None:
    document = with_attachment(surprise=1) | {"subject": {"nl": "a", "it": "b"}}
    document["attachments"][0]["mainContent"] = True
    assert issues(document) == {
        "messageToPublish.surprise": "unknownInput",
        "messageToPublish.subject.it": "unknownInput",
        "messageToPublish.attachments[0].mainContent": "unknownInput",
    }


def test_pythons_own_names_of_the_fields_are_unknown() -> None:
    assert issues(message(message_type_id="X")) == {"messageToPublish.message_type_id": "unknownInput"}


def test_every_wrong_type_is_named_at_once() -> None:
    document = message(
        subject={"nl": 3}, isBodyMainContent="true", attachments={}, messageTypeId=None, businessDataList=[1]
    )
    assert issues(document) == {
        "messageToPublish.subject.nl": "schemaViolation",
        "messageToPublish.isBodyMainContent": "schemaViolation",
        "messageToPublish.attachments": "schemaViolation",
        "messageToPublish.messageTypeId": "schemaViolation",
        "messageToPublish.businessDataList[0]": "schemaViolation",
    }


def test_what_is_missing_is_named() -> None:
    assert set(issues(b"{}").values()) == {"required"}
    assert "messageToPublish.recipient" in issues(b"{}")


@pytest.mark.parametrize(
    ("recipient", "field"),
    [
        ({"eboxType": "citizen", "ssin": "81050103521"}, "recipient.ssin"),
        ({"eboxType": "citizen", "ssin": "8105010352"}, "recipient.ssin"),
        ({"eboxType": "citizen", "ssin": "\u0661" * 11}, "recipient.ssin"),
        ({"eboxType": "enterprise", "enterpriseNumber": "0884303370"}, "recipient.enterpriseNumber"),
        ({"eboxType": "enterprise", "enterpriseNumber": "884303369"}, "recipient.enterpriseNumber"),
    ],
)
def test_a_number_that_breaks_its_registers_rules_is_refused_without_being_repeated(
    recipient: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parsed(message(recipient=recipient))
    (issue,) = refusal.value.issues
    assert (issue.field, issue.code) == (f"messageToPublish.{field}", "invalidIdentifier")
    number = recipient.get("ssin") or recipient["enterpriseNumber"]
    assert number not in issue.detail
    assert number not in str(refusal.value)


@pytest.mark.parametrize(
    ("recipient", "refused"),
    [
        ({"eboxType": "citizen", "enterpriseNumber": "0884303369"}, {"ssin", "enterpriseNumber"}),
        ({"eboxType": "enterprise", "ssin": "81050103522"}, {"ssin", "enterpriseNumber"}),
        (
            {"eboxType": "citizen", "ssin": "81050103522", "enterpriseNumber": "0884303369"},
            {"enterpriseNumber"},
        ),
        ({"eboxType": "person", "ssin": "81050103522"}, {"eboxType"}),
    ],
)
def test_a_recipients_number_is_of_its_type(recipient: dict[str, str], refused: set[str]) -> None:
    assert set(issues(message(recipient=recipient))) == {
        f"messageToPublish.recipient.{one}" for one in refused
    }


def test_wrong_numbers_of_others_are_named_too() -> None:
    document = message(
        sender={"eboxType": "enterprise", "enterpriseNumber": "0206731646"},
        forTheAttentionOf={"ssin": "81050103521"},
    )
    assert issues(document) == {
        "messageToPublish.sender.enterpriseNumber": "invalidIdentifier",
        "messageToPublish.forTheAttentionOf.ssin": "invalidIdentifier",
    }


@pytest.mark.parametrize(
    "moment",
    [
        "2030-01-31",
        "2030-01-31T12:00:00",
        "2030-02-30T12:00:00Z",
        "2030-01-31T25:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "tomorrow",
        "",
    ],
)
def test_an_expiration_date_is_a_moment_that_exists_with_its_offset(moment: str) -> None:
    assert issues(message(expirationDate=moment)) == {"messageToPublish.expirationDate": "schemaViolation"}


def test_an_expiration_date_keeps_its_moment() -> None:
    draft = parsed(message(expirationDate="2030-01-31t12:00:00-03:30"))
    assert draft.expires is not None
    assert draft.expires.utcoffset() == -timedelta(hours=3, minutes=30)


@pytest.mark.parametrize("value", ["\ud800", "a\x00b", "line\nbreak", "\x1b[31m", "a\u2028b", "a\x85b"])
def test_a_subject_is_one_line_of_print(value: str) -> None:
    assert issues(message(subject={"nl": value})) == {"messageToPublish.subject.nl": "controlCharacter"}


def test_a_body_may_have_lines_but_no_other_control_characters() -> None:
    assert parsed(message(bodyContent={"nl": "a\r\n\tb"})).body == {"nl": "a\r\n\tb"}
    assert issues(message(bodyContent={"nl": "a\x00"})) == {
        "messageToPublish.bodyContent.nl": "controlCharacter"
    }


@pytest.mark.parametrize(
    "digest",
    [
        {"digestMethod": "sha_256", "digestValue": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},
        {"digestMethod": "sha_256", "digestValue": "short"},
        {"digestMethod": "sha_256", "digestValue": "\u00e9" * 43},
    ],
)
def test_a_digest_is_base64url_of_32_bytes(digest: dict[str, str]) -> None:
    document = with_attachment()
    document["attachments"][0]["digest"] = digest
    assert issues(document) == {"messageToPublish.attachments[0].digest.digestValue": "schemaViolation"}


def test_only_sha_256_is_a_digest() -> None:
    document = with_attachment()
    document["attachments"][0]["digest"] = {"digestMethod": "md5", "digestValue": DIGEST}
    assert issues(document) == {"messageToPublish.attachments[0].digest.digestMethod": "schemaViolation"}


def test_lists_without_an_end_are_refused_by_their_length() -> None:
    assert issues(message(attachments=[1] * 100_000)) == {"messageToPublish.attachments": "tooLong"}
    document = message(businessDataList=[{"key": "k", "values": [{}] * 101}])
    assert issues(document) == {"messageToPublish.businessDataList[0].values": "tooLong"}


def test_a_name_made_up_by_the_caller_is_repeated_only_as_print_and_in_part() -> None:
    assert list(issues(message(**{"x\x1b" + "y" * 1000: 1}))) == ["messageToPublish.x?" + "y" * 62]


def test_half_a_surrogate_pair_is_no_name() -> None:
    assert issues(message(**{"\ud800": 1})) == {"messageToPublish": "schemaViolation"}


def test_the_description_names_exactly_the_fields_that_are_acted_upon() -> None:
    fields = set(message_schema()["MessageToPublish"]["properties"])
    assert fields == {
        "sender",
        "recipient",
        "subject",
        "messageTypeId",
        "senderApplicationId",
        "attachments",
        "isBodyMainContent",
        "bodyContent",
        "paymentData",
        "isReplyAuthorized",
        "originalMessageId",
        "isRegisteredMail",
        "isConfirmationNeeded",
        "dueDate",
        "expirationDate",
        "requestedPublishTime",
        "forTheAttentionOf",
        "businessDataList",
        "nonSensitiveTitle",
    }
