"""Personal fields are found wherever they can be sealed, and refused everywhere else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from domain.events import EVENTS
from domain.events.access import AccessRecord
from domain.events.message import AttachmentRecord, MessageOpened, MessagePublished
from domain.personal import Personal
from eventstore.fields import shape_of


@dataclass
class _Record:
    party_id: UUID
    name: Personal[str]


@dataclass
class _InADict:
    records: dict[str, _Record]


@dataclass
class _OneOfTwo:
    record: _Record | str


@dataclass
class _InATuple:
    records: tuple[_Record, ...]


@dataclass
class _PartOfAList:
    party_id: UUID
    names: list[Personal[str]]


@dataclass
class _Optional:
    one: _Record | None
    many: list[_Record] | None


def test_the_personal_fields_of_a_publication_are_these() -> None:
    shape = shape_of(MessagePublished)
    assert {field.name for field in shape.personal} == {
        "subject",
        "body",
        "business_data",
        "payment",
        "attention_of",
        "non_sensitive_title",
        "sender_number",
    }
    assert {(field.name, field.is_list) for field in shape.nested} == {
        ("attachments", True),
        ("access", False),
    }


def test_the_personal_fields_of_an_attachment_belong_to_the_events_party() -> None:
    shape = shape_of(AttachmentRecord)
    assert {field.name for field in shape.personal} == {"document_key", "sha256", "file_name", "title"}
    assert not any(field.owner_is_beside for field in shape.personal)


def test_the_actor_belongs_to_the_party_named_beside_it() -> None:
    (field,) = shape_of(AccessRecord).personal
    assert (field.name, field.owner_attribute, field.owner_is_beside) == ("actor", "actor_party", True)


def test_an_event_without_personal_fields_is_plain() -> None:
    assert shape_of(MessageOpened).is_plain


def test_records_that_may_be_absent_are_found_too() -> None:
    assert [(field.name, field.is_list) for field in shape_of(_Optional).nested] == [
        ("one", False),
        ("many", True),
    ]


@pytest.mark.parametrize("record", [_InADict, _OneOfTwo, _InATuple, _PartOfAList])
def test_a_personal_field_where_nothing_would_seal_it_is_refused(record: Any) -> None:
    with pytest.raises(TypeError, match="nowhere else"):
        shape_of(record)


def test_every_event_there_is_can_be_stored() -> None:
    for event_class in EVENTS.values():
        assert shape_of(event_class).names
