"""The tables of the key store."""

from __future__ import annotations

import sqlalchemy as sa

METADATA = sa.MetaData()

PARTY = sa.Table(
    "party",
    METADATA,
    sa.Column("party_id", sa.Uuid, primary_key=True),
    sa.Column("mailbox_id", sa.Uuid, unique=True, nullable=True),
    sa.Column(
        "kind", sa.Text, sa.CheckConstraint("kind IN ('citizen', 'enterprise', 'client')"), nullable=False
    ),
    sa.Column("wrapped_key", sa.LargeBinary, nullable=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("mailbox_recorded", sa.Boolean, nullable=False),
    sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("merged_into", sa.Uuid, nullable=True, index=True),
    sa.Column("merged_at", sa.DateTime(timezone=True), nullable=True),
)
"""One row for each party. `wrapped_key` is null once the party is erased; `mailbox_recorded` says that
`mailbox.created` is in the event store.

`merged_into`: the party that its numbers lead to since both turned out to be one; that one is merged into
none. `merged_at` is set once `mailbox.merged_into` is in the event store: until then the merge is to be
finished. `closed_at`: when an erasure closed it; from then on it counts as having no key."""

_IS_CLOSED = PARTY.c.closed_at.is_not(None)
sa.Index("party_closed", PARTY.c.closed_at, postgresql_where=_IS_CLOSED, sqlite_where=_IS_CLOSED)

PARTY_IDENTIFIER = sa.Table(
    "party_identifier",
    METADATA,
    sa.Column("identifier_hash", sa.LargeBinary(32), primary_key=True),
    sa.Column("party_id", sa.Uuid, sa.ForeignKey("party.party_id"), nullable=False, index=True),
    sa.Column("scheme", sa.Text, nullable=False),
    sa.Column("sealed_identifier", sa.LargeBinary, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("key_id", sa.LargeBinary(8), nullable=True, index=True),
)
"""One row for each number that leads to a party: found by a keyed hash, readable under the party's own key
alone. `key_id` names the key of the hash (null: made before keys were named). While that key is being changed
a number has two rows, which then hold the same `sealed_identifier`. `created_at` is since when it is the
party's number: the newest one counts.
"""

RESTORE_UNDER_WAY = sa.Table(
    "restore_under_way",
    METADATA,
    sa.Column("backup_id", sa.Text, primary_key=True),
    sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
)
"""One row from the beginning of a restore to its end: nothing may serve meanwhile."""

ADDRESS_VERIFICATION = sa.Table(
    "address_verification",
    METADATA,
    sa.Column("mailbox_id", sa.Uuid, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("nonce", sa.LargeBinary(16), nullable=False),
    sa.Column("entered_version", sa.Integer, nullable=False),
    sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
)
"""One row for each code that was issued of late to prove an e-mail address; the highest `number` of a
mailbox is the one that counts. `entered_version`: of the event that entered the address.
"""
