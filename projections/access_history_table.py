"""The access history's table, with an index for each of its filters."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, BindParameter, Column, Index, Named, Table, TypedColumns, bindparam

from domain.events.message import MessagePublished
from projections.columns import METADATA, Json, Moment


class HistoryColumns(TypedColumns):
    """One row for each event that is about a mailbox, and for each auditor's look: the index from a mailbox
    to its positions in the log, too.

    `kind` is the event's topic. `actor` is null with `is_actor_erased` where the actor has been erased. An
    opening and a confirmation have the facts of the access that they came with. `message_id` is the
    publication that it is about, as everybody outside names it; a publication has its message's own stream in
    `stream_id`. `sender_organisation` is the sender of the message that it is about. Until `withheld_until`
    the mailbox's owner is not to know what happened: an auditor's look under an embargo.
    """

    position: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Named[UUID]
    at: Named[datetime] = Column(Moment)
    kind: Named[str]
    mailbox_id: Named[UUID | None]
    message_id: Named[UUID | None]
    stream_id: Named[UUID | None]
    attachment_id: Named[UUID | None]
    access_id: Named[UUID | None]
    actor_party: Named[UUID | None]
    actor: Named[str | None]
    is_actor_erased: Named[bool]
    actor_kind: Named[str | None]
    site: Named[str | None]
    sender_organisation: Named[str | None]
    digital_key: Named[str | None]
    assurance_level: Named[str | None]
    basis_kind: Named[str | None]
    basis_id: Named[UUID | None]
    basis_version: Named[int | None]
    what: Named[str | None]
    detail: Named[Any] = Column(Json, nullable=True)
    withheld_until: Named[datetime | None] = Column(Moment)


HISTORY: Final = Table("access_history", METADATA, HistoryColumns)

_h = HISTORY.c

# Few rows share a mailbox, a message or an actor; many share a site, a sender or a kind: there `at` rides
# along, so that a period long ago is found without visiting every row since.
for _name in ("mailbox_id", "message_id", "actor_party"):
    Index(f"access_history_{_name}", _h[_name], _h.position)
for _name in ("site", "sender_organisation", "kind"):
    Index(f"access_history_{_name}", _h[_name], _h.position, _h.at)
Index("access_history_at", _h.at)


def constant(text: str) -> BindParameter[str]:
    """A text that is written into the SQL: behind a parameter no planner could tell that an index has it."""
    return bindparam(None, text, type_=_h.kind.type, literal_execute=True)


IS_ABOUT_OWNER: Final = _h.kind.like(constant("mailbox.%"))
IS_PUBLICATION: Final = _h.kind == constant(MessagePublished.TOPIC)
Index(
    "access_history_publication",
    _h.stream_id,
    postgresql_where=IS_PUBLICATION,  # not in SQLite, which would then have to be shown the kind
)
Index(
    "access_history_publications",
    _h.mailbox_id,
    _h.position,
    postgresql_where=IS_PUBLICATION,
    sqlite_where=IS_PUBLICATION,
)
Index(
    "access_history_owner",
    _h.mailbox_id,
    _h.position,
    postgresql_where=IS_ABOUT_OWNER,
    sqlite_where=IS_ABOUT_OWNER,
)
