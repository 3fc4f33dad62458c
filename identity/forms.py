"""Reads the parameters of an OAuth request or a login form, within limits, from whatever brings the bytes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Iterable, Mapping
from urllib.parse import parse_qsl

from identity.errors import InvalidRequest

MAX_BYTES = 131_072
MAX_FIELDS = 50
READING_SECONDS = 10
_MEDIA_TYPE = "application/x-www-form-urlencoded"


async def read_form(content_type: str, chunks: AsyncIterable[bytes]) -> Mapping[str, str]:
    """The fields of a form body; `InvalidRequest` if it is another type, too large, too slow or malformed."""
    if content_type.partition(";")[0].strip().lower() != _MEDIA_TYPE:
        raise InvalidRequest(f"the body must be {_MEDIA_TYPE}")
    body = bytearray()
    try:
        async with asyncio.timeout(READING_SECONDS):
            async for chunk in chunks:
                body += chunk
                if len(body) > MAX_BYTES:
                    raise InvalidRequest(f"the body is larger than {MAX_BYTES} bytes")
        return each_once(parse_qsl(body.decode("utf-8"), max_num_fields=MAX_FIELDS))
    except TimeoutError:
        raise InvalidRequest(f"the body did not arrive within {READING_SECONDS} seconds") from None
    except ValueError:
        raise InvalidRequest("the body is not a form") from None


def each_once(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Parameters by name: one without a value is as good as absent, a repeated one is refused.

    Both are rules of RFC 6749 §3.1 and §3.2.
    """
    parameters: dict[str, str] = {}
    for name, value in pairs:
        if name in parameters:
            raise InvalidRequest("a parameter is repeated")
        if "\0" in value:
            raise InvalidRequest("a parameter holds a character that no text has")
        if value:
            parameters[name] = value
    return parameters
