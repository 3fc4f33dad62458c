"""Which bytes a request asks for."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from api.ranges import byte_range, content_request
from application.views import ByteRange


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-0", ByteRange(0, 1)),
        ("bytes=10-", ByteRange(10)),
        ("bytes=-5", ByteRange(suffix=5)),
        ("bytes=-0", ByteRange(suffix=0)),
        ("Bytes= 1-2", ByteRange(1, 3)),
        ("bytes=2-1", None),
        ("bytes=-", None),
        ("bytes=0-1,3-4", None),
        ("bytes=a-b", None),
        ("bytes=\u0661-", None),
        ("bytes=" + "9" * 19 + "-", ByteRange(10**18)),
        ("bytes=" + "9" * 5000 + "-", ByteRange(10**18)),
        ("bytes=-" + "9" * 5000, ByteRange(suffix=10**18)),
        ("bytes=5-" + "9" * 5000, ByteRange(5, 10**18 + 1)),
        ("bytes=" + "0" * 30 + "5-", ByteRange(5)),
        ("pages=1-2", None),
        ("", None),
        (None, None),
    ],
)
def test_one_range_is_understood_and_anything_else_means_all(
    header: str | None, expected: ByteRange | None
) -> None:
    assert byte_range(header) == expected


@pytest.mark.parametrize(
    ("header", "known"),
    [
        ('"aa"', {"aa"}),
        ('"aa", W/"bb" ,"cc"', {"aa", "bb", "cc"}),
        (" * ", {"*"}),
        ('"*"', set()),
        ('*, "aa"', {"aa"}),
        ("aa", set()),
    ],
)
def test_documents_the_caller_has_are_known_by_their_tags(header: str, known: set[str]) -> None:
    request = content_request(Headers({"If-None-Match": header}), describe_only=False)
    assert request.known == known


@pytest.mark.parametrize(
    ("headers", "required"),
    [
        ({}, None),
        ({"If-Match": "*"}, {"*"}),
        ({"If-Match": '"aa", "bb"'}, {"aa", "bb"}),
        ({"If-Match": 'W/"aa"'}, set()),
        ({"If-Match": "aa"}, set()),
    ],
)
def test_documents_the_caller_wants_are_known_by_their_strong_tags(
    headers: dict[str, str], required: set[str] | None
) -> None:
    assert content_request(Headers(headers), describe_only=False).required == required


@pytest.mark.parametrize(
    ("header", "digest"),
    [('"aa"', "aa"), ('W/"aa"', ""), ("Fri, 02 Jan 2026 03:04:05 GMT", "")],
)
def test_only_a_strong_tag_keeps_a_range(header: str, digest: str) -> None:
    request = content_request(Headers({"Range": "bytes=1-2", "If-Range": header}), describe_only=False)
    assert (request.byte_range, request.if_range) == (ByteRange(1, 3), digest)


def test_a_range_is_only_for_get() -> None:
    request = content_request(Headers({"Range": "bytes=1-2"}), describe_only=True)
    assert request.byte_range is None
    assert request.describe_only
