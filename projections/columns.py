"""The column types that read models share, the same in PostgreSQL and in SQLite."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import JSON, BigInteger, DateTime, Dialect, MetaData
from sqlalchemy.types import TypeDecorator

METADATA: Final = MetaData()
"""Every table of the read models."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class _MicrosecondsSinceEpoch(TypeDecorator[datetime]):
    """SQLite has no type for moments, and its texts lose the offset; whole microseconds since 1970 do not."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else _EPOCH + timedelta(microseconds=value)


Moment: Final = DateTime(timezone=True).with_variant(_MicrosecondsSinceEpoch(), "sqlite")
"""A moment in UTC with microseconds."""

Json: Final = JSON(none_as_null=True)
"""A JSON document. In PostgreSQL `json`, not `jsonb`: nothing looks inside, and it is cheaper to write."""


def to_json(value: Any) -> str:
    """JSON of plain data and of the domain's dataclasses."""
    return msgspec.json.encode(value).decode()


def from_json(text: str | bytes) -> Any:
    """The plain data of a JSON document."""
    return msgspec.json.decode(text)
