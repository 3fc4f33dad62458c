"""A search through every byte that eBox keeps, for texts in each spelling they may lie there in.

A place is a name and its bytes: a column of a row, a file, a version of an object. What is sealed or encoded
inside is looked into as far as anybody without a key could: base64 and hexadecimal are decoded.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from minio import Minio

from settings import Settings

Places = list[tuple[str, bytes]]

_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")


def spellings(text: str | bytes) -> set[bytes]:
    """How it may stand somewhere."""
    plain = {text} if isinstance(text, bytes) else {
        text.encode(),
        text.encode("utf-16-le"),
        text.encode("utf-16-be"),
        json.dumps(text)[1:-1].encode(),
    }  # fmt: skip
    found = set(plain)
    for one in plain:
        found |= {one.hex().encode(), one.hex().upper().encode(), *_in_base64(one)}
    return found


def _in_base64(data: bytes) -> Iterator[bytes]:
    """As a part of something longer, wherever it begins there; without the ends that others share."""
    for lead in range(3):
        encoded = base64.b64encode(bytes(lead) + data)
        inner = encoded[4 if lead else 0 : -4]
        if len(inner) >= 8:
            yield inner
            yield inner.translate(bytes.maketrans(b"+/", b"-_"))


def found_in(places: Places, text: str | bytes) -> list[str]:
    """Where it is, in any spelling."""
    wanted = spellings(text)
    return [name for name, data in places if any(one in data for one in wanted)]


def database(url: str, name: str) -> Places:
    """Every column of every row of every table; of SQLite the files' raw bytes too."""
    places: Places = []
    for table, number, row in _rows(url):
        for column, value in row.items():
            if value is not None:
                places.append((f"{name} {table}.{column} {number}", _bytes(value)))
    if url.startswith("sqlite"):
        path = Path(str(sa.make_url(url).database))
        for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-journal")):
            if file.exists():
                places.append((f"{name} {file.name}", file.read_bytes()))
    return [(where, data) for where, raw in places for data in (raw, *_decoded(raw))]


def whole_rows(settings: Settings) -> set[tuple[str, str]]:
    """Every row of every table, with ids in one spelling."""
    return {
        (f"{part} {table}", repr([str(value).replace("-", "") for value in row.values()]))
        for part in PARTS
        for table, _, row in _rows(url_of(settings, part))
    }


def _rows(url: str) -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    engine = sa.create_engine(sa.make_url(url).set(drivername=_driver(url)))
    with engine.connect() as connection:
        inspector = sa.inspect(connection)
        schemas = inspector.get_schema_names() if engine.dialect.name == "postgresql" else [None]
        for schema in schemas:
            if schema in {"information_schema", "pg_catalog"}:
                continue
            for table in inspector.get_table_names(schema):
                where = f'"{table}"' if schema is None else f'"{schema}"."{table}"'
                found = connection.exec_driver_sql(f"SELECT * FROM {where}").mappings().all()
                for number, row in enumerate(found):
                    yield table, number, dict(row)
    engine.dispose()


def _driver(url: str) -> str:
    return "postgresql+psycopg" if url.startswith("postgresql") else "sqlite"


def _bytes(value: object) -> bytes:
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    return (value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)).encode()


def _decoded(raw: bytes) -> Iterator[bytes]:
    for one in _BASE64.findall(raw) if len(raw) < 1_000_000 else ():
        try:
            yield base64.urlsafe_b64decode(
                one.replace(b"+", b"-").replace(b"/", b"_") + b"=" * (-len(one) % 4)
            )
        except binascii.Error:
            continue


def files(folder: Path, name: str) -> Places:
    """Every file below a folder."""
    return [
        (f"{name} {path.relative_to(folder)}", path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]


def bucket(url: str) -> Places:
    """Every version of every object, and every mark of a deletion."""
    parts = urlsplit(url)
    name = parts.path.strip("/")
    where = parts.netloc.rpartition("@")[2]
    client = Minio(endpoint=where, access_key=parts.username, secret_key=parts.password, secure=False)
    places: Places = []
    for one in client.list_objects(bucket_name=name, recursive=True, include_version=True):
        data = b""
        if not one.is_delete_marker:
            answer = client.get_object(
                bucket_name=name, object_name=one.object_name, version_id=one.version_id
            )
            data = answer.read()
            answer.close()
            answer.release_conn()
        places.append((f"object {one.object_name}", data))
    return places


def everything(settings: Settings) -> Places:
    """All of it. Files of the test itself and secrets of the set-up lie elsewhere."""
    data = settings.data_dir.absolute()
    places: Places = []
    for part in PARTS:
        places += database(url_of(settings, part), part)
    objects = settings.object_store_url
    places += bucket(objects.get_secret_value()) if objects else files(data / "objects", "object")
    if (data / "audit.sqlite").exists():
        places += database(f"sqlite:///{data / 'audit.sqlite'}", "audit")
    for folder in ("audit-log", "spool"):
        if (data / folder).exists():
            places += files(data / folder, folder)
    return places


def url_of(settings: Settings, part: str) -> str:
    """Where one of the databases is."""
    given = getattr(settings, f"{part}_url")
    file = settings.data_dir.absolute() / PARTS[part]
    return str(given.get_secret_value()) if given else f"sqlite:///{file}"


PARTS = {
    "event_store": "events.sqlite",
    "read_model": "read_models.sqlite",
    "key_store": "keys.sqlite",
    "outbox": "outbox.sqlite",
}
"""The databases, and their files in the embedded mode."""
