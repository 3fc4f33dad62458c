"""Webhooks, put together as the settings say."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bootstrap.errors import CannotStart
from bootstrap.identities import Identities
from bootstrap.stores import Stores
from bootstrap.troubles import lasting_trouble
from settings import Settings
from webhooks.addresses import Reach
from webhooks.connecting import SystemResolver
from webhooks.filler import Filler
from webhooks.overview import Overview
from webhooks.posting import Poster
from webhooks.sender import Sender
from webhooks.service import WebhookService
from webhooks.signing import Signer, SigningKey


def webhook_service_of(parts: Identities) -> WebhookService:
    """Tells receivers. Raises `CannotStart`."""
    settings = parts.settings
    resolver = SystemResolver()
    parts.exits.callback(resolver.close)
    sender = Sender(
        deliveries=parts.deliveries,
        poster=Poster(Reach(loopback=settings.webhook_loopback), resolver, _trust(settings)),
        signer=Signer(lambda: _active_key(parts)),
        clock=parts.clock,
        user_agent=f"eBox/{version('ebox-mailbox')}",
    )
    filler = Filler(parts.events, parts.deliveries, parts.clock, settings.url, sender.wake)
    return WebhookService(filler, sender)


@contextmanager
def overview(settings: Settings) -> Iterator[Overview]:
    """For the commands of `ebox webhooks`. Raises `CannotStart`."""
    stores = Stores(settings)
    try:
        yield Overview(stores.webhook_database)
    except Exception as error:
        trouble = lasting_trouble(error)
        if trouble is None:
            raise
        raise CannotStart(f"outbox (EBOX_OUTBOX_URL): {trouble}") from error
    finally:
        asyncio.run(stores.aclose())


def _active_key(parts: Identities) -> SigningKey:
    key = parts.webhook_keys.active()
    private = key.private_key
    if not isinstance(private, Ed25519PrivateKey):
        raise TypeError("webhooks are signed with Ed25519")
    return SigningKey(key.thumbprint(), private)


def _trust(settings: Settings) -> ssl.SSLContext:
    trust = ssl.create_default_context()
    if settings.webhook_ca_file is not None:
        try:
            trust.load_verify_locations(settings.webhook_ca_file)
        except (OSError, ssl.SSLError) as error:
            raise CannotStart("EBOX_WEBHOOK_CA_FILE is no PEM file of certificates") from error
    return trust
