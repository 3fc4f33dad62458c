"""The authorization server's tables, in the key store's database.

Moments are whole seconds since 1970: the same comparison on PostgreSQL and on SQLite. Whatever a thief of the
database could use (codes, login ids, browser secrets) is kept as its SHA-256 only.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import BigInteger, Column, Engine, Index, Integer, LargeBinary, MetaData, Table, Text, Uuid

from schema_changes import migrate

_MIGRATIONS = Path(__file__).with_name("migrations")

metadata = MetaData()

signing_keys = Table(
    "identity_signing_keys",
    metadata,
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("kid", Text, nullable=False, unique=True),
    Column("wrapped_private_key", LargeBinary, nullable=False),
    Column("signs_from", BigInteger, nullable=False),
    Column("published_until", BigInteger, nullable=True),
)

webhook_keys = Table(
    "identity_webhook_keys",
    metadata,
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("kid", Text, nullable=False, unique=True),
    Column("wrapped_private_key", LargeBinary, nullable=False),
    Column("signs_from", BigInteger, nullable=False),
    Column("published_until", BigInteger, nullable=True),
)

promise_keys = Table(
    "identity_promise_keys",
    metadata,
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("kid", Text, nullable=False, unique=True),
    Column("wrapped_private_key", LargeBinary, nullable=False),
    Column("signs_from", BigInteger, nullable=False),
    Column("published_until", BigInteger, nullable=True),
)

authorization_codes = Table(
    "identity_authorization_codes",
    metadata,
    Column("code_hash", LargeBinary, primary_key=True),
    Column("client_id", Text, nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("code_challenge", Text, nullable=False),
    Column("party_id", Uuid, nullable=False),
    Column("digital_key", Text, nullable=False),
    Column("authenticated_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("mailbox_id", Uuid, nullable=True),
    Column("wish", Text, nullable=True),
    Index("identity_authorization_codes_expiry", "expires_at"),
)

used_assertions = Table(
    "identity_used_assertions",
    metadata,
    Column("assertion_hash", LargeBinary, primary_key=True),
    Column("expires_at", BigInteger, nullable=False),
    Index("identity_used_assertions_expiry", "expires_at"),
)

logins = Table(
    "identity_logins",
    metadata,
    Column("login_hash", LargeBinary, primary_key=True),
    Column("browser_hash", LargeBinary, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("state", Text, nullable=True),
    Column("code_challenge", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("party_id", Uuid, nullable=True),
    Column("digital_key", Text, nullable=True),
    Column("mailbox_id", Uuid, nullable=True),
    Column("wish", Text, nullable=True),
    Index("identity_logins_expiry", "expires_at"),
)

sessions = Table(
    "identity_sessions",
    metadata,
    Column("session_hash", LargeBinary, primary_key=True),
    Column("party_id", Uuid, nullable=False),
    Column("digital_key", Text, nullable=False),
    Column("assurance_level", Text, nullable=False),
    Column("csrf_secret", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("mailbox_id", Uuid, nullable=True),
    Index("identity_sessions_expiry", "expires_at"),
)


def create_tables(engine: Engine) -> None:
    """Bring the tables to the newest version; for `ebox migrate`. Two may do it at once."""
    with engine.begin() as connection:
        migrate(connection, _MIGRATIONS, "identity_version")
