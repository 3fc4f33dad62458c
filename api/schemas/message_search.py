"""What a list of messages may be asked for, in an address or in a body: the same names, the same meaning."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field

from api.schemas.texts import Id, Line, StrictModel
from api.schemas.timestamps import parse_moment
from domain.errors import InvalidInput, Issue
from projections.folding import folded
from projections.inbox import MessageFilter

MAX_PAGE: Final = 100_000
MAX_PAGE_SIZE: Final = 100
MAX_POSITION: Final = 2**53 - 1
"""The largest whole number that every reader of JSON takes for what it is (RFC 8259 §6)."""
MAX_WORDS_CHARACTERS: Final = 256

Language = Literal["nl", "fr", "de", "en"]
Words = Annotated[Line, Field(min_length=1, max_length=MAX_WORDS_CHARACTERS)]

_MOMENT: Final = "RFC 3339 with offset; a date alone means its first moment in Belgium."
DESCRIPTIONS: Final[Mapping[str, str]] = {
    "page": "Which page, from 1. With `changedAfterPosition` always the first.",
    "page_size": "Messages on a page.",
    "received_before": f"Only messages that came into the mailbox before. {_MOMENT}",
    "received_after": f"Only messages that came into the mailbox then or later. {_MOMENT}",
    "expired_before": f"Only messages that expire before. {_MOMENT}",
    "expired_after": f"Only messages that expire then or later. {_MOMENT}",
    "read_status": "Only messages that have (true) or have not (false) been opened.",
    "visible": "Only messages that are not (true, the default) or that are (false) hidden.",
    "archived": "Only messages that are (true) or are not (false, the default) archived.",
    "message_type_id": "Only messages of this type.",
    "sender_organization_id": "Only messages of the organisation with this enterprise number.",
    "sender_application_id": "Only messages of this sender application.",
    "is_registered_mail": "Only registered mail, or none of it.",
    "q": "Only messages with this text in their subject, business data values, attention label, or in the "
    "names and descriptions of their type and sender. Upper case, lower case and accents are the same. "
    "In a body (`POST /ebox/messages/search`) it does not stand in an address.",
    "qlang": "The language in which `q` is looked for; needed with `q`.",
    "changed_after_position": "Only what has changed behind this position, in the order of change: hidden, "
    "archived and expired messages too, unless you narrow to others. Go on with the answer's "
    "`Ebox-Position`, until `totalItems` is no more than you got.",
}


def _whole_number(given: Any) -> Any:
    """Numbers of a body are read as floats; those without a fraction are whole."""
    return int(given) if isinstance(given, float) and given.is_integer() else given


_Whole = Annotated[int, BeforeValidator(_whole_number)]


def _described(name: str, default: Any = None, **rules: Any) -> Any:
    return Field(default, description=DESCRIPTIONS[name], **rules)


class MessageSearch(StrictModel):
    """What to look for, and which page of it."""

    page: _Whole = _described("page", 1, ge=1, le=MAX_PAGE)
    page_size: _Whole = _described("page_size", 25, ge=1, le=MAX_PAGE_SIZE)
    received_before: str | None = _described("received_before")
    received_after: str | None = _described("received_after")
    expired_before: str | None = _described("expired_before")
    expired_after: str | None = _described("expired_after")
    read_status: bool | None = _described("read_status")
    visible: bool | None = _described("visible")
    archived: bool | None = _described("archived")
    message_type_id: Id | None = _described("message_type_id")
    sender_organization_id: Id | None = _described("sender_organization_id")
    sender_application_id: Id | None = _described("sender_application_id")
    is_registered_mail: bool | None = _described("is_registered_mail")
    q: Words | None = _described("q")
    qlang: Language | None = _described("qlang")
    changed_after_position: _Whole | None = _described("changed_after_position", ge=0, le=MAX_POSITION)

    def wanted(self, where: str) -> MessageFilter:
        """The filter; `InvalidInput` for what does not go together. `where` the caller gave it."""
        issues: list[Issue] = []
        moments = {name: self._moment(name, where, issues) for name in _MOMENTS}
        if self.q is not None and self.qlang is None:
            issues.append(Issue("qlang", "required", "must be given with q", where))
        if self.q is not None and not folded(self.q):
            issues.append(Issue("q", "schemaViolation", "has no letter to look for", where))
        if self.changed_after_position is not None and self.page != 1:
            issues.append(Issue("page", "schemaViolation", "go on with the answer's Ebox-Position", where))
        if issues:
            raise InvalidInput(*issues)
        is_visible, is_archived = self.visible, self.archived
        if self.changed_after_position is None:
            is_visible = True if is_visible is None else is_visible
            is_archived = bool(is_archived)
        return MessageFilter(
            read_status=self.read_status,
            is_hidden=None if is_visible is None else not is_visible,
            is_archived=is_archived,
            message_type=self.message_type_id,
            sender_organisation=self.sender_organization_id,
            sender_application=self.sender_application_id,
            registered=self.is_registered_mail,
            words=self.q,
            language=self.qlang if self.q is not None else None,
            changed_after=self.changed_after_position,
            received_before=moments["received_before"],
            received_after=moments["received_after"],
            expired_before=moments["expired_before"],
            expired_after=moments["expired_after"],
        )

    def _moment(self, name: str, where: str, issues: list[Issue]) -> datetime | None:
        text: str | None = getattr(self, name)
        try:
            return None if text is None else parse_moment(text)
        except ValueError as error:
            issues.append(Issue(_MOMENTS[name], "schemaViolation", str(error), where))
            return None


_MOMENTS: Final = {
    "received_before": "receivedBefore",
    "received_after": "receivedAfter",
    "expired_before": "expiredBefore",
    "expired_after": "expiredAfter",
}
