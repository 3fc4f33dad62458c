"""What the read models forget once a mailbox's owner is erased.

Each forgets in its own fold, on `mailbox.owner_erased`: a model that is built anew from the log, where what
was personal reads as erased by then, comes to the same rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, NullPool, Table, create_engine, delete, func, make_url, select, update

from domain.events.mailbox import OwnerErased
from eventstore.scrubbing import scrub
from projections.access_history_table import HISTORY, IS_PUBLICATION
from projections.columns import METADATA
from projections.database import SCHEMA, ReadDatabase
from projections.model import Located


def forget_mailbox(connection: Connection, event: OwnerErased, *tables: Table) -> None:
    """Remove the rows of the mailbox: nobody looks into it any more."""
    for table in tables:
        connection.execute(delete(table).where(table.c.mailbox_id == event.originator_id))


def forget_sender(connection: Connection, event: OwnerErased, *tables: Table) -> None:
    """Those whom the owner replied to keep the replies, without the owner's number."""
    for table in tables:
        theirs = table.c.sender_party == event.party_id
        connection.execute(update(table).where(theirs).values(sender_number=None))


def forget_actors(connection: Connection, page: Sequence[Located], history: Table) -> None:
    """Every line of the history stays; of what the erased owners did, without saying who they were."""
    for _, event in page:
        if isinstance(event, OwnerErased):
            theirs = (history.c.actor_party == event.party_id, history.c.actor.is_not(None))
            connection.execute(update(history).where(*theirs).values(actor=None, is_actor_erased=True))


def scrub_all(database: ReadDatabase) -> None:
    """Let the database give up what the read models forgot; blocks. Raises `Unavailable`."""
    url, where = make_url(database.url), {}
    if database.is_postgresql:
        url, where = url.set(drivername="postgresql+psycopg"), {"options": f"-c search_path={SCHEMA}"}
    engine = create_engine(url, poolclass=NullPool, connect_args=where, hide_parameters=True)
    try:
        scrub(engine, METADATA.sorted_tables)
    finally:
        engine.dispose()


def count_messages(connection: Connection, mailbox_id: UUID) -> int:
    """How many messages were ever published into the mailbox."""
    query = select(func.count()).where(IS_PUBLICATION, HISTORY.c.mailbox_id == mailbox_id)
    return connection.execute(query).scalar_one()


def messages_of(
    connection: Connection, mailbox_id: UUID, *, after: int, limit: int
) -> list[tuple[int, UUID]]:
    """The next messages published into the mailbox behind this position: where, and their streams."""
    h = HISTORY.c
    query = select(h.position, h.stream_id).where(
        IS_PUBLICATION, h.mailbox_id == mailbox_id, h.position > after
    )
    rows = connection.execute(query.order_by(h.position).limit(limit))
    return [(position, stream) for position, stream in rows if stream is not None]
