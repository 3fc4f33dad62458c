"""What can go wrong between the log and a receiver, split by what follows from it.

WebhookError
├── PositionMoved       another filler wrote the deliveries: this one is not the leader any more
├── AddressRefused      the receiver's URL or one of its addresses is none that we connect to
└── NotDelivered        one event was not taken
    ├── ReceiverFailing     says nothing about the event: the receiver is away, slow or set up wrongly
    ├── EventRefused        the receiver answers, and does not take this event (now)
    └── ReceiverGone        410: it will never take it

No text here holds a URL or what a receiver answered: a URL may hold a secret, and answers may hold anything.
"""

from __future__ import annotations

from datetime import timedelta


class WebhookError(Exception):
    """Base of all errors of this package."""


class PositionMoved(WebhookError):
    """The position is not the one that the page started from."""


class AddressRefused(WebhookError):
    """Nothing is sent there. The text says why, in words that name no address."""


class NotDelivered(WebhookError):
    """An event was not delivered. `reason` is our own wording, `status` the receiver's answer if any.

    `retry_after` is how long the receiver asks us to wait.
    """

    def __init__(self, reason: str, status: int | None = None, retry_after: timedelta | None = None) -> None:
        super().__init__(reason if status is None else f"{reason} ({status})")
        self.reason = reason
        self.status = status
        self.retry_after = retry_after


class ReceiverFailing(NotDelivered):
    """No connection, no answer in time, a redirect, 408, 429 or 5xx: the next event would fare no better."""


class EventRefused(NotDelivered):
    """Another 4xx answer: perhaps to this event alone."""


class ReceiverGone(NotDelivered):
    """410 (RFC 9110 §15.5.11): tried no more."""
