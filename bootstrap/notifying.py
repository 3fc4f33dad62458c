"""The notifier, put together as the settings say."""

from __future__ import annotations

from urllib.parse import urlsplit

from bootstrap.errors import CannotStart
from bootstrap.use_cases import UseCases
from notifier.addresses import mail_address, sender_address
from notifier.composer import Composer
from notifier.errors import CannotListen, UnusableAddress
from notifier.filler import Filler
from notifier.listener import BounceListener
from notifier.outcomes import Outcomes
from notifier.relay import Relay
from notifier.rendering import Renderer, message_id_host
from notifier.returned import Returned
from notifier.sender import Sender, SenderLimits
from notifier.service import Notifier
from notifier.smtp import SmtpPool
from notifier.verp import ReturnPath
from settings import Settings


async def run(notifier: Notifier) -> None:
    """Notify until stopped. Raises `CannotStart` where mail that comes back cannot be listened for."""
    try:
        await notifier.run()
    except CannotListen as error:
        raise CannotStart("EBOX_BOUNCE_LISTEN is no address of this machine's, or is taken") from error


def notifier_of(parts: UseCases, relay: Relay) -> Notifier:
    """Tells owners by that relay. Raises `CannotStart`."""
    settings = parts.settings
    try:
        mail_from = sender_address(settings.mail_from)
    except UnusableAddress as error:
        example = "eBox <no-reply@ebox.example>"
        raise CannotStart(f"EBOX_MAIL_FROM is an address, such as: {example}") from error
    return_path = _return_path(parts)
    outcomes = Outcomes(parts.events, parts.clock)
    sender = Sender(
        outbox=parts.outbox,
        outcomes=outcomes,
        composer=Composer(
            streams=parts.events,
            names=parts.reference,
            codes=parts.address_codes,
            renderer=Renderer(mail_from, settings.url),
            clock=parts.clock,
            return_path=return_path.of if return_path else lambda *_: mail_from.addr_spec,
        ),
        pool=SmtpPool(relay, urlsplit(settings.url).hostname or "localhost"),
        bounces=parts.bounces,
        clock=parts.clock,
        limits=SenderLimits(connections=settings.smtp_connections),
    )
    filler = Filler(parts.events, parts.outbox, parts.clock, sender.wake, summary_hour=settings.summary_hour)
    return Notifier(filler, sender, _listener(settings, return_path, Returned(outcomes, parts.bounces)))


def _return_path(parts: UseCases) -> ReturnPath | None:
    address = parts.settings.bounce_address
    if address is None:
        return None
    try:
        return ReturnPath(mail_address(address), parts.identifier_keys)
    except UnusableAddress as error:
        raise CannotStart(
            f"EBOX_BOUNCE_ADDRESS is an address, such as bounces@ebox.example: {error}"
        ) from error


def _listener(
    settings: Settings, return_path: ReturnPath | None, returned: Returned
) -> BounceListener | None:
    if settings.bounce_listen is None:
        return None
    if return_path is None:
        raise CannotStart("EBOX_BOUNCE_LISTEN wants EBOX_BOUNCE_ADDRESS, the address that mail comes back to")
    host, _, port = settings.bounce_listen.rpartition(":")
    return BounceListener(
        host.strip("[]"),
        int(port),
        return_path=return_path,
        returned=returned,
        greeting=message_id_host(settings.url),
    )
