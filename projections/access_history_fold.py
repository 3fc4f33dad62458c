"""How events become rows of the access history.

Not every event says all that its row says: an opening names the access that caused it, an access the
message. What they name is found in the same page, or else in the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BindParameter, Connection, bindparam, select

from domain.events.access import AccessDenied, AccessRecord, AccessRecorded
from domain.events.audit import AuditExported, AuditReplayed, LookedAt
from domain.events.base import EVENTS, Event
from domain.events.message import (
    DocumentsPurged,
    ExpiryAnnounced,
    MessageArchived,
    MessageConfirmed,
    MessageExpired,
    MessageHidden,
    MessageOpened,
    MessagePublished,
    MessageRecalled,
    MessageReleased,
    MessageReplied,
    MessageShown,
    MessageUnarchived,
    MessageWithdrawn,
    ReminderDue,
)
from domain.events.notification import (
    NotificationBounced,
    NotificationCancelled,
    NotificationDelayed,
    NotificationFailed,
    NotificationSent,
    NotificationSummarised,
)
from domain.events.retention import HorizonMoved
from domain.personal import ERASED, readable
from projections.access_history_retention import portions, retire
from projections.access_history_table import HISTORY, IS_PUBLICATION
from projections.bulk import insert_rows
from projections.erasing import forget_actors
from projections.model import Located, Row

_OUTCOMES: Final[dict[type[Event], tuple[str, ...]]] = {
    NotificationSent: ("attempts",),
    NotificationFailed: ("permanent", "smtp_code", "reason"),
    NotificationCancelled: ("reason",),
    NotificationBounced: ("status",),
    NotificationDelayed: ("status",),
    NotificationSummarised: ("message_ids",),
}
"""What became of telling the owner, and what of it is shown."""

_OF_A_CALLER: Final = ("actor_party", "actor_kind", "site", "digital_key", "assurance_level")
_SAID_OF_OWNER: Final = (
    "because",
    "terms_version",
    "language",
    "frequency",
    "reason",
    "legal_basis",
    "into_mailbox",
)

EXPORT: Final = "export"
"""In `what`: an auditor took a copy of the history out."""

_h = HISTORY.c
_NOTHING: Row = dict.fromkeys(HISTORY.c.keys())
_OF_THE_ACCESS = (
    "mailbox_id",
    "attachment_id",
    "actor_party",
    "actor",
    "is_actor_erased",
    "actor_kind",
    "site",
    "digital_key",
    "assurance_level",
    "basis_kind",
    "basis_id",
    "basis_version",
    "what",
)
"""What the line of an opening or a confirmation takes from its access's."""
_WITH_AN_ACCESS: Final = frozenset({MessageOpened.TOPIC, MessageConfirmed.TOPIC})


def fold(connection: Connection, page: Sequence[Located]) -> None:
    """Take a page of events in."""
    for portion in portions(page):
        rows = [_row(position, event) for position, event in portion]
        _complete_publications(connection, rows)
        _complete_openings(connection, rows)
        insert_rows(connection, HISTORY, rows)
        forget_actors(connection, portion, HISTORY)
        retire(connection, portion[-1][1])


def _complete_openings(connection: Connection, rows: Sequence[Row]) -> None:
    openings = [row for row in rows if row["kind"] in _WITH_AN_ACCESS]
    accesses = {row["access_id"]: row for row in rows if row["kind"] == AccessRecorded.TOPIC}
    earlier = [row for row in openings if row["access_id"] not in accesses]
    if earlier:
        asked = {
            "messages": [row["message_id"] for row in earlier],
            "accesses": [row["access_id"] for row in earlier],
        }
        found = connection.execute(_ACCESSES, asked).mappings()
        accesses |= {row["access_id"]: dict(row) for row in found}
    for row in openings:
        access = accesses[row["access_id"]]
        row.update({name: access[name] for name in _OF_THE_ACCESS})


def _complete_publications(connection: Connection, rows: Sequence[Row]) -> None:
    """Of each row the publication and its sender.

    Until here its message is named by what the event has: the message's stream, or the publication, which is
    the stream of its first recipient's message.
    """
    known = {
        row["stream_id"]: (row["message_id"], row["sender_organisation"]) for row in rows if row["stream_id"]
    }
    unknown = {row["message_id"] for row in rows} - known.keys() - {None}
    if unknown:
        found = connection.execute(PUBLICATIONS[connection.dialect.name], {"streams": list(unknown)})
        known |= {row.stream_id: (row.message_id, row.sender_organisation) for row in found}
    for row in rows:
        if row["message_id"] in known and row["stream_id"] is None:
            row["message_id"], row["sender_organisation"] = known[row["message_id"]]


