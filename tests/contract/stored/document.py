"""Events of a kept document."""

from __future__ import annotations

from domain.events import Event
from domain.events.document import DocumentKept, DocumentPurged
from tests.contract.stored.common import ACCESS, LATER, PARTY, event, first

EXPECTED: dict[str, Event] = {
    "document.kept.v1": first(
        DocumentKept,
        "document",
        party_id=PARTY,
        organisation="0316380841",
        object_key="0190/d0.bin",
        document_key="AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        media_type="application/pdf",
        size=123_456,
        sha256="ef" * 32,
        file_name="folder.pdf",
        keep_until=LATER,
        fingerprint="0f" * 32,
        access=ACCESS,
    ),
    "document.purged.v1": event(DocumentPurged, organisation="0316380841"),
}
