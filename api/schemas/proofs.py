"""Proofs that are no files of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta
from starlette.responses import Response

from api.responses import json_answer
from api.schemas.answers import Answer
from audit.tlog.encoding import encode_base64

Hash = Annotated[str, Meta(description="32 bytes in base64 (RFC 4648 §4).")]


class Consistency(Answer, kw_only=True):
    """That the smaller tree is the beginning of the larger one."""

    from_size: int
    to_size: int
    hashes: list[Hash]


def consistency_answer(old_size: int, size: int, hashes: Sequence[bytes]) -> Response:
    """The proof, which is the same for everybody and for ever."""
    answer = Consistency(from_size=old_size, to_size=size, hashes=[encode_base64(one) for one in hashes])
    return json_answer(answer, headers={"Cache-Control": "public, max-age=31536000, immutable"})
