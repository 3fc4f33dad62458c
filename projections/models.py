"""Every read model there is."""

from __future__ import annotations

from typing import Final

from projections import (
    access_history,
    audit_scopes,
    document_events,
    erasures,
    inbox,
    kept_documents,
    message_detail,
    profile,
    reference,
    roles,
    timetable,
)
from projections.model import ReadModel

READ_MODELS: Final[tuple[ReadModel, ...]] = (
    inbox.MODEL,
    message_detail.MODEL,
    profile.MODEL,
    access_history.MODEL,
    reference.MODEL,
    roles.MODEL,
    timetable.MODEL,
    kept_documents.MODEL,
    document_events.MODEL,
    erasures.MODEL,
    audit_scopes.MODEL,
)
