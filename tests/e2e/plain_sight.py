"""Everything that lies somewhere, as bytes, to be searched for what must not be readable there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import urllib3
from minio import Minio
from psycopg import sql

Lying = tuple[str, bytes]
"""Where it lies, and its bytes."""


def in_files(folder: Path, *, besides: str) -> Iterator[Lying]:
    """Every file below the folder, but those whose name begins with `besides`."""
    for path in folder.rglob("*"):
        if path.is_file() and not path.name.startswith(besides):
            yield str(path), path.read_bytes()


def in_database(url: str) -> Iterator[Lying]:
    """Every table of a PostgreSQL database, in the server's binary format."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        assert tables, "a database in use has tables"
        for schema, table in tables:
            rows = BytesIO()
            query = sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(schema, table))
            with connection.cursor().copy(query) as copy:
                for chunk in copy:
                    rows.write(chunk)
            yield table, rows.getvalue()


def in_bucket(url: str) -> Iterator[Lying]:
    """Every object of the bucket that an `EBOX_OBJECT_STORE_URL` names."""
    parts = urlsplit(url)
    bucket = parts.path.strip("/")
    with urllib3.PoolManager(timeout=urllib3.Timeout(total=30), retries=False) as connections:
        client = Minio(
            f"{parts.hostname}:{parts.port}",
            access_key=parts.username,
            secret_key=parts.password,
            secure=False,
            http_client=connections,
        )
        for found in client.list_objects(bucket_name=bucket, recursive=True):
            name = found.object_name or ""
            answer = client.get_object(bucket_name=bucket, object_name=name)
            with answer:
                yield name, answer.read()
                answer.release_conn()


def readable(secrets: Mapping[str, bytes], lying: Iterable[Lying]) -> set[str]:
    """Which of the secrets can be read, and where."""
    return {
        f"{what} in {where}"
        for where, content in lying
        for what, secret in secrets.items()
        if secret in content
    }
