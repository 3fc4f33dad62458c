"""An erased object is gone with all that the store keeps of it, on a directory and on a real S3 server."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from minio import Minio
from minio.commonconfig import ENABLED
from minio.versioningconfig import VersioningConfig

from storage.errors import ObjectNotFound
from storage.filesystem import FilesystemObjectStore
from storage.keys import new_object_key
from storage.port import ObjectStore
from storage.s3 import S3ObjectStore


def versioned(url: str) -> tuple[Minio, str]:
    """A client for the bucket of this address, which keeps every version from now on."""
    parts = urlsplit(url)
    bucket = parts.path.strip("/")
    where = parts.netloc.rpartition("@")[2]
    client = Minio(endpoint=where, access_key=parts.username, secret_key=parts.password, secure=False)
    client.set_bucket_versioning(bucket_name=bucket, config=VersioningConfig(ENABLED))
    return client, bucket


def versions(client: Minio, bucket: str) -> set[tuple[str, str | None]]:
    """Every version and every mark of a deletion that the bucket has."""
    found = client.list_objects(bucket_name=bucket, recursive=True, include_version=True)
    return {(one.object_name, one.version_id) for one in found}


@pytest.fixture(params=["filesystem", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ObjectStore]:
    made: ObjectStore
    if request.param == "filesystem":
        made = FilesystemObjectStore(tmp_path / "objects")
    else:
        made = S3ObjectStore.from_url(request.getfixturevalue("s3_url"))
    made.prepare()
    yield made
    made.close()


def test_an_erased_object_is_gone_and_the_others_stay(store: ObjectStore) -> None:
    key, other = new_object_key(), new_object_key()
    for one in (key, other):
        store.put(one, BytesIO(b"page"), 4)
    for _ in range(2):
        store.erase(key)
    with pytest.raises(ObjectNotFound):
        store.read(key, 0, 4)
    assert store.read(other, 0, 4) == b"page"


def test_of_an_erased_object_no_version_is_left(s3_url: str) -> None:
    store = S3ObjectStore.from_url(s3_url)
    client, bucket = versioned(s3_url)
    key, other = new_object_key(), new_object_key()
    for content in (b"one", b"two"):
        store.put(key, BytesIO(content), 3)
    store.put(other, BytesIO(b"own"), 3)
    store.delete(key)
    kept = versions(client, bucket)
    assert len([name for name, _ in kept if name == key]) == 3  # two versions and the mark
    store.erase(key)
    assert {name for name, _ in versions(client, bucket)} == {other}
    assert store.read(other, 0, 3) == b"own"
    store.close()


def test_of_an_object_whose_key_begins_the_same_nothing_is_removed(s3_url: str) -> None:
    store = S3ObjectStore.from_url(s3_url)
    client, bucket = versioned(s3_url)
    key = new_object_key()
    longer = f"{key}-copy"
    for one in (key, longer):
        client.put_object(bucket_name=bucket, object_name=one, data=BytesIO(b"page"), length=4)
    store.erase(key)
    assert {name for name, _ in versions(client, bucket)} == {longer}
    store.close()
