"""The relay: it lets us in, and takes our sender. No mail is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from aiosmtplib import SMTP, SMTPAuthenticationError, SMTPException, SMTPResponseException, SMTPSenderRefused

from bootstrap.doctor.findings import Finding, fine, warning, wrong
from bootstrap.doctor.patient import Patient
from bootstrap.errors import CannotStart
from bootstrap.migration import TRY_AGAIN
from notifier.addresses import mail_address, sender_address
from notifier.errors import UnusableAddress
from notifier.relay import Relay

PART: Final = "SMTP relay"
_SECONDS: Final = 5.0
_NAMES: Final = "EBOX_SMTP_URL"


def look_at(system: Patient) -> Iterator[Finding]:
    """Connect, greet, encrypt and log in as configured; MAIL FROM and RCPT TO ourselves; RSET."""
    if system.settings.smtp_url is None:
        yield fine(PART, "none: mails go to the page of the embedded mode")
        return
    try:
        relay = Relay.from_url(system.settings.smtp_url.get_secret_value())
        sender = sender_address(system.settings.mail_from).addr_spec
        bounces = system.settings.bounce_address
        return_path = mail_address(bounces).addr_spec if bounces else sender
    except (ValueError, UnusableAddress) as error:
        raise CannotStart(f"EBOX_SMTP_URL, EBOX_MAIL_FROM or EBOX_BOUNCE_ADDRESS: {error}") from error
    greeting = urlsplit(system.settings.url).hostname or "localhost"
    yield from asyncio.run(_talk(relay, greeting, return_path, sender))


async def _talk(relay: Relay, greeting: str, return_path: str, recipient: str) -> list[Finding]:
    client = SMTP(local_hostname=greeting, timeout=_SECONDS, **relay.client_options())
    try:
        await client.connect()
        if client.is_ehlo_or_helo_needed:
            await client.ehlo()
    except SMTPAuthenticationError as error:
        return [wrong(PART, f"it refuses our user or password ({error.code})", f"correct them in {_NAMES}")]
    except SMTPResponseException as error:
        return [wrong(PART, f"it does not let us in ({error.code})", "let it take mail from this machine")]
    except (SMTPException, OSError) as error:
        return [wrong(PART, f"it does not answer ({type(error).__name__})", TRY_AGAIN)]
    try:
        return await _try_addresses(client, return_path, recipient)
    except (SMTPException, OSError) as error:
        return [wrong(PART, f"it ended the conversation ({type(error).__name__})", "look into its log")]
    finally:
        client.close()


async def _try_addresses(client: SMTP, return_path: str, recipient: str) -> list[Finding]:
    try:
        await client.mail(return_path)
    except SMTPSenderRefused as error:
        setting = "EBOX_MAIL_FROM, or EBOX_BOUNCE_ADDRESS where it is set,"
        return [
            wrong(PART, f"it refuses our sender address ({error.code})", f"let {setting} be one it takes")
        ]
    found: list[Finding] = []
    try:
        await client.rcpt(recipient)
    except SMTPResponseException as error:
        found.append(
            warning(
                PART,
                f"it does not take mail to the address in EBOX_MAIL_FROM ({error.code})",
                "see that it relays for this machine, or that this address exists",
            )
        )
    found += _offers(client)
    await client.rset()
    await client.quit()
    return found


def _offers(client: SMTP) -> list[Finding]:
    encrypted = "with TLS" if client.get_transport_info("ssl_object") is not None else "without TLS"
    if not client.supports_extension("dsn"):
        return [
            warning(
                PART,
                f"it answers, {encrypted}, and makes no delivery reports of the standard kind",
                "let it offer DSN (RFC 3461), or addresses that do not exist may stay unnoticed",
            )
        ]
    return [fine(PART, f"it answers, {encrypted}, takes our sender and makes delivery reports")]
