"""What the read models forget once a mailbox's owner is erased.

Each forgets in its own fold, on `mailbox.owner_erased`: a model that is built anew from the log, where what
was personal reads as erased by then, comes to the same rows.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, Table, delete, update

from domain.events.mailbox import OwnerErased
from eventstore.scrubbing import scrub
from projections.columns import METADATA
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


def scrub_all(engine: Engine) -> None:
    """Let the database give up what the read models forgot; blocks. Raises `Unavailable`."""
    scrub(engine, METADATA.sorted_tables)
