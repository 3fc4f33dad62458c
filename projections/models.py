"""Every read model there is."""

from __future__ import annotations

from typing import Final

from projections import access_history, inbox, message_detail, profile, reference, timetable
from projections.model import ReadModel

READ_MODELS: Final[tuple[ReadModel, ...]] = (
    inbox.MODEL,
    message_detail.MODEL,
    profile.MODEL,
    access_history.MODEL,
    reference.MODEL,
    timetable.MODEL,
)
