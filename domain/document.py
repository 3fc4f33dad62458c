"""A document that a sender keeps with us, so that any number of its messages can carry it."""

from __future__ import annotations

from datetime import datetime
from functools import singledispatchmethod
from uuid import UUID

from domain.aggregate import AggregateRoot
from domain.errors import Conflict
from domain.events.access import AccessRecord
from domain.events.base import Event
from domain.events.document import DocumentKept, DocumentPurged


class Document(AggregateRoot):
    """Kept until its time is over; no message that carries it lives longer, so nobody needs it then."""

    TOPIC = "document"

    def __init__(self) -> None:
        self.is_purged = False

    @classmethod
    def keep(
        cls,
        document_id: UUID,
        *,
        party_id: UUID,
        organisation: str,
        object_key: str,
        document_key: str,
        media_type: str,
        size: int,
        sha256: str,
        file_name: str,
        keep_until: datetime,
        fingerprint: str,
        access: AccessRecord,
        at: datetime,
    ) -> Document:
        """It is in the object store. `domain/events/document.py` says what each field means."""
        return cls.begin(
            DocumentKept,
            document_id,
            at,
            party_id=party_id,
            organisation=organisation,
            object_key=object_key,
            document_key=document_key,
            media_type=media_type,
            size=size,
            sha256=sha256,
            file_name=file_name,
            keep_until=keep_until,
            fingerprint=fingerprint,
            access=access,
        )

    def purge(self, at: datetime) -> None:
        """It is gone from the object store. Raises `Conflict` before its time; twice changes nothing."""
        if at < self.kept.keep_until:
            raise Conflict("a document is kept until its time is over")
        if not self.is_purged:
            self.record(DocumentPurged, at, organisation=self.kept.organisation)

    @singledispatchmethod
    def when(self, event: Event) -> None:
        """Take a fact in."""

    @when.register
    def _(self, event: DocumentKept) -> None:
        self.kept = event

    @when.register
    def _(self, event: DocumentPurged) -> None:
        self.is_purged = True
