"""What can go wrong with documents, split by what a caller can do about it.

StorageError
├── StorageUnavailable          nothing wrong with the document: try again later
│   ├── ObjectStoreUnavailable  the object store does not answer, or not as it should
│   │   └── ObjectStoreBusy     too many operations wait in this process already
│   ├── SpoolUnavailable        an upload could not be held: disk full, directory gone
│   ├── InspectionUnavailable   no inspection worker came free or could be started in time
│   └── ScannerUnavailable      the malware scanner does not answer, or not as it should
├── ObjectNotFound              there is no object under this key
├── DocumentCorrupt             the stored object is not what was encrypted
├── UploadTooLarge              more bytes than allowed were sent
└── InspectionRefused           the document is not accepted, for a stable reason

No message holds a file name, a credential or an address of a server.
"""

from __future__ import annotations

from typing import Literal

RefusalReason = Literal[
    "empty",
    "not-a-pdf",
    "not-of-its-type",
    "damaged",
    "trailing-data",
    "encrypted",
    "no-pages",
    "not-utf8",
    "control-character",
    "not-well-formed",
    "document-type",
    "unsafe-path",
    "unusual-compression",
    "unpacks-to-too-much",
    "inspection-timeout",
    "inspection-failed",
    "malware",
    "not-scannable",
]


class StorageError(Exception):
    """Base of all errors of this package."""


class StorageUnavailable(StorageError):
    """A retryable condition of our own parts; becomes a 503 for HTTP callers."""


class ObjectStoreUnavailable(StorageUnavailable):
    """The object store cannot be used now. Whether a write that raised this was kept is unknown."""


class ObjectStoreBusy(ObjectStoreUnavailable):
    """The operation was not begun, because too many are waiting in this process."""


class SpoolUnavailable(StorageUnavailable):
    """An upload could not be written to, or read from, its temporary file."""


class InspectionUnavailable(StorageUnavailable):
    """The inspection was not begun: no worker came free or could be started in time."""


class ScannerUnavailable(StorageUnavailable):
    """Whether there is malware in an upload is not known. Without an answer none is accepted."""


class ObjectNotFound(StorageError):
    """No object has this key (it was deleted, or never put)."""

    def __init__(self) -> None:
        super().__init__("no object has this key")


class DocumentCorrupt(StorageError):
    """The object is truncated, extended, altered, or was encrypted under another key."""


class UploadTooLarge(StorageError):
    """More than `limit` bytes were sent."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} bytes")
        self.limit = limit


class InspectionRefused(StorageError):
    """The document is not accepted. `reason` is a stable code that a partner may rely on.

    empty: zero bytes. not-a-pdf: the first bytes are not those of a PDF. not-of-its-type: the same of any
    other media type. damaged: truncated or not readable without repair. trailing-data: something is in it
    that belongs to nothing. encrypted: needs a password or restricts what a reader may do. no-pages: nothing
    to show. not-utf8, control-character: no text, or in another encoding. not-well-formed, document-type: no
    XML, or XML with a DTD. unsafe-path, unusual-compression, unpacks-to-too-much: an archive that does harm
    to who unpacks it, or cannot be. inspection-timeout and inspection-failed: it could not be examined within
    the limits of time and memory. malware: the scanner found some, in the document or in a file embedded in
    it. not-scannable: it, or a file embedded in it, is more than can be scanned, or cannot be read to be
    scanned.
    """

    def __init__(self, reason: RefusalReason) -> None:
        super().__init__(reason)
        self.reason = reason
