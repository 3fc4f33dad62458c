"""Cutting a body into parts, however the bytes arrive."""

from __future__ import annotations

import pytest

from api.multipart import MAX_PARTS, Found, MultipartReader, PartBegins, PartEnds, boundary_of
from api.refusals import Refusal
from tests.unit.api.forms import BOUNDARY, CONTENT_TYPE, form, part

FILE = b"\r\n--" + BOUNDARY[:-1] + b"\r\n\x00binary\r\r\n"
BODY = form(
    part("upfile1", FILE, b"Content-Type: application/pdf; x=y", file_name="a.pdf"),
    part("messageToPublish", b"{}"),
    part("upfile2", b"", file_name="empty.pdf"),
)


def read(body: bytes, step: int) -> list[Found]:
    """Everything found, with neighbouring bytes joined."""
    reader = MultipartReader(BOUNDARY)
    found: list[Found] = []
    for start in range(0, len(body), step):
        for one in reader.feed(body[start : start + step]):
            last = found[-1] if found else None
            if isinstance(one, bytes) and isinstance(last, bytes):
                found[-1] = last + one
            else:
                found.append(one)
    assert reader.is_complete
    return found


@pytest.mark.parametrize("step", [1, 2, 3, 7, 64, 10_000])
def test_parts_are_the_same_however_the_bytes_arrive(step: int) -> None:
    assert read(BODY, step) == [
        PartBegins("upfile1", "a.pdf", "application/pdf"),
        FILE,
        PartEnds(),
        PartBegins("messageToPublish", None, None),
        b"{}",
        PartEnds(),
        PartBegins("upfile2", "empty.pdf", None),
        PartEnds(),
    ]


def test_a_body_that_stops_early_is_not_complete() -> None:
    reader = MultipartReader(BOUNDARY)
    reader.feed(BODY[:-8])
    assert not reader.is_complete


@pytest.mark.parametrize(
    "body",
    [
        b"not multipart at all",
        b"--another\r\n\r\n",
        form(*(part(f"part{n}", b"") for n in range(MAX_PARTS + 1))),
        form(part("x", b"", *(b"X-%d: y" % n for n in range(20)))),
        form(part("x", b"", b"X-Long: " + b"y" * 10_000)),
        form(part("x", b"", b'Content-Disposition: form-data; name="y"')),
        form(part("x", b"", b"Content-Transfer-Encoding: base64")),
        b"--" + BOUNDARY + b"\r\nContent-Type: text/plain\r\n\r\n\r\n--" + BOUNDARY + b"--",
        b"--" + BOUNDARY + b"\r\nno colon\r\n\r\n",
    ],
)
def test_a_body_that_breaks_the_format_is_refused(body: bytes) -> None:
    with pytest.raises(Refusal) as refusal:
        MultipartReader(BOUNDARY).feed(body)
    assert refusal.value.kind.status == 400


def test_the_boundary_is_in_the_content_type() -> None:
    assert boundary_of(CONTENT_TYPE["Content-Type"]) == BOUNDARY
    assert boundary_of('Multipart/Form-Data; charset=utf-8; boundary="a b"') == b"a b"


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        (None, 415),
        ("application/json", 415),
        ("multipart/mixed; boundary=x", 415),
        ("multipart/form-data", 400),
        ("multipart/form-data; boundary=", 400),
        ("multipart/form-data; boundary=" + "x" * 71, 400),
    ],
)
def test_without_a_boundary_nothing_is_read(content_type: str | None, status: int) -> None:
    with pytest.raises(Refusal) as refusal:
        boundary_of(content_type)
    assert refusal.value.kind.status == status