_MESSAGES: BindParameter[Any] = bindparam("messages", expanding=True)
_PUBLICATIONS = select(_h.stream_id, _h.message_id, _h.sender_organisation).where(
    _h.stream_id.in_(bindparam("streams", expanding=True))
)
PUBLICATIONS: Final = {
    "postgresql": _PUBLICATIONS.where(IS_PUBLICATION),
    # SQLite would look through every publication by the index of kinds: it is not to see the kind as one.
    "sqlite": _PUBLICATIONS.where(_h.kind + "" == MessagePublished.TOPIC),
}
"""Which publications these messages are, and who sent them, by kind of database."""
_ACCESSES = select(HISTORY).where(
    _h.message_id.in_(_MESSAGES),
    _h.access_id.in_(bindparam("accesses", expanding=True)),
    _h.kind == AccessRecorded.TOPIC,
)


HANDLES: Final[frozenset[type[Event]]] = frozenset(
    {
        *(event for topic, event in EVENTS.items() if topic.startswith(("mailbox.", "message.", "erasure."))),
        AccessRecorded,
        AccessDenied,
        AuditReplayed,
        AuditExported,
        HorizonMoved,
        *_OUTCOMES,
    }
)


def _row(position: int, event: Event) -> Row:
    row = _NOTHING | {
        "position": position,
        "event_id": event.event_id,
        "at": event.timestamp,
        "kind": event.TOPIC,
        "is_actor_erased": False,
    }
    match event:
        case MessagePublished():
            row |= _publication(event)
        case AccessRecorded():
            row |= _access(event)
        case AccessDenied():
            row |= _denial(event)
        case MessageOpened() | MessageConfirmed():
            row |= {"message_id": event.originator_id, "access_id": event.access_id}
        case (
            MessageHidden()
            | MessageShown()
            | MessageArchived()
            | MessageUnarchived()
            | MessageWithdrawn()
            | MessageRecalled()
            | MessageReplied()
        ):
            row |= _of_message(event.originator_id, event.mailbox_id) | _actor(event.access)
        case MessageReleased() | ReminderDue() | ExpiryAnnounced() | MessageExpired() | DocumentsPurged():
            row |= _of_message(event.originator_id, event.mailbox_id)
        case AuditReplayed() | AuditExported():
            row |= _look(event)
        case HorizonMoved():
            row["detail"] = {"before": event.before.isoformat()}
        case _ if type(event) in _OUTCOMES:
            row |= _notification(event)
        case _:
            row |= _of_owner(event)
    return row


def _of_message(message_id: UUID, mailbox_id: UUID) -> Row:
    return {"mailbox_id": mailbox_id, "message_id": message_id}


def _of_owner(event: Event) -> Row:
    """What happened to the mailbox itself: never the address, only which terms, wishes, or reason."""
    said = {name: getattr(event, name) for name in _SAID_OF_OWNER if hasattr(event, name)}
    return {"mailbox_id": getattr(event, "mailbox_id", event.originator_id), "detail": said or None}


def _publication(event: MessagePublished) -> Row:
    return {
        "mailbox_id": event.mailbox_id,
        "message_id": event.publication_id,
        "stream_id": event.originator_id,
        "sender_organisation": event.sender_organisation or None,
        "detail": {
            "application": event.sender_application,
            "message_type": event.message_type,
            "attachments": len(event.attachments),
            "recipient_activated": event.recipient_activated,
        },
        **_actor(event.access),
    }


def _access(event: AccessRecorded) -> Row:
    return {
        "mailbox_id": event.mailbox_id,
        "message_id": event.publication_id,
        "attachment_id": event.attachment_id,
        "access_id": event.originator_id,
        "what": event.what.value,
        **_actor(event.access),
    }


def _denial(event: AccessDenied) -> Row:
    caller = event.caller
    return {
        "mailbox_id": event.mailbox_id,
        "what": event.operation,
        "detail": {"reason": event.reason, "unrecorded": event.unrecorded},
        **{name: getattr(caller, name) for name in _OF_A_CALLER},
        "actor": readable(caller.actor),
        "is_actor_erased": caller.actor is ERASED,
    }


def _notification(event: Any) -> Row:
    detail = {name: getattr(event, name) for name in _OUTCOMES[type(event)]}
    message_id = getattr(event, "message_id", None)
    return {"mailbox_id": event.mailbox_id, "message_id": message_id, "detail": detail}


def _look(event: AuditReplayed | AuditExported) -> Row:
    return {
        "withheld_until": event.embargo_until,
        "mailbox_id": event.mailbox_id,
        "message_id": event.asked.message_id,
        "what": event.look.value if isinstance(event, AuditReplayed) else EXPORT,
        "detail": {"case": event.case, "purpose": event.purpose, "asked": _named(event.asked)},
        **_actor(event.access),
    }


def _named(asked: LookedAt) -> Row:
    values = {field.name: getattr(asked, field.name) for field in fields(asked)}
    return {name: value for name, value in values.items() if value is not None}


def _actor(access: AccessRecord) -> Row:
    return {
        "actor_party": access.actor_party,
        "actor": readable(access.actor),
        "is_actor_erased": access.actor is ERASED,
        "actor_kind": access.actor_kind,
        "site": access.site,
        "digital_key": access.digital_key,
        "assurance_level": access.assurance_level,
        "basis_kind": access.basis.kind,
        "basis_id": access.basis.id,
        "basis_version": access.basis.version,
    }
