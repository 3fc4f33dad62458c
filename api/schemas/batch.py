"""Many messages in one body, as JSON or as a line of JSON each, and what became of each."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta
from pydantic import ConfigDict, Field

from api.problem_types import BAD_REQUEST
from api.problems import problem_document, problem_of
from api.refusals import Refusal
from api.schemas.answers import Absent, Answer
from api.schemas.issues import printable
from api.schemas.message_to_publish import MessageToPublish
from api.schemas.problem import Problem
from api.schemas.publish import read_message
from api.schemas.quick_batch import KEY, read_quickly
from api.schemas.strict_json import parse
from api.schemas.texts import StrictModel
from application.batching import MAX_ITEMS
from application.chunks import BatchItem, BatchResult, Outcome
from domain.draft import ROOT
from domain.errors import DomainError, InvalidInput, Issue

MAX_KEY_CHARACTERS: Final = 255

_ITEM: Final = "item"
_EXAMPLE: Final[dict[str, Any]] = {
    "idempotencyKey": "2027-statement-000001",
    ROOT: {
        "recipient": {"eboxType": "citizen", "ssin": "81050103522"},
        "subject": {"nl": "Uw pensioenoverzicht", "fr": "Votre aperçu de pension"},
        "messageTypeId": "PENSION_STATEMENT",
        "senderApplicationId": "demo.pensions",
        "isBodyMainContent": True,
        "bodyContent": {"nl": "U vindt hier uw overzicht van dit jaar."},
    },
}


class MessageInBatch(StrictModel):
    """A message without files. Its key may be left out where the request has one for all."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    idempotency_key: Annotated[str, Field(min_length=1, max_length=MAX_KEY_CHARACTERS)] | None = None
    message_to_publish: MessageToPublish


class MessagesInBatch(StrictModel):
    """The messages, which are published in this order."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_EXAMPLE]}]})

    items: Annotated[list[MessageInBatch], Field(max_length=MAX_ITEMS)]


class ItemAnswer(Answer, kw_only=True):
    """What became of one message, in the order in which they were given."""

    status: Annotated[int, Meta(description="201 where it is published now, else the problem's.")]
    message_id: UUID | Absent = UNSET
    expiration_date: datetime | Absent = UNSET
    code: Literal["NO_DIGITAL_USER"] | Absent = UNSET
    is_replayed: Annotated[bool, Meta(description="Present and true for a repeat.")] | Absent = UNSET
    problem: Problem | Absent = UNSET
    promise: (
        Annotated[
            str,
            Meta(
                description="The promise, as for a single message, about this publication and all those "
                "answered before it since the last promise."
            ),
        ]
        | Absent
    ) = UNSET


class ItemAnswers(Answer, kw_only=True):
    """What became of each message."""

    items: list[ItemAnswer]
    total_items: int


class _Framed(msgspec.Struct, forbid_unknown_fields=True):
    items: list[msgspec.Raw]


_frame = msgspec.json.Decoder(_Framed)


def framed(data: bytes) -> list[bytes]:
    """The items of a JSON body, each still as it came. Raises `InvalidInput`, `Refusal`."""
    try:
        items = _frame.decode(data).items
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        detail = 'must be JSON of the form {"items": [{…}, …]}'
        raise InvalidInput(Issue("body", "schemaViolation", detail)) from None
    if len(items) > MAX_ITEMS:
        raise too_many()
    return [bytes(one) for one in items]


def too_many() -> Refusal:
    """One item more than a batch may have."""
    detail = f"at most {MAX_ITEMS} messages in one batch"
    return Refusal(BAD_REQUEST, "The batch has too many messages.", Issue("items", "tooMany", detail))


def read_item(data: bytes, default_key: str | None) -> BatchItem | DomainError:
    """The message, or what is wrong with it."""
    if (item := read_quickly(data, default_key)) is not None:
        return item
    return read_thoroughly(data, default_key)


def read_thoroughly(data: bytes, default_key: str | None) -> BatchItem | DomainError:
    """The same, whatever it is."""
    try:
        document = parse(data, _ITEM)
        key = _key_of(document, default_key)
        return BatchItem(*read_message(document[ROOT]), key)
    except InvalidInput as error:
        return error


def _key_of(document: Any, default: str | None) -> str:
    if not isinstance(document, dict):
        raise InvalidInput(Issue(_ITEM, "schemaViolation", "must be an object"))
    unknown = [one for one in document if one not in ("idempotencyKey", ROOT)]
    if unknown:
        issues = (
            Issue(printable(one), "unknownInput", "not known here; check its spelling") for one in unknown
        )
        raise InvalidInput(*issues)
    if ROOT not in document:
        raise InvalidInput(Issue(ROOT, "required", "must be given"))
    key = document.get("idempotencyKey", default)
    if key is None:
        detail = "give it, or the header Idempotency-Key for all"
        raise InvalidInput(Issue("idempotencyKey", "required", detail))
    if not isinstance(key, str) or (not KEY.fullmatch(key) and key != default):
        detail = f"1 to {MAX_KEY_CHARACTERS} visible ASCII characters"
        raise InvalidInput(Issue("idempotencyKey", "schemaViolation", detail))
    return key


def item_answer(outcome: Outcome, request_id: UUID) -> ItemAnswer:
    """The answer to one item; a problem has the request's id."""
    if isinstance(outcome, BatchResult):
        return ItemAnswer(
            status=201,
            message_id=outcome.message_id,
            expiration_date=outcome.expires_at,
            code=UNSET if outcome.recipient_activated else "NO_DIGITAL_USER",
            is_replayed=True if outcome.is_replayed else UNSET,
        )
    problem: Any = problem_document(problem_of(outcome), request_id)
    return ItemAnswer(status=problem["status"], problem=problem)
