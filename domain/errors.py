"""What can go wrong in the words of the domain. One class for each rule, each with a stable code.

    DomainError
    ├── InvalidInput            the caller's data break rules; carries one issue for each
    ├── NotAllowed              the decision function said no
    ├── NotFound                there is nothing there that the caller may know of
    ├── Gone                    it was there, and its owner has been erased
    ├── IdempotencyKeyReused    the same key with another request
    ├── Conflict                the state does not allow it (any more)
    │   ├── NotActivated        the mailbox is not in use yet: its owner has to log in first
    │   └── ScopeClosed         an auditor's scope was decided already, or is over
    ├── LimitReached            the caller did this too often; carries when it may be done again
    └── Retryable               the same call may succeed later
        ├── Busy                a limit is reached; nothing was begun
        └── Unavailable         something this depends on does not answer
            └── OutcomeUnknown  …and it may have done what it was asked

Texts never hold personal data: they may end in a log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID


class DomainError(Exception):
    """Something the domain refuses, with a stable code."""

    code: ClassVar[str] = "domainError"


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing wrong with the input: where, which rule, and what to do about it.

    `field` is the path in the caller's own words (`messageToPublish.subject.nl`), `code` is stable,
    `where` is one of body, header, path, query.
    """

    field: str
    code: str
    detail: str
    where: str = "body"


class InvalidInput(DomainError):
    """The caller's data break rules; `issues` names each."""

    code = "badRequest"

    def __init__(self, *issues: Issue) -> None:
        super().__init__(", ".join(f"{issue.field}: {issue.code}" for issue in issues))
        self.issues: Sequence[Issue] = issues


class NotAllowed(DomainError):
    """The decision function said no; `issues` names the caller's field, where one made the difference.

    `mailbox_id` is the mailbox that it was about, where that is known; it is for the record alone.
    """

    code = "noAccess"

    def __init__(self, reason: str, *issues: Issue, mailbox_id: UUID | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.issues: Sequence[Issue] = issues
        self.mailbox_id = mailbox_id


class NotFound(DomainError):
    """There is nothing there that the caller may know of.

    `position` is how far in the log whoever looked has read, where that may be behind: it may come yet.
    """

    code = "resourceNotFound"

    def __init__(self, what: str, *, position: int | None = None) -> None:
        super().__init__(what)
        self.position = position


class Gone(DomainError):
    """It was there; its owner has been erased."""

    code = "gone"


class IdempotencyKeyReused(DomainError):
    """The same `Idempotency-Key` came before with another request."""

    code = "idempotencyKeyReused"


class Conflict(DomainError):
    """The state does not allow it (any more)."""

    code = "conflict"


class NotActivated(Conflict):
    """The mailbox is not in use yet: its owner has to log in and accept the terms first."""

    code = "notActivated"


class ScopeClosed(Conflict):
    """An auditor's scope was decided already, or is over."""

    code = "scopeClosed"


class LimitReached(DomainError):
    """The caller did this too often; it may be done again after `retry_after` seconds. Nothing was done."""

    code = "tooManyRequests"

    def __init__(self, what: str, retry_after: int) -> None:
        super().__init__(what)
        self.retry_after = retry_after


class Retryable(DomainError):
    """The same call may succeed after `retry_after` seconds. But for `OutcomeUnknown`, nothing was done."""

    code = "serviceUnavailable"

    def __init__(self, what: str, retry_after: int = 1) -> None:
        super().__init__(what)
        self.retry_after = retry_after


class Busy(Retryable):
    """A limit is reached: a queue is full, all workers are taken. Nothing was begun."""


class Unavailable(Retryable):
    """Something this depends on does not answer."""


class OutcomeUnknown(Unavailable):
    """It was sent, and no answer came: it may have been done. Only a repeat that meets itself is safe."""
