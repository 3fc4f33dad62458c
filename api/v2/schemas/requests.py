"""Bodies as clients of version 2.1 send them: what is not described is ignored, and null is not given."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, RootModel, model_validator

from api.schemas.message_changes import MAX_MESSAGES
from api.schemas.message_to_publish import Recipient
from api.schemas.recipients import identifier_of
from api.schemas.texts import StrictModel
from application.changes import MessageChange
from application.linking import MAX_RECIPIENTS
from domain.errors import InvalidInput, Issue, NotFound
from domain.identifiers import Identifier

MAX_STATUSES: Final = 1000
_UNKNOWN_ID: Final = UUID(int=0)


class Lenient(StrictModel):
    """Takes what is described, of the described types, and passes over the rest: clients of the e-Box may
    send more. Their generators write null for what is left out.
    """

    model_config = ConfigDict(extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:
        return (
            {name: one for name, one in given.items() if one is not None}
            if isinstance(given, dict)
            else given
        )


class V2Recipient(Lenient):
    """Whose mailbox: `eboxIdValue` is a citizen's national or bis number, or an enterprise number."""

    ebox_type: Literal["enterprise", "citizen"]
    ebox_id_value: str

    def as_v3(self) -> dict[str, str]:
        """The same, as version 3 says it."""
        field = "ssin" if self.ebox_type == "citizen" else "enterpriseNumber"
        return {"eboxType": self.ebox_type, field: self.ebox_id_value}

    def identifier(self, field: str) -> Identifier:
        """The number. Raises `InvalidInput`, which names the part of `field` that is wrong."""
        return identifier_of(Recipient.model_validate(self.as_v3()), field)


class V2MessageToLink(Lenient):
    """A message, and to whom else it goes."""

    message_id: str
    recipients: Annotated[list[V2Recipient], Field(min_length=1, max_length=MAX_RECIPIENTS)]

    def identifiers(self) -> list[Identifier | None]:
        """Their numbers, None for what is none."""
        return [_identifier(recipient, "recipients") for recipient in self.recipients]


class V2MessageToUpdate(Lenient):
    """One message, and whether it is to be seen in lists."""

    message_id: str
    visible: bool


class V2MessagesToUpdate(Lenient):
    """Several messages, each named once."""

    items: Annotated[list[V2MessageToUpdate], Field(min_length=1, max_length=MAX_MESSAGES)]

    def changes(self) -> list[MessageChange]:
        """The changes. Raises `InvalidInput` where a message is named twice."""
        ids = [item.message_id for item in self.items]
        repeated = [place for place, one in enumerate(ids) if one in ids[:place]]
        if repeated:
            raise InvalidInput(
                *(
                    Issue(f"items[{place}].messageId", "repeated", "name each message once")
                    for place in repeated
                )
            )
        return [MessageChange(uuid_or_unknown(item.message_id), item.visible, None) for item in self.items]


class V2MessageAndRecipient(Lenient):
    """A message and one of its recipients."""

    message_id: str
    ebox_id: V2Recipient


class V2StatusSearch(RootModel[list[V2MessageAndRecipient]]):
    """Messages whose status is asked for, each with one of its recipients."""

    model_config = ConfigDict(hide_input_in_errors=True)

    root: Annotated[list[V2MessageAndRecipient], Field(min_length=1, max_length=MAX_STATUSES)]


def uuid_or_unknown(text: str) -> UUID:
    """The id; for what is none, one that no message has: 2.1 knows ids as any text."""
    try:
        return UUID(text)
    except ValueError:
        return _UNKNOWN_ID


def message_id_of(text: str) -> UUID:
    """The id in an address. Raises `NotFound` for what is none."""
    if (found := uuid_or_unknown(text)) == _UNKNOWN_ID:
        raise NotFound("message")
    return found


def _identifier(recipient: V2Recipient, field: str) -> Identifier | None:
    try:
        return recipient.identifier(field)
    except InvalidInput:
        return None
