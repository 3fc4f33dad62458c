"""The authorization server's memory: logins under way, codes, and client assertions already used.

Everything here is for one use and expires. Single use is a property of one statement (a `DELETE … RETURNING`,
an insert under a primary key), so that it holds between several processes and across a restart.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Engine, Row, Table, and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from domain.actors import DigitalKey
from domain.clock import Clock
from identity.database import transaction
from identity.mailbox_wishes import Wish
from identity.ports import ProvenPerson
from identity.tables import authorization_codes, logins, sessions, used_assertions

CODE_LIFETIME = timedelta(seconds=60)
"""RFC 6749 §4.1.2 allows ten minutes; a redirect needs seconds."""
LOGIN_LIFETIME = timedelta(minutes=10)
"""From the authorization request to the digital key and, at a first login, the terms."""

SWEEP_ROWS = 10_000
"""How many expired rows one sweep removes from each table, at most."""
SWEEP_EVERY = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class PendingLogin:
    """An authorization request that waits for a person (RFC 6749 §4.1.1, RFC 7636 §4.3).

    `person` proved who they are, and has yet to accept the terms; None before that. `wish`: whose mailbox the
    site asked for.
    """

    client_id: str
    redirect_uri: str
    state: str | None
    code_challenge: str
    person: ProvenPerson | None = None
    wish: Wish | None = None

    @classmethod
    def to_portal(cls, person: ProvenPerson) -> Self:
        """A login to the portal, which is no client and needs no code, that waits for the terms."""
        return cls("", "", None, "", person)

    @property
    def is_to_portal(self) -> bool:
        """Whether it is the portal that the person logs in to."""
        return not self.client_id


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """What an authorization code stands for: who logged in and how, and which client may redeem it.

    `mailbox_id` is that of the enterprise that was chosen, `wish` what had been asked for.
    """

    client_id: str
    redirect_uri: str
    code_challenge: str
    party_id: UUID
    digital_key: DigitalKey
    authenticated_at: datetime
    mailbox_id: UUID | None = None
    wish: Wish | None = None


class IdentityStore:
    """The three tables of single-use state. Blocks; safe to use from several threads."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._last_sweep = datetime.fromtimestamp(0, UTC)

    def begin_login(self, login: PendingLogin, browser: str) -> str:
        """Remember `login` for the browser that holds the secret `browser`; the login's one-time id."""
        login_id = new_secret()
        row = {
            "login_hash": _hash(login_id),
            "browser_hash": _hash(browser),
            "client_id": login.client_id,
            "redirect_uri": login.redirect_uri,
            "state": login.state,
            "code_challenge": login.code_challenge,
            "expires_at": self._in(LOGIN_LIFETIME),
            "wish": login.wish,
            **_columns_of(login.person),
        }
        with transaction(self._engine) as connection:
            connection.execute(insert(logins).values(row))
        return login_id

    def prove_login(self, login_id: str, browser: str, person: ProvenPerson) -> bool:
        """Remember who it is that logs in; False if no such login waits for this browser (any more)."""
        statement = update(logins).where(self._waiting(login_id, browser)).values(_columns_of(person))
        with transaction(self._engine) as connection:
            return connection.execute(statement).rowcount == 1

    def find_login(self, login_id: str, browser: str) -> PendingLogin | None:
        """The login that waits for this browser, left where it is; None if there is none (any more)."""
        with transaction(self._engine) as connection:
            row = connection.execute(select(logins).where(self._waiting(login_id, browser))).one_or_none()
        return None if row is None else _pending(row)

    def end_login(self, login_id: str, browser: str) -> PendingLogin | None:
        """Take the login that waits for this browser; a second caller gets None."""
        statement = delete(logins).where(self._waiting(login_id, browser)).returning(*logins.c)
        with transaction(self._engine) as connection:
            row = connection.execute(statement).one_or_none()
        return None if row is None else _pending(row)

    def issue_code(self, issued: IssuedCode) -> str:
        """A new authorization code for `issued`, good for 60 seconds and one use."""
        code = new_secret()
        row = {
            "code_hash": _hash(code),
            "client_id": issued.client_id,
            "redirect_uri": issued.redirect_uri,
            "code_challenge": issued.code_challenge,
            "party_id": issued.party_id,
            "digital_key": issued.digital_key.value,
            "authenticated_at": int(issued.authenticated_at.timestamp()),
            "expires_at": self._in(CODE_LIFETIME),
            "mailbox_id": issued.mailbox_id,
            "wish": issued.wish,
        }
        with transaction(self._engine) as connection:
            connection.execute(insert(authorization_codes).values(row))
        return code

    def take_code(self, code: str) -> IssuedCode | None:
        """What the code stands for, once: it is gone afterwards, whatever is then found wrong with it."""
        statement = (
            delete(authorization_codes)
            .where(authorization_codes.c.code_hash == _hash(code))
            .returning(*authorization_codes.c)
        )
        with transaction(self._engine) as connection:
            row = connection.execute(statement).one_or_none()
        if row is None or row.expires_at <= self._now():
            return None
        return IssuedCode(
            row.client_id,
            row.redirect_uri,
            row.code_challenge,
            row.party_id,
            DigitalKey(row.digital_key),
            datetime.fromtimestamp(row.authenticated_at, UTC),
            row.mailbox_id,
            _wish(row),
        )

    def use_assertion(self, client_id: str, jti: str, expires_at: int) -> bool:
        """Whether this is the assertion's first use; remembered until it expires (RFC 7523 §3, point 7)."""
        row = {"assertion_hash": _hash(f"{len(client_id)}:{client_id}{jti}"), "expires_at": expires_at}
        try:
            with transaction(self._engine) as connection:
                connection.execute(insert(used_assertions).values(row))
        except IntegrityError:
            return False
        return True

    def sweep_if_due(self) -> None:
        """Remove expired rows, if this process has not done so in the last 10 seconds."""
        now = self._clock.now()
        if now - self._last_sweep < SWEEP_EVERY:
            return
        self._last_sweep = now
        self.sweep()

    def sweep(self) -> int:
        """Remove expired rows, at most 10,000 of each table; how many went."""
        return sum(
            self._sweep_table(table, key)
            for table, key in (
                (logins, logins.c.login_hash),
                (authorization_codes, authorization_codes.c.code_hash),
                (used_assertions, used_assertions.c.assertion_hash),
                (sessions, sessions.c.session_hash),
            )
        )

    def _sweep_table(self, table: Table, key: Column[bytes]) -> int:
        expired = select(key).where(table.c.expires_at <= self._now()).limit(SWEEP_ROWS)
        with transaction(self._engine) as connection:
            return connection.execute(delete(table).where(key.in_(expired))).rowcount

    def _waiting(self, login_id: str, browser: str) -> ColumnElement[bool]:
        return and_(
            logins.c.login_hash == _hash(login_id),
            logins.c.browser_hash == _hash(browser),
            logins.c.expires_at > self._now(),
        )

    def _now(self) -> float:
        return self._clock.now().timestamp()

    def _in(self, lifetime: timedelta) -> int:
        return int((self._clock.now() + lifetime).timestamp())


def _pending(row: Row[Any]) -> PendingLogin:
    person = None
    if row.party_id is not None:
        person = ProvenPerson(row.party_id, DigitalKey(row.digital_key), row.mailbox_id)
    return PendingLogin(row.client_id, row.redirect_uri, row.state, row.code_challenge, person, _wish(row))


def _wish(row: Row[Any]) -> Wish | None:
    return None if row.wish is None else Wish(row.wish)


def _columns_of(person: ProvenPerson | None) -> dict[str, object]:
    if person is None:
        return {}
    key = person.digital_key.value
    return {"party_id": person.party_id, "digital_key": key, "mailbox_id": person.mailbox_id}


def new_secret() -> str:
    """256 random bits, base64url: a code, a login's id, a browser's secret."""
    return secrets.token_urlsafe(32)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
