"""What can go wrong while a mail is handed to the relay, split by what follows from it.

NotifierError
├── PositionMoved       another filler wrote the outbox: this one is not the leader any more
├── UnusableAddress     nothing can be sent to what the profile holds
└── SendingError        one mail could not be handed over
    ├── RelayUnavailable    the relay as a whole does not serve us: every mail waits, none counts an attempt
    ├── TemporaryFailure    this mail, this time: try again later
    └── PermanentFailure    this mail, for good: record it and try no more

No text here holds an address, and no answer of the relay is kept but its code: relays repeat the recipient's
address in their answers, and these errors end in events and logs.
"""

from __future__ import annotations


class NotifierError(Exception):
    """Base of all errors of this package."""


class PositionMoved(NotifierError):
    """The outbox's position is not the one that the page started from."""


class UnusableAddress(NotifierError):
    """It is not an address that a mail can be sent to."""


class SendingError(NotifierError):
    """A mail was not handed over. `reason` is our own wording, `smtp_code` the relay's answer if any."""

    def __init__(self, reason: str, smtp_code: int | None = None) -> None:
        super().__init__(reason if smtp_code is None else f"{reason} ({smtp_code})")
        self.reason = reason
        self.smtp_code = smtp_code


class RelayUnavailable(SendingError):
    """No connection, TLS or login, or our sender address is refused. Says nothing about the mail."""


class TemporaryFailure(SendingError):
    """A 4xx answer, a lost connection or no answer in time, once the relay had begun to take this mail."""


class PermanentFailure(SendingError):
    """A 5xx answer to the recipient or to the content (RFC 5321 §4.2.1), or nobody to send it to."""
