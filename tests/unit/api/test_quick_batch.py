"""The quick reader of batches takes nothing that the thorough one would read differently."""

from __future__ import annotations

import json
from typing import Any

import pytest

from api.schemas.batch import read_thoroughly
from api.schemas.quick_batch import read_quickly
from application.chunks import BatchItem
from tests.unit.api.forms import message

DATUM = {"key": "file", "name": {"fr": "dossier"}, "values": [{"nl": "2026/1"}, {"nl": 'a":b', "fr": "ç"}]}


def item(**changes: Any) -> bytes:
    return json.dumps({"messageToPublish": message(**changes)}, ensure_ascii=False).encode()


USUAL = [
    item(),
    item(bodyContent={"nl": "a\n\tb", "fr": "é"}, subject={"nl": "a", "fr": "b", "de": "c", "en": "d"}),
    item(businessDataList=[DATUM]),
    item(recipient={"eboxType": "enterprise", "enterpriseNumber": "0884303369"}),
    item(isReplyAuthorized=True, isRegisteredMail=True, isConfirmationNeeded=True, bodyContent=None),
    json.dumps({"idempotencyKey": "k", "messageToPublish": message()}, separators=(",", ":")).encode(),
    json.dumps({"messageToPublish": message()}, indent=2).encode(),
]


@pytest.mark.parametrize("data", USUAL)
def test_the_usual_is_read_quickly_and_as_the_thorough_reader_does(data: bytes) -> None:
    quick = read_quickly(data, "default")
    assert isinstance(quick, BatchItem)
    assert quick == read_thoroughly(data, "default")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"messageToPublish": {}}',
        item(surprise=1),
        item(subject={"nl": "line\nbreak"}),
        item(subject={"nl": "\x85"}),
        item(bodyContent={"nl": "a\x00"}),
        item(recipient={"eboxType": "citizen", "ssin": "81050103523"}),
        item(recipient={"eboxType": "citizen"}),
        item(recipient={"eboxType": "citizen", "ssin": "81050103522", "enterpriseNumber": "0884303369"}),
        item(messageTypeId=""),
        item(messageTypeId="é"),
        item(isBodyMainContent=None),
        item(businessDataList=[{"key": "k", "values": []}] * 51),
        item(businessDataList=[{"key": "k", "values": [{}] * 101}]),
        item(dueDate="2027-01-31T00:00:00Z"),
        item().replace(b'"nl": "Beste"', b'"nl": "Beste", "nl": "Beste"'),
        item().replace(b'"nl": "Beste"', b'"nl" : "Beste", "nl": "Beste"'),
        item().replace(b'"nl": "Beste"', b'"nl": "\\ud800"'),
        item().replace(b'"nl": "Beste"', b'"nl": "\\u0022:", "fr": "1", "fr": "2"'),
        item().replace(b'"nl": "Beste"', b'"nl": "\\"\\u003a", "fr": "1", "fr": "2"'),
        json.dumps({"idempotencyKey": "a b", "messageToPublish": message()}).encode(),
    ],
)
def test_what_is_not_usual_is_left_to_the_thorough_reader(data: bytes) -> None:
    assert read_quickly(data, "default") is None


def test_an_item_without_any_key_is_left_to_the_thorough_reader() -> None:
    assert read_quickly(item(), None) is None
