"""Uploads that come to no good end leave nothing: no event, no object, no temporary file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.e2e.caller import LEA, MESSAGES, Caller, form, with_document
from tests.e2e.raw_upload import RawUpload
from tests.e2e.real_parts import RealParts
from tests.noise import noise
from tests.pdfs import encrypted_pdf, gif_pdf_polyglot, make_pdf, truncated_pdf
from tests.servers.process import wait_until

MEBIBYTE = 1024 * 1024
SECONDS = 30.0


@contextmanager
def nothing_stays(parts: RealParts) -> Iterator[None]:
    """What the block does leaves no event, no object and no temporary file."""
    assert parts.temporary_files() == []
    events, objects = parts.event_count(), parts.object_count()
    yield
    wait_until(lambda: not parts.temporary_files(), SECONDS, lambda: f"there stay {parts.temporary_files()}")
    assert (parts.event_count(), parts.object_count()) == (events, objects)


def test_a_client_that_vanishes_while_uploading_leaves_nothing(parts: RealParts) -> None:
    partner = Caller(parts.installation, "partner")
    with nothing_stays(parts), RawUpload(partner, 20 * MEBIBYTE) as upload:
        upload.send(make_pdf(size=8 * MEBIBYTE))
        wait_until(lambda: bool(parts.temporary_files()), SECONDS, lambda: "nothing is being received")
        upload.vanish()


def test_26_mebibytes_are_refused_before_the_last_of_them_is_sent(parts: RealParts) -> None:
    partner = Caller(parts.installation, "partner")
    document = make_pdf(size=26 * MEBIBYTE)
    with nothing_stays(parts), RawUpload(partner, len(document)) as upload:
        upload.send(document[: 25 * MEBIBYTE + 1024])
        status, answer = upload.answer()
    problem = json.loads(answer)
    assert status == httpx.codes.REQUEST_ENTITY_TOO_LARGE
    assert problem["type"] == "urn:problem-type:belgif:payloadTooLarge"
    assert "upfile1" in json.dumps(problem), "the problem names the part"


def test_exactly_25_mebibytes_are_accepted(parts: RealParts) -> None:
    partner = Caller(parts.installation, "partner")
    answer = partner.request(
        "POST", MESSAGES, **form(with_document(LEA.number), make_pdf(size=25 * MEBIBYTE))
    )
    assert answer.status_code == httpx.codes.CREATED, answer.text
    wait_until(lambda: not parts.temporary_files(), SECONDS, lambda: "its temporary file stays")


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (encrypted_pdf(), "encrypted"),
        (truncated_pdf(), "damaged"),
        (gif_pdf_polyglot(), "not-a-pdf"),
        (noise(3 * MEBIBYTE), "not-a-pdf"),
        (b"", "empty"),
    ],
    ids=["encrypted", "truncated", "polyglot", "no PDF", "nothing"],
)
def test_a_refused_document_leaves_nothing(parts: RealParts, document: bytes, reason: str) -> None:
    partner = Caller(parts.installation, "partner")
    with nothing_stays(parts):
        answer = partner.request("POST", MESSAGES, **form(with_document(), document))
    assert answer.status_code == httpx.codes.BAD_REQUEST
    (issue,) = answer.json()["issues"]
    assert issue["name"] == "upfile1"
    assert issue["type"].endswith(f":{reason}")
