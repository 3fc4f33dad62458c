"""The body of `add-checkpoint`: one spelling, and nothing else is taken."""

from __future__ import annotations

from base64 import b64encode

import pytest

from audit.witness.errors import RequestMalformed
from audit.witness.requests import MOST_HASHES, AddCheckpoint

NOTE = b"log.example.org\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\xe2\x80\x94 a AAAAAAA=\n"
HASH = "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw="


def test_what_is_written_is_read_again() -> None:
    request = AddCheckpoint(20852014, (bytes(range(32)), bytes(32)), NOTE)
    assert AddCheckpoint.parse(request.encode()) == request
    assert request.encode() == b"\n".join(
        [b"old 20852014", b64encode(bytes(range(32))), b64encode(bytes(32)), b"", NOTE]
    )


def test_without_a_proof_the_empty_line_follows_at_once() -> None:
    assert AddCheckpoint(0, (), NOTE).encode() == b"old 0\n\n" + NOTE
    assert AddCheckpoint.parse(b"old 0\n\n" + NOTE) == AddCheckpoint(0, (), NOTE)


def test_the_checkpoint_keeps_its_own_empty_lines() -> None:
    assert AddCheckpoint.parse(b"old 7\n" + HASH.encode() + b"\n\n" + NOTE).checkpoint == NOTE


def test_the_longest_proof_is_taken_and_a_longer_one_is_not() -> None:
    longest = AddCheckpoint(5, (bytes(32),) * MOST_HASHES, NOTE)
    assert AddCheckpoint.parse(longest.encode()) == longest
    with pytest.raises(RequestMalformed, match="at most 63"):
        AddCheckpoint.parse(AddCheckpoint(5, (bytes(32),) * (MOST_HASHES + 1), NOTE).encode())


@pytest.mark.parametrize(
    "head",
    [
        "",
        "old",
        "old ",
        "old  5",
        " old 5",
        "Old 5",
        "old 05",
        "old 00",
        "old +5",
        "old -1",
        "old 5 ",
        "old 5\r",
        "old \N{ARABIC-INDIC DIGIT FIVE}",
        "old 9223372036854775808",
        "old 99999999999999999999999999999999",
        "old 5\nAAAA",
        f"old 5\n{HASH[:-1]}",
        f"old 5\n{HASH} ",
        f"old 5\n {HASH}",
        f"old 5\n{HASH}\r",
        f"old 5\n{HASH}{HASH}",
        f"old 5\n{HASH[:-2]}x=",  # stray bits: another spelling of the same hash
        f"old 5\n{HASH.replace('/', '_').replace('P', '-')}",
    ],
)
def test_anything_else_is_refused(head: str) -> None:
    with pytest.raises(RequestMalformed):
        AddCheckpoint.parse(head.encode() + b"\n\n" + NOTE)


def test_a_body_without_an_empty_line_is_refused() -> None:
    for body in (b"", b"old 0", b"old 0\n", b"\n\n", b"\xff\xfe"):
        with pytest.raises(RequestMalformed):
            AddCheckpoint.parse(body)
