"""One event of every topic in each of its versions, exactly as its stored sample must read.

They stand in `stored/`, one file for each of the files in `domain/events/`.
"""

from __future__ import annotations

from domain.events import Event
from tests.contract.stored import (
    access,
    audit_log,
    document,
    erasure,
    mailbox,
    message,
    notification,
    publication,
    reference,
    retention,
    scope,
)

EXPECTED: dict[str, Event] = {
    **access.EXPECTED,
    **audit_log.EXPECTED,
    **document.EXPECTED,
    **erasure.EXPECTED,
    **mailbox.EXPECTED,
    **message.EXPECTED,
    **notification.EXPECTED,
    **publication.EXPECTED,
    **reference.EXPECTED,
    **retention.EXPECTED,
    **scope.EXPECTED,
}
