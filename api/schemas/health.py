"""What is said of this process's health."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET

from api.schemas.answers import Absent, Answer


class Check(Answer, kw_only=True):
    """Whether one thing answers."""

    status: Literal["UP", "DOWN"]


class ProjectionCheck(Answer, kw_only=True):
    """How far a read model has come, and how many positions it is behind."""

    status: Literal["UP", "DOWN"]
    position: int | Absent = UNSET
    lag: int | Absent = UNSET


class Health(Answer, kw_only=True):
    """Whether this process can do its work."""

    status: Literal["UP", "DOWN"]
    dependencies: dict[str, Check] | Absent = UNSET
    projections: dict[str, ProjectionCheck] | Absent = UNSET
