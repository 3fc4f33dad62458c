from __future__ import annotations

import random

import pytest

from audit.tlog.notes import (
    MAX_NOTE_BYTES,
    MAX_SIGNATURES,
    Note,
    NoteMalformed,
    Signature,
    SignatureInvalid,
    SignerKey,
    VerifierKey,
    sign_note,
)
from tests.unit.audit.tlog.vectors import (
    ENOCH,
    ENOCH_LINE,
    NEUMANN_NOTE,
    NOTE_TEXT,
    PETER,
    PETER_LINE,
    PETER_PRIVATE,
)

PETERS_KEY, ENOCHS_KEY = VerifierKey.parse(PETER), VerifierKey.parse(ENOCH)


def test_the_published_note_is_signed_byte_for_byte() -> None:
    signed = sign_note(NOTE_TEXT, SignerKey.parse(PETER_PRIVATE))
    assert signed.encode().decode() == f"{NOTE_TEXT}\n{PETER_LINE}"


def test_the_published_note_is_signed_by_both_keys() -> None:
    note = Note.parse(NEUMANN_NOTE)
    assert note.text == NOTE_TEXT
    assert note.encode() == NEUMANN_NOTE.encode()
    assert note.signers([PETERS_KEY]) == [PETERS_KEY]
    assert note.signers([ENOCHS_KEY, PETERS_KEY]) == [ENOCHS_KEY, PETERS_KEY]
    assert note.signers([]) == []
    assert Note.parse(NEUMANN_NOTE.encode()) == note


def test_a_signature_by_an_unknown_key_is_passed_over_whatever_it_is() -> None:
    for line in (
        ENOCH_LINE[:60] + "ABCD" + ENOCH_LINE[60:],
        PETER_LINE.replace("PeterNeumann", "PaulNeumann"),  # the id of a known key
        "\u2014 PeterNeumann AAAAAAA=\n",  # the name of a known key
    ):
        note = Note.parse(f"{NOTE_TEXT}\n{line}{PETER_LINE}")
        assert note.signers([PETERS_KEY]) == [PETERS_KEY]
        assert Note.parse(f"{NOTE_TEXT}\n{line}").signers([PETERS_KEY]) == []


def test_a_bad_signature_by_a_known_key_spoils_the_note() -> None:
    bad = PETER_LINE[:60] + "ABCD" + PETER_LINE[60:]
    for lines in (bad, PETER_LINE + bad, bad + PETER_LINE):
        with pytest.raises(SignatureInvalid, match="PeterNeumann"):
            Note.parse(f"{NOTE_TEXT}\n{lines}").signers([PETERS_KEY])
    with pytest.raises(SignatureInvalid):
        Note.parse(f"{NOTE_TEXT}more\n\n{PETER_LINE}").signers([PETERS_KEY])


def test_the_same_signature_may_stand_there_twice() -> None:
    assert Note.parse(f"{NOTE_TEXT}\n{PETER_LINE * 2}").signers([PETERS_KEY]) == [PETERS_KEY]


