"""The object store: an object goes in, comes out again, and is removed."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

from bootstrap.doctor.findings import Finding, fine, warning, wrong
from bootstrap.doctor.patient import Patient
from bootstrap.migration import TRY_AGAIN
from storage.errors import ObjectStoreUnavailable
from storage.keys import new_object_key
from storage.port import ObjectStore
from storage.s3 import S3ObjectStore

PART: Final = "object store"
SECONDS: Final = 40.0
"""Each of its operations is tried three times."""
_BYTES: Final = 1024
_ADVICE: Final = (
    ("does not exist", "run `ebox migrate`, which creates it"),
    ("cannot be used", "run `ebox migrate`, as the user of the roles"),
    ("answered", "correct key, secret and bucket in EBOX_OBJECT_STORE_URL, or what that user may do"),
)


def look_at(system: Patient) -> Iterator[Finding]:
    """Whether it can be used as the roles do."""
    store = system.unmeasured_objects
    try:
        yield from _try(system, store)
    except ObjectStoreUnavailable as error:
        found = str(error).partition(";")[0]
        advice = next((what for sign, what in _ADVICE if sign in found), TRY_AGAIN)
        yield wrong(PART, found, advice)


def _try(system: Patient, store: ObjectStore) -> Iterator[Finding]:
    store.check()
    key, content = new_object_key(), os.urandom(_BYTES)
    try:
        store.put(key, io.BytesIO(content), _BYTES)
        read = store.read(key, 0, _BYTES)
    except BaseException:
        with suppress(ObjectStoreUnavailable):  # the trouble that brought us here is the one to tell
            store.delete(key)
        raise
    store.delete(key)
    if read != content:
        yield wrong(PART, "what is read is not what was put", "stop publishing and look into the store")
    if isinstance(store, S3ObjectStore):
        yield from _of_s3(system, store)
    else:
        yield fine(PART, "an object went in, came out and was removed")


def _of_s3(system: Patient, store: S3ObjectStore) -> Iterator[Finding]:
    url = system.settings.object_store_url
    parts = urlsplit(url.get_secret_value() if url else "")
    if parts.scheme == "s3+http" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        yield warning(
            PART,
            "it is spoken to without TLS: names of objects can be read on the way, and answers changed",
            "begin EBOX_OBJECT_STORE_URL with s3+https://",
        )
    try:
        versions = f"versioning is {store.versioning().lower()}"
    except ObjectStoreUnavailable:
        versions = "whether it keeps versions, its user may not ask"
    yield fine(PART, f"an object went in, came out and was removed; {versions}")
