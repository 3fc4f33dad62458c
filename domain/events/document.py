"""What happens to a document that a sender keeps with us, for any number of messages."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from domain.events.access import AccessRecord
from domain.events.base import Event, FirstEvent, recorded_as
from domain.personal import Personal


@recorded_as("document.kept")
class DocumentKept(FirstEvent):
    """A sender uploaded a document; its messages may carry it until `keep_until`.

    `party_id` is the sender organisation's own party: the document's key is a secret of the sender, and is
    sealed again for each recipient. The other fields are as an attachment's; `fingerprint` tells a repeat of
    the upload's `Idempotency-Key` from another upload.
    """

    party_id: UUID
    organisation: str
    object_key: str
    document_key: Personal[str]
    media_type: str
    size: int
    sha256: Personal[str]
    file_name: Personal[str]
    keep_until: datetime
    fingerprint: str
    access: AccessRecord


@recorded_as("document.purged")
class DocumentPurged(Event):
    """It was removed from the object store: its time is over, and no message needs it."""

    organisation: str