@pytest.mark.parametrize(
    "note",
    [
        "",
        NOTE_TEXT,
        NOTE_TEXT + "\n",
        NOTE_TEXT + "\n" + PETER_LINE[:-1],
        NOTE_TEXT + PETER_LINE,
        "\x01" + NOTE_TEXT + "\n" + PETER_LINE,
        NOTE_TEXT.replace("\n", "\r\n") + "\n" + PETER_LINE,
        NOTE_TEXT + "\t\n" + PETER_LINE,
        b"\xff" + NOTE_TEXT.encode() + b"\n" + PETER_LINE.encode(),
        b"\xed\xa0\x80" + NOTE_TEXT.encode() + b"\n" + PETER_LINE.encode(),
        NOTE_TEXT + "\n" + PETER_LINE.replace("PeterNeumann", "Bad Name"),
        NOTE_TEXT + "\n" + PETER_LINE.replace("PeterNeumann", "Bad\u2003Name"),
        NOTE_TEXT + "\n" + PETER_LINE.replace("PeterNeumann", "Bad+Name"),
        NOTE_TEXT + "\n" + PETER_LINE.replace("PeterNeumann", ""),
        NOTE_TEXT + "\n" + PETER_LINE.replace("\u2014", "-"),
        NOTE_TEXT + "\n" + PETER_LINE.replace("\u2014", "\u2013"),
        NOTE_TEXT + "\n" + PETER_LINE.replace("\u2014 ", "\u2014"),
        NOTE_TEXT + "\n" + PETER_LINE.replace("=", ""),
        NOTE_TEXT + "\n" + PETER_LINE.replace("=", "=="),
        NOTE_TEXT + "\n" + PETER_LINE.replace("M=", "N="),  # bits after the last byte
        NOTE_TEXT + "\n" + PETER_LINE.replace("M=", "M= "),
        NOTE_TEXT + "\n" + PETER_LINE.replace("/", "_"),
        NOTE_TEXT + "\n" + " " + PETER_LINE,
        NOTE_TEXT + "\n" + "\u2014 PeterNeumann x08goA==\n",  # the key's id alone
        NOTE_TEXT + "\n" + "\u2014 PeterNeumann\n",
        NOTE_TEXT + "\n" + PETER_LINE + "Unexpected line.\n",
        NOTE_TEXT + "\n" + PETER_LINE + "\n",
        NOTE_TEXT + "\n" + PETER_LINE * (MAX_SIGNATURES + 1),
        "x" * MAX_NOTE_BYTES + "\n\n" + PETER_LINE,
        "\ud800\n\n" + PETER_LINE,
    ],
)
def test_nothing_else_is_a_note(note: str | bytes) -> None:
    with pytest.raises(NoteMalformed):
        Note.parse(note)


def test_as_many_signatures_as_are_allowed_are_read() -> None:
    assert len(Note.parse(NOTE_TEXT + "\n" + PETER_LINE * MAX_SIGNATURES).signatures) == MAX_SIGNATURES


def test_a_text_with_blank_lines_ends_at_the_last_of_them() -> None:
    key = SignerKey.generate("log.example")
    for text in ("one\n\nthree\n", "\n", "\n\n\n", "one\n\n", f"fake\n\n{PETER_LINE}"):
        note = Note.parse(sign_note(text, key).encode())
        assert note.text == text
        assert note.signers([key.verifier]) == [key.verifier]


def test_no_changed_byte_leaves_the_note_signed() -> None:
    good = f"{NOTE_TEXT}\n{PETER_LINE}".encode()
    chance = random.Random(4)  # noqa: S311 - the same each time, and no secret
    for place in range(len(good)):
        changed = bytearray(good)
        changed[place] ^= 1 << chance.randrange(8)
        try:
            signers = Note.parse(bytes(changed)).signers([PETERS_KEY])
        except (NoteMalformed, SignatureInvalid):
            continue
        assert signers == [], f"byte {place} changed"


def test_a_signature_for_another_text_or_key_is_none() -> None:
    key = SignerKey.generate("log.example")
    signature = key.sign("text\n")
    assert key.verifier.verify("text\n", signature)
    assert not key.verifier.verify("text\n\n", signature)
    assert not PETERS_KEY.verify("text\n", signature)
    assert not VerifierKey("other.example", key.public).verify("text\n", signature)
    short = Signature(signature.name, signature.key_id, signature.value[:-1])
    assert not key.verifier.verify("text\n", short)


def test_more_signatures_join_a_note_once() -> None:
    note = Note.parse(f"{NOTE_TEXT}\n{PETER_LINE}")
    enoch = Signature.parse(ENOCH_LINE)
    joined = note.with_signatures([enoch]).with_signatures([enoch, *note.signatures])
    assert joined.encode() == NEUMANN_NOTE.encode()


def test_what_cannot_be_published_is_not_signed() -> None:
    key = SignerKey.generate("log.example")
    for text in ("", "no newline", "tab\t\n"):
        with pytest.raises(NoteMalformed):
            sign_note(text, key)
    with pytest.raises(NoteMalformed):
        sign_note("text\n")
    with pytest.raises(NoteMalformed):
        Signature("name", b"id", b"value")
