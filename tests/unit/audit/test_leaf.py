"""Leaves: what they say, that they are canonical, and that they say nothing personal."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
import rfc8785

from audit import leaf

STREAM = UUID("0190a000-0000-7000-8000-000000000001")
MAILBOX = UUID("7d7d7d7d-0000-4000-8000-00000000b0c5")
SAMPLES = sorted((Path(__file__).parents[2] / "contract" / "events").glob("*.json"))


def sample(path: Path) -> tuple[UUID, int, str, bytes]:
    stored = json.loads(path.read_text())
    return UUID(stored["stream"]), stored["version"], stored["topic"], msgspec.json.encode(stored["state"])


def entry_of(stream: UUID, version: int, topic: str, state: bytes, **changed: Any) -> leaf.Entry:
    read = leaf.read_state(stream, topic, state)
    members: dict[str, Any] = {
        "commitments": read.commitments,
        "event": read.event_id,
        "facts": read.facts,
        "kind": topic,
        "logged": "2026-01-02T03:04:06.000000Z",
        "position": 12,
        "previous": None,
        "sequence": 1,
        "stored": leaf.stored_digest(stream, version, topic, state),
        "subject": leaf.mailbox_subject(read.mailbox_id or MAILBOX),
        "time": read.time,
        "v": leaf.VERSION,
    }
    return leaf.Entry(**{**members, **changed})


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_event_there_is_becomes_a_canonical_leaf(path: Path) -> None:
    encoded = leaf.encode(entry_of(*sample(path), previous=bytes(32), sequence=2))
    assert encoded == rfc8785.dumps(json.loads(encoded))
    assert encoded.isascii()
    assert leaf.encode(leaf.decode(encoded)) == encoded


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_leaf_has_every_commitment_of_its_event_and_no_ciphertext(path: Path) -> None:
    stored = sample(path)
    text = stored[3].decode()
    commitments = leaf.read_state(stored[0], stored[2], stored[3]).commitments
    assert len(commitments) == text.count('"commitment":')
    encoded = leaf.encode(entry_of(*stored)).decode()
    assert "sealed" not in encoded
    assert all(
        json.loads(text)[name]["commitment"] == commitments[name] for name in commitments if "." not in name
    )


def test_the_path_of_a_commitment_is_the_one_the_field_was_sealed_under() -> None:
    paths = leaf.read_state(*_without_version(sample(_named("message.published.v2")))).commitments
    assert {"subject", "attachments.0.document_key", "access.actor"} <= paths.keys()


def test_the_mailbox_of_an_event_is_what_its_row_says() -> None:
    published = sample(_named("message.published.v2"))
    assert leaf.read_state(*_without_version(published)).mailbox_id == MAILBOX
    created = sample(_named("mailbox.created.v1"))
    assert leaf.read_state(*_without_version(created)).mailbox_id == created[0]
    opened = sample(_named("message.opened.v1"))
    assert leaf.read_state(*_without_version(opened)).mailbox_id is None


def test_the_digest_of_a_row_is_of_its_place_too() -> None:
    digest = leaf.stored_digest(STREAM, 3, "message.opened", b"{}")
    by_hand = (
        bytes([1]) + STREAM.bytes + (3).to_bytes(8, "big") + (14).to_bytes(2, "big") + b"message.opened{}"
    )
    assert digest == sha256(by_hand).digest()
    others = (
        leaf.stored_digest(MAILBOX, 3, "message.opened", b"{}"),
        leaf.stored_digest(STREAM, 4, "message.opened", b"{}"),
        leaf.stored_digest(STREAM, 3, "message.openee", b"{}"),
        leaf.stored_digest(STREAM, 3, "message.opened", b"{ }"),
    )
    assert len({digest, *others}) == 5


def test_a_pseudonym_can_be_computed_from_the_id_and_stays_the_same() -> None:
    assert leaf.mailbox_subject(MAILBOX) == "m:bAAUPsO-EGZmekUYNnFURA"
    assert leaf.stream_subject(MAILBOX) == "s:VR-SFWAu_FHX9PqNStHasQ"
    assert leaf.is_mailbox(leaf.mailbox_subject(MAILBOX))
    assert not leaf.is_mailbox(leaf.stream_subject(MAILBOX))
    assert len(leaf.subject_bytes(leaf.mailbox_subject(MAILBOX))) == 16


@pytest.mark.parametrize(
    "text", ["", "m:", "x:AAAAAAAAAAAAAAAAAAAAAA", "m:AAAA", "m:AAAAAAAAAAAAAAAAAAAAAAAA"]
)
def test_what_is_no_pseudonym_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - base64's own or ours
        leaf.subject_bytes(text)


def test_a_head_is_56_bytes() -> None:
    record = leaf.head_record(leaf.mailbox_subject(MAILBOX), 7, bytes(32))
    assert len(record) == 56
    assert record[16:24] == (7).to_bytes(8, "big")


A_TIME = b'"timestamp":"2026-01-02T03:04:05Z"'
AN_ID = b'"event_id":"0190a000-0000-7000-8000-0000000000e1"'


@pytest.mark.parametrize(
    "state",
    [
        *(b"", b"null", b"[]", b"{}", b'{"event_id":"x"}', b"\xff"),
        b'{"event_id":"x",%s}' % A_TIME,
        b'{"event_id":"0190A000-0000-7000-8000-0000000000E1",%s}' % A_TIME,
        b'{"event_id":7,%s}' % A_TIME,
        b'{"timestamp":7,%s}' % AN_ID,
        b'{"a":{"owner":"","sealed":"","commitment":7},%s,%s}' % (AN_ID, A_TIME),
        b'{%s,%s,"a":%s' % (AN_ID, A_TIME, b"[" * 50_000),
    ],
)
def test_a_state_that_is_no_events_is_told_without_its_content(state: bytes) -> None:
    with pytest.raises(leaf.UnreadableState) as told:
        leaf.read_state(STREAM, "message.opened", state)
    assert str(told.value) == "the stored state is not an event's"


def test_an_entry_of_another_version_or_with_more_members_is_refused() -> None:
    entry = entry_of(*sample(_named("mailbox.created.v1")))
    with pytest.raises(msgspec.ValidationError):
        leaf.decode(leaf.encode(entry).replace(b'"v":1', b'"v":2'))
    with pytest.raises(msgspec.ValidationError):
        leaf.decode(leaf.encode(entry).replace(b'"v":1', b'"v":1,"w":1'))


def _named(stem: str) -> Path:
    return next(path for path in SAMPLES if path.stem == stem)


def _without_version(stored: tuple[UUID, int, str, bytes]) -> tuple[UUID, str, bytes]:
    stream, _, topic, state = stored
    return stream, topic, state
