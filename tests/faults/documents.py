"""What is published: PDFs of several sizes, and bodies; each made again from its tag to compare with."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from tests.e2e.caller import announcement, form, with_document
from tests.pdfs import make_pdf

KIB = 1024
SIZES = (3 * KIB, 3 * KIB, 40 * KIB, 40 * KIB, 300 * KIB, 1200 * KIB)
"""In bytes. The largest waits in a file while it is received, the others in memory."""
HUGE = 6 * KIB * KIB
"""More than one part of an S3 multipart upload."""

_TAG_BYTES = 48


@dataclass(frozen=True, slots=True)
class Document:
    """A PDF of exactly `size` bytes, with its tag in the middle of a stream that nothing depends on."""

    tag: str
    size: int

    def content(self) -> bytes:
        """The bytes."""
        plain = make_pdf(size=self.size)
        middle = self.size // 2
        mark = self.tag.encode().ljust(_TAG_BYTES, b".")
        return plain[:middle] + mark + plain[middle + len(mark) :]


def body_of(tag: str) -> str:
    """The body of the message with this tag, where it has no document."""
    return f"The message {tag} says: {hashlib.sha256(tag.encode()).hexdigest()}"


def request_of(tag: str, number: str, document: Document | None) -> dict[str, Any]:
    """httpx' arguments for publishing it to the person with this number."""
    subject = {"en": tag}
    if document is None:
        return form(announcement(number, subject=subject, bodyContent={"en": body_of(tag)}))
    return form(with_document(number, subject=subject), document.content(), f"{tag}.pdf")
