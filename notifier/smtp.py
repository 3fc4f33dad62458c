"""Handing mails to the relay over a few connections that are kept open.

A connection per mail costs four round trips and a TLS handshake more than the mail itself. A kept one may
have been closed by the relay meanwhile, so each reuse begins with RSET (RFC 5321 §4.1.1.5): one round trip,
nothing of the mail said yet, and a failure there costs a new connection instead of one of the mail's
attempts.

What fails before the relay has taken the sender address says nothing about the mail (`RelayUnavailable`);
what fails afterwards does.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from notifier.errors import PermanentFailure, RelayUnavailable, SendingError, TemporaryFailure
from notifier.relay import Relay
from notifier.statuses import status_at_start

_QUIT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, ready to go: the envelope's two addresses; the content in 7 bits, with CR LF.

    `envelope_id` is what reports about it name (RFC 3461 §4.4): letters and digits alone.
    """

    sender: str
    recipient: str
    content: bytes
    envelope_id: str


@dataclass(frozen=True, slots=True)
class SmtpLimits:
    """Seconds for one answer of the relay; mails over one connection; connections kept while idle."""

    answer_seconds: float = 10.0
    mails_a_connection: int = 100
    idle_connections: int = 8


class _Connection:
    """An open connection and how many mails went over it."""

    def __init__(self, client: SMTP) -> None:
        self.client = client
        self.mails = 0


class SmtpPool:
    """Connections to one relay. For one event loop; as many are open at once as there are callers of `send`.

    `greeting` is the name that we greet the relay with (RFC 5321 §4.1.1.1).
    """

    def __init__(self, relay: Relay, greeting: str, limits: SmtpLimits = SmtpLimits()) -> None:
        self._relay = relay
        self._greeting = greeting
        self._limits = limits
        self._idle: list[_Connection] = []
        self.opened = 0
        """How many connections were opened so far."""

    async def send(self, mail: Mail) -> None:
        """Hand one mail over; returns once the relay has answered 250 to its content.

        Raises:
            RelayUnavailable: the relay does not serve us now; the mail was not tried.
            TemporaryFailure: it was not taken, or we do not know: it may arrive, and is to be sent again.
            PermanentFailure: the relay will not take it.
        """
        connection = await self._take()
        connection.mails += 1
        is_usable = False
        try:
            await _hand_over(connection.client, mail)
            is_usable = True
        except SendingError as error:
            is_usable = error.smtp_code is not None  # it answered: what state it is in, RSET will settle
            raise
        finally:
            if is_usable:
                await self._give_back(connection)
            else:
                connection.client.close()

    async def close(self) -> None:
        """Say goodbye on every idle connection and close it."""
        idle, self._idle = self._idle, []
        await asyncio.gather(*(_quit(connection.client) for connection in idle))

    async def _take(self) -> _Connection:
        """A connection that answers, with nothing said on it yet."""
        while self._idle:
            connection = self._idle.pop()
            try:
                await connection.client.rset()
            except (SMTPException, OSError):
                connection.client.close()
                continue
            except BaseException:
                connection.client.close()
                raise
            return connection
        return await self._open()

    async def _open(self) -> _Connection:
        client = SMTP(
            local_hostname=self._greeting,
            timeout=self._limits.answer_seconds,
            **self._relay.client_options(),
        )
        try:
            await client.connect()
            if client.is_ehlo_or_helo_needed:
                await client.ehlo()
        except (SMTPException, OSError) as error:
            client.close()
            raise RelayUnavailable(_why_unreachable(error), _code_of(error)) from None
        except BaseException:
            client.close()
            raise
        self.opened += 1
        return _Connection(client)

    async def _give_back(self, connection: _Connection) -> None:
        is_worn = connection.mails >= self._limits.mails_a_connection
        if is_worn or len(self._idle) >= self._limits.idle_connections:
            await _quit(connection.client)
        else:
            self._idle.append(connection)


async def _hand_over(client: SMTP, mail: Mail) -> None:
    # RFC 3461: told when it fails or waits, not when it arrives; our headers come back, not our words.
    has_reports = client.supports_extension("dsn")
    of_mail = ("RET=HDRS", f"ENVID={mail.envelope_id}") if has_reports else ()
    of_recipient = ("NOTIFY=FAILURE,DELAY",) if has_reports else ()
    try:
        await client.mail(mail.sender, options=of_mail)
        await client.rcpt(mail.recipient, options=of_recipient)
        await client.data(mail.content)
    except SMTPSenderRefused as error:
        if error.code >= 500:
            raise RelayUnavailable("the relay refuses our sender address", error.code) from None
        raise TemporaryFailure("deferred by the relay", error.code) from None
    except (SMTPRecipientRefused, SMTPDataError) as error:
        if error.code >= 500:
            status = status_at_start(error.message)
            raise PermanentFailure("refused by the relay", error.code, status) from None
        raise TemporaryFailure("deferred by the relay", error.code) from None
    except SMTPResponseException:
        raise TemporaryFailure("an answer that is not SMTP") from None
    except TimeoutError:
        raise TemporaryFailure("no answer in time") from None
    except (SMTPException, OSError):
        raise TemporaryFailure("connection lost") from None


def _why_unreachable(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "the relay does not answer"
    if isinstance(error, SMTPResponseException):
        return "the relay does not let us in"
    return "the relay cannot be reached"


def _code_of(error: Exception) -> int | None:
    return error.code if isinstance(error, SMTPResponseException) and error.code > 0 else None


async def _quit(client: SMTP) -> None:
    try:
        await client.quit(timeout=_QUIT_SECONDS)
    except (SMTPException, OSError):
        client.close()  # it was gone already, which is all that was wanted
