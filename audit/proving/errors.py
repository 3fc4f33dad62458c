"""What keeps a proof from being given."""

from __future__ import annotations

from typing import Final

from domain.errors import DomainError, Unavailable

COVERED_SECONDS: Final = 2
"""In normal running the next checkpoint has what was just recorded within a second."""


class NoLogYet(Unavailable):
    """Nothing was published yet: the role that keeps the audit log has not run here."""

    def __init__(self) -> None:
        super().__init__("there is no audit log here yet", retry_after=60)


class NotLoggedYet(DomainError):
    """It is recorded, and the newest checkpoint does not cover it yet. The same question succeeds soon."""

    code = "notLoggedYet"
    retry_after = COVERED_SECONDS


class LogDamaged(Unavailable):
    """A file of the published log is missing or does not lead to the signed root."""

    def __init__(self) -> None:
        super().__init__("the audit log's files do not lead to its checkpoint", retry_after=60)
