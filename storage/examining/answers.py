"""What a check answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from storage.errors import RefusalReason


class Refused(Exception):
    """The upload is not accepted, for this reason."""

    def __init__(self, reason: RefusalReason) -> None:
        super().__init__(reason)
        self.reason = reason


class CannotWrite(Exception):
    """There is no room for what is embedded."""


@dataclass(frozen=True, slots=True)
class Examined:
    """Accepted. `page_count` is a PDF's; `embedded`: the sizes of the files that were taken out."""

    page_count: int | None = None
    findings: list[str] = field(default_factory=list)
    embedded: list[int] = field(default_factory=list)
