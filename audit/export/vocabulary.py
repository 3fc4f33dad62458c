"""What the kinds of events are in other people's words: what was done, and whether it came off.

`lifecycle` is a code of ISO 21089, as HL7's `iso-21089-lifecycle` has it; an auditor's look is DICOM's
`110101` (audit log used). A kind that is not named here, of this release or a later one, is an amendment.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from audit.export.rows import Row


class Action(StrEnum):
    """What was done to what the event is about."""

    CREATE = "create"
    READ = "read"
    UPDATE = "update"
    DELETE = "delete"
    EXECUTE = "execute"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a kind of event is. `lifecycle` None: an auditor's look."""

    action: Action
    lifecycle: str | None


_LOOK: Final = Meaning(Action.READ, None)
_ACCESS: Final = Meaning(Action.READ, "access")
_TOLD: Final = Meaning(Action.EXECUTE, "transmit")
_AMENDED: Final = Meaning(Action.UPDATE, "amend")

_MEANINGS: Final = {
    "access.recorded": _ACCESS,
    "access_denied.recorded": _ACCESS,
    "audit.exported": _LOOK,
    "audit.replayed": _LOOK,
    "mailbox.created": Meaning(Action.CREATE, "originate"),
    "mailbox.frozen": Meaning(Action.UPDATE, "hold"),
    "mailbox.merged_into": Meaning(Action.UPDATE, "merge"),
    "mailbox.owner_erased": Meaning(Action.DELETE, "destroy"),
    "mailbox.unfrozen": Meaning(Action.UPDATE, "unhold"),
    "message.archived": Meaning(Action.UPDATE, "archive"),
    "message.confirmed": Meaning(Action.UPDATE, "attest"),
    "message.documents_purged": Meaning(Action.DELETE, "destroy"),
    "message.expired": Meaning(Action.UPDATE, "deprecate"),
    "message.opened": _ACCESS,
    "message.published": Meaning(Action.CREATE, "originate"),
    "message.recalled": Meaning(Action.UPDATE, "deprecate"),
    "message.replied": Meaning(Action.CREATE, "originate"),
    "message.unarchived": Meaning(Action.UPDATE, "reactivate"),
    "message.withdrawn": Meaning(Action.UPDATE, "deprecate"),
    "retention.horizon_moved": Meaning(Action.DELETE, "deprecate"),
}
_REFUSED: Final = "access_denied.recorded"
_FAILED: Final = frozenset({_REFUSED, "notification.bounced", "notification.delayed", "notification.failed"})


def meaning_of(kind: str) -> Meaning:
    """What that kind of event is."""
    if kind.startswith("notification."):
        return _TOLD
    return _MEANINGS.get(kind, _AMENDED)


def has_failed(row: Row) -> bool:
    """Whether it did not come off: refused, or a mail that did not arrive."""
    return row.kind in _FAILED


def why_failed(row: Row) -> str | None:
    """In a word, where it is known."""
    told = row.detail or {}
    reason = next((told[name] for name in ("reason", "status") if isinstance(told.get(name), str)), None)
    return reason if has_failed(row) else None
