"""Which scopes auditors have asked for: an index from client, case and purpose to the scopes' streams.

What became of each is read from its stream, so that nothing here can be behind a withdrawal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, Column, Connection, Index, Named, Table, TypedColumns, select

from domain.actors import AuditScope
from domain.events.scope import ScopeRequested
from projections.bulk import insert_rows
from projections.columns import METADATA
from projections.model import Located, ReadModel


class ScopeColumns(TypedColumns):
    """One row for each scope that was asked for, under the position of that in the log."""

    position: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    scope_id: Named[UUID]
    client_id: Named[str]
    audit_case: Named[str]
    purpose: Named[str]


SCOPES: Final = Table("audit_scopes", METADATA, ScopeColumns)
_s = SCOPES.c
Index("audit_scopes_asked", _s.client_id, _s.audit_case, _s.purpose, _s.position)


def fold(connection: Connection, page: Sequence[Located]) -> None:
    """Take a page of events in."""
    rows = [
        {
            "position": position,
            "scope_id": event.originator_id,
            "client_id": event.client_id,
            "audit_case": event.case,
            "purpose": event.purpose,
        }
        for position, event in page
        if isinstance(event, ScopeRequested)
    ]
    insert_rows(connection, SCOPES, rows)


MODEL: Final = ReadModel(
    name="audit_scopes", tables=(SCOPES,), handles=frozenset({ScopeRequested}), fold=fold
)


def newest(connection: Connection, *, limit: int, before: int | None = None) -> list[tuple[int, UUID]]:
    """At most `limit` scopes with their positions, newest first; before that position, if it is given."""
    query = select(_s.position, _s.scope_id).order_by(_s.position.desc()).limit(limit)
    if before is not None:
        query = query.where(_s.position < before)
    return [(position, scope_id) for position, scope_id in connection.execute(query)]


def asked_for(connection: Connection, client_id: str, asked: AuditScope, limit: int) -> list[UUID]:
    """The newest scopes that this client asked for in the same case and for the same purpose."""
    same = (_s.client_id == client_id, _s.audit_case == asked.case, _s.purpose == asked.purpose)
    query = select(_s.scope_id).where(*same).order_by(_s.position.desc()).limit(limit)
    return list(connection.scalars(query))
