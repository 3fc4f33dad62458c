"""Objects in any S3 server, through the `minio` client.

The client's own defaults wait five minutes and try five times; here a caller learns within seconds that
the server is away, so that it can answer 503. Keyword arguments only: the client's signatures have moved.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, Self, cast
from urllib.parse import unquote, urlsplit

import certifi
from minio import InvalidResponseError, Minio, S3Error, ServerError
from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError, MaxRetryError, ResponseError

from storage.errors import ObjectNotFound, ObjectStoreUnavailable
from storage.keys import require_object_key
from storage.port import ByteSource, ObjectEntry

PART_SIZE = 5 * 1024 * 1024  # the smallest that S3 allows; each part is held in memory whole
_ATTEMPTS_AFTER_THE_FIRST = 2


class S3ObjectStore:
    """An `ObjectStore` in one bucket.

    `connections` are kept open for reuse, one for each thread at work. `read_seconds` may pass between two
    pieces of an answer; an operation is tried three times, or twice if no answer comes.
    """

    def __init__(
        self,
        *,
        endpoint: str,
        access_key: str,
        secret_key: str,
        bucket: str,
        secure: bool,
        connections: int = 16,
        connect_seconds: float = 2.0,
        read_seconds: float = 10.0,
    ) -> None:
        self._bucket = bucket
        self._pool = PoolManager(
            maxsize=connections,
            timeout=Timeout(connect=connect_seconds, read=read_seconds),
            retries=Retry(
                total=_ATTEMPTS_AFTER_THE_FIRST,
                read=1,
                redirect=0,
                backoff_factor=0.1,
                status_forcelist=[500, 502, 503, 504],
            ),
            cert_reqs="CERT_REQUIRED",
            ca_certs=certifi.where(),
        )
        self._client = Minio(
            endpoint=endpoint,
            access_key=access_key,
            secret_key=secret_key,
            secure=secure,
            http_client=self._pool,
        )

    @classmethod
    def from_url(cls, url: str, *, connections: int = 16) -> Self:
        """From `s3+http(s)://key:secret@host:port/bucket`; key and secret are percent-decoded.

        Raises ValueError, without repeating the address, if it is not of that form.
        """
        parts = urlsplit(url)
        bucket = parts.path.strip("/")
        endpoint = parts.netloc.rpartition("@")[2]
        if parts.scheme not in {"s3+http", "s3+https"}:
            raise ValueError("the object store's address must start with s3+http:// or s3+https://")
        if not (parts.username and parts.password and endpoint and bucket) or "/" in bucket:
            raise ValueError("the object store's address must be s3+http(s)://key:secret@host:port/bucket")
        return cls(
            endpoint=endpoint,
            access_key=unquote(parts.username),
            secret_key=unquote(parts.password),
            bucket=bucket,
            secure=parts.scheme == "s3+https",
            connections=connections,
        )

    def prepare(self) -> None:
        with _translated():
            if self._client.bucket_exists(bucket_name=self._bucket):
                return
            try:
                self._client.make_bucket(bucket_name=self._bucket)
            except S3Error as error:
                if error.code != "BucketAlreadyOwnedByYou":  # a second `ebox migrate` was faster
                    raise

    def check(self) -> None:
        with _translated():
            if not self._client.bucket_exists(bucket_name=self._bucket):
                raise ObjectStoreUnavailable("the bucket does not exist; `ebox migrate` creates it")

    def put(self, key: str, data: ByteSource, length: int) -> None:
        require_object_key(key)
        with _translated():
            self._client.put_object(
                bucket_name=self._bucket,
                object_name=key,
                data=cast("BinaryIO", data),  # it only ever calls read(size)
                length=length,
                part_size=PART_SIZE,
                num_parallel_uploads=1,
            )

    def read(self, key: str, offset: int, length: int) -> bytes:
        require_object_key(key)
        if length == 0:  # the client takes 0 for "to the end"
            length, wanted = 1, 0
        else:
            wanted = length
        with _translated():
            try:
                response = self._client.get_object(
                    bucket_name=self._bucket, object_name=key, offset=offset, length=length
                )
            except S3Error as error:
                if error.code == "InvalidRange":  # there is such an object, and it ends before the offset
                    return b""
                raise
            try:
                return response.read()[:wanted]
            except BaseException:
                response.close()  # a connection in the middle of an answer cannot be used again
                raise
            finally:
                response.release_conn()

    def delete(self, key: str) -> None:
        require_object_key(key)
        with suppress(ObjectNotFound), _translated():  # S3 says nothing of a missing object; some servers do
            self._client.remove_object(bucket_name=self._bucket, object_name=key)

    def erase(self, key: str) -> None:
        require_object_key(key)
        with _translated():
            versions = self._client.list_objects(
                bucket_name=self._bucket, prefix=key, recursive=True, include_version=True
            )
            for found in versions:
                if found.object_name == key:  # a longer key may begin with this one
                    with suppress(ObjectNotFound), _translated():
                        self._client.remove_object(
                            bucket_name=self._bucket, object_name=key, version_id=found.version_id
                        )

    def list(self, prefix: str = "") -> Iterator[ObjectEntry]:
        with _translated():
            for found in self._client.list_objects(bucket_name=self._bucket, prefix=prefix, recursive=True):
                yield ObjectEntry(found.object_name, found.size, found.last_modified)

    def versioning(self) -> str:
        """Whether the bucket keeps what is replaced or removed: `Enabled`, `Suspended` or `Off`."""
        with _translated():
            return str(self._client.get_bucket_versioning(bucket_name=self._bucket).status_string)

    def close(self) -> None:
        self._pool.clear()


@contextmanager
def _translated() -> Iterator[None]:
    """Our errors for the client's, whose texts name hosts, buckets and keys."""
    try:
        yield
    except S3Error as error:
        if error.code == "NoSuchKey":
            raise ObjectNotFound from None
        raise ObjectStoreUnavailable(f"the object store answered {error.code}") from None
    except (InvalidResponseError, ServerError, HTTPError, OSError) as error:
        raise ObjectStoreUnavailable(f"the object store does not answer ({_kind(error)})") from None


def _kind(error: Exception) -> str:
    """What happened, in words that hold no address."""
    if isinstance(error, MaxRetryError) and error.reason is not None:
        error = error.reason
    return str(error) if isinstance(error, ResponseError) else type(error).__name__
