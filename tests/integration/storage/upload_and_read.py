"""A program: uploads and reads back documents, and prints by how many bytes its memory grew meanwhile.

Arguments: the object store (a directory or an S3 address), a directory for uploads, the size of a document,
how many at the same time. The first, small document is not counted: it loads what is loaded once.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
from pathlib import Path

from storage.documents import DocumentStore
from storage.filesystem import FilesystemObjectStore
from storage.s3 import S3ObjectStore
from storage.spool import SpooledUpload


async def upload_and_read(documents: DocumentStore, spool: Path, size: int) -> None:
    digest = hashlib.sha256()
    with SpooledUpload(spool, max_size=size) as upload:
        while upload.size < size:
            chunk = os.urandom(min(65_536, size - upload.size))
            digest.update(chunk)
            await upload.write(chunk)
        await upload.finish()
        kept = await documents.put(upload)
    again = hashlib.sha256()
    async for piece in await documents.open(kept.object_key, kept.document_key, kept.size):
        again.update(piece)
    assert digest.digest() == kept.sha256 == again.digest()
    await documents.delete(kept.object_key)


async def main(store: str, spool: Path, size: int, at_once: int) -> None:
    objects = S3ObjectStore.from_url(store) if "://" in store else FilesystemObjectStore(Path(store))
    objects.prepare()
    documents = DocumentStore(objects)
    await upload_and_read(documents, spool, 100_000)
    before = forget_peak()
    await asyncio.gather(*(upload_and_read(documents, spool, size) for _ in range(at_once)))
    sys.stdout.write(f"{peak() - before}\n")
    await documents.close()


def forget_peak() -> int:
    """Let the peak count from now on (proc(5)), and return it."""
    Path("/proc/self/clear_refs").write_text("5")
    return peak()


def peak() -> int:
    """The most memory ever resident, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise LookupError("VmHWM")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
