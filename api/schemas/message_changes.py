"""What an owner may change of messages: the body of `PATCH /ebox/messages`."""

from __future__ import annotations

from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from api.schemas.texts import StrictModel
from application.changes import MessageChange
from domain.errors import InvalidInput, Issue

MAX_MESSAGES: Final = 100


def _absent() -> Any:
    """What was left out; a null that is given is refused: neither can be taken away."""
    return None


def uuid_given(given: Any) -> Any:
    """A UUID from its text; for `BeforeValidator`, where strict reading would take no text."""
    try:
        return UUID(given) if isinstance(given, str) else given
    except ValueError:
        raise PydanticCustomError("uuid_parsing", "not a UUID") from None


class MessageToUpdate(StrictModel):
    """One message, and what is to become of it: what is left out stays (RFC 7396)."""

    message_id: Annotated[UUID, BeforeValidator(uuid_given)]
    visible: bool = Field(default_factory=_absent, description="False hides it, true shows it again.")
    archived: bool = Field(default_factory=_absent, description="True puts it aside, false takes it back.")


class MessagesToUpdate(StrictModel):
    """Several messages, each named once."""

    items: Annotated[list[MessageToUpdate], Field(min_length=1, max_length=MAX_MESSAGES)]

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
        return [MessageChange(item.message_id, item.visible, item.archived) for item in self.items]
