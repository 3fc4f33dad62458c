"""People who are logged in to the portal: server-side sessions, found by the secret in a browser's cookie.

The cookie holds nothing but a random value, and the table that value's SHA-256: who steals the database can
log in as nobody. A session ends when it is not used for half an hour, after eight hours whatever happens,
and when its owner says so. All methods block: they are for worker threads.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Engine, delete, insert, select, update

from domain.actors import AssuranceLevel, DigitalKey
from domain.clock import Clock
from identity.database import transaction
from identity.ports import ASSURANCE_OF, ProvenPerson
from identity.store import new_secret
from identity.tables import sessions

IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=8)
NOTED_EVERY: Final = timedelta(minutes=1)
"""How exactly the last use is known: noting each one would write with every page."""

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True, repr=False)
class Session:
    """Somebody who is logged in. `sha256` (hex) names the session in access records; `csrf_secret` is what
    each of its forms must carry; `mailbox_id` is the enterprise's mailbox they are in, None for their own.
    """

    party_id: UUID
    digital_key: DigitalKey
    assurance_level: AssuranceLevel
    sha256: str
    csrf_secret: str
    mailbox_id: UUID | None = None


class Sessions:
    """The portal's sessions. `issuer` is our public URL."""

    def __init__(self, engine: Engine, clock: Clock, issuer: str) -> None:
        self._engine = engine
        self._clock = clock
        self.cookie_name = "__Host-ebox-session" if issuer.startswith("https://") else "ebox-session"

    def begin(self, person: ProvenPerson) -> tuple[str, Session]:
        """Log the person in; the secret for the browser's cookie, and what it opens."""
        secret = new_secret()
        now = self._now()
        row = {
            "session_hash": _hash(secret),
            "party_id": person.party_id,
            "digital_key": person.digital_key.value,
            "assurance_level": ASSURANCE_OF[person.digital_key].value,
            "csrf_secret": new_secret(),
            "created_at": now,
            "used_at": now,
            "expires_at": now + _seconds(IDLE),
            "mailbox_id": person.mailbox_id,
        }
        with transaction(self._engine) as connection:
            connection.execute(insert(sessions).values(row))
        return secret, _session(row)

    def find(self, cookie: str | None) -> Session | None:
        """The session of that secret, used now; None where there is none (any more)."""
        if cookie is None or not _SECRET.fullmatch(cookie):
            return None
        digest, now = _hash(cookie), self._now()
        query = select(sessions).where(sessions.c.session_hash == digest, sessions.c.expires_at > now)
        with transaction(self._engine) as connection:
            row = connection.execute(query).one_or_none()
            if row is None:
                return None
            if now - row.used_at >= _seconds(NOTED_EVERY):
                until = min(now + _seconds(IDLE), row.created_at + _seconds(LONGEST))
                used = update(sessions).where(sessions.c.session_hash == digest)
                connection.execute(used.values(used_at=now, expires_at=until))
        return _session(row._mapping)

    def go_to(self, cookie: str | None, mailbox_id: UUID | None) -> None:
        """From now on its owner is in this enterprise's mailbox, or (None) in their own.

        Forms of pages shown before are not taken any more: what they say was meant for the mailbox before.
        """
        if cookie is not None:
            chosen = update(sessions).where(sessions.c.session_hash == _hash(cookie))
            with transaction(self._engine) as connection:
                connection.execute(chosen.values(mailbox_id=mailbox_id, csrf_secret=new_secret()))

    def end(self, cookie: str | None) -> None:
        """Log out; nothing happens where there is no such session."""
        if cookie is not None:
            with transaction(self._engine) as connection:
                connection.execute(delete(sessions).where(sessions.c.session_hash == _hash(cookie)))

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def _session(row: Any) -> Session:
    return Session(
        row["party_id"],
        DigitalKey(row["digital_key"]),
        AssuranceLevel(row["assurance_level"]),
        row["session_hash"].hex(),
        row["csrf_secret"],
        row["mailbox_id"],
    )


def _seconds(period: timedelta) -> int:
    return int(period.total_seconds())


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
