"""An S3 server that is away, mute, or does not know us: a quick, retryable error, and no secret in it."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from io import BytesIO
from urllib.parse import urlsplit

import pytest

from storage.errors import ObjectStoreUnavailable
from storage.keys import new_object_key
from storage.s3 import S3ObjectStore
from tests.servers.ceph import Ceph

BOUNDED_SECONDS = 10.0


@pytest.fixture
def store(s3_url: str) -> Iterator[S3ObjectStore]:
    with closing(S3ObjectStore.from_url(s3_url)) as made:
        yield made


def every_use(store: S3ObjectStore, key: str) -> list[Callable[[], object]]:
    return [
        store.check,
        store.prepare,
        lambda: store.put(key, BytesIO(b"a letter"), 8),
        lambda: store.read(key, 0, 8),
        lambda: store.delete(key),
        lambda: list(store.list()),
    ]


def assert_all_unavailable(store: S3ObjectStore, url: str, key: str) -> None:
    parts = urlsplit(url)
    for use in every_use(store, key):
        begun = time.monotonic()
        with pytest.raises(ObjectStoreUnavailable) as raised:
            use()
        assert time.monotonic() - begun < BOUNDED_SECONDS
        for secret in (parts.username, parts.password, parts.hostname, parts.path.strip("/"), key):
            assert secret is not None
            assert secret not in str(raised.value)


def test_a_server_that_is_away_is_unavailable_and_recovers_by_itself(
    store: S3ObjectStore, ceph: Ceph, s3_url: str
) -> None:
    key = new_object_key()
    store.put(key, BytesIO(b"a letter"), 8)
    ceph.stop_gateway()
    try:
        assert_all_unavailable(store, s3_url, key)
    finally:
        ceph.start_gateway()
    store.check()
    assert store.read(key, 0, 8) == b"a letter"


def test_a_server_that_never_answers_is_unavailable_in_bounded_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        host, port = mute.getsockname()
        url = f"s3+http://somebody:something@{host}:{port}/somewhere"
        store = S3ObjectStore(
            endpoint=f"{host}:{port}",
            access_key="somebody",
            secret_key="something",
            bucket="somewhere",
            secure=False,
            read_seconds=0.2,
        )
        with closing(store):
            assert_all_unavailable(store, url, new_object_key())


def test_a_wrong_secret_is_unavailable(ceph: Ceph, s3_url: str) -> None:
    parts = urlsplit(s3_url)
    url = f"s3+http://{parts.username}:not-the-secret@{ceph.endpoint}{parts.path}"
    with closing(S3ObjectStore.from_url(url)) as store:
        assert_all_unavailable(store, url, new_object_key())


def test_an_unknown_user_is_unavailable(ceph: Ceph, s3_url: str) -> None:
    parts = urlsplit(s3_url)
    url = f"s3+http://nobody-we-know:{parts.password}@{ceph.endpoint}{parts.path}"
    with closing(S3ObjectStore.from_url(url)) as store:
        assert_all_unavailable(store, url, new_object_key())


def test_a_missing_bucket_is_unavailable_until_it_is_prepared(s3_url: str) -> None:
    with closing(S3ObjectStore.from_url(s3_url + "-another")) as store:
        with pytest.raises(ObjectStoreUnavailable, match="ebox migrate"):
            store.check()
        with pytest.raises(ObjectStoreUnavailable):
            store.read(new_object_key(), 0, 1)
        store.prepare()
        store.check()
