"""What can go wrong while a mail is handed to the relay, split by what follows from it.

NotifierError
├── PositionMoved       another filler wrote the outbox: this one is not the leader any more
├── SummaryClosed       a summary is being sent, or was: what is new goes into the next one
├── UnusableAddress     nothing can be sent to what the profile holds
├── NothingToTell       by the moment of sending there is no reason for the mail any more
├── TooEarly            the owner is to be left in peace until later
├── CannotListen        the address for mail that comes back cannot be had
└── SendingError        one mail could not be handed over
    ├── RelayUnavailable    the relay as a whole does not serve us: every mail waits, none counts an attempt
    ├── TemporaryFailure    this mail, this time: try again later
    └── PermanentFailure    this mail, for good: record it and try no more

No text here holds an address, and no answer of the relay is kept but its codes: relays repeat the recipient's
address in their answers, and these errors end in events and logs.
"""

from __future__ import annotations

from datetime import datetime


class NotifierError(Exception):
    """Base of all errors of this package."""


class PositionMoved(NotifierError):
    """The outbox's position is not the one that the page started from."""


class SummaryClosed(NotifierError):
    """A summary was claimed: it takes no further message in."""


class NothingToTell(NotifierError):
    """The mail would say what is not so (any more). `reason` in a word, such as `opened`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TooEarly(NotifierError):
    """The owner's quiet hours last until `until`."""

    def __init__(self, until: datetime) -> None:
        super().__init__("quiet hours")
        self.until = until


class CannotListen(NotifierError):
    """The host and port for mail that comes back are taken, or are not ours."""


class UnusableAddress(NotifierError):
    """It is not an address that a mail can be sent to."""


class SendingError(NotifierError):
    """A mail was not handed over. `reason` is our own wording.

    `smtp_code` is the relay's answer if any, `status` its enhanced code (RFC 2034) if it gave one.
    """

    def __init__(self, reason: str, smtp_code: int | None = None, status: str | None = None) -> None:
        super().__init__(reason if smtp_code is None else f"{reason} ({smtp_code})")
        self.reason = reason
        self.smtp_code = smtp_code
        self.status = status


class RelayUnavailable(SendingError):
    """No connection, TLS or login, or our sender address is refused. Says nothing about the mail."""


class TemporaryFailure(SendingError):
    """A 4xx answer, a lost connection or no answer in time, once the relay had begun to take this mail."""


class PermanentFailure(SendingError):
    """A 5xx answer to the recipient or to the content (RFC 5321 §4.2.1), or nobody to send it to."""
