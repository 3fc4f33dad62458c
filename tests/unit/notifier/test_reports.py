"""What a mail that came back says, whoever wrote it; and nothing where it says nothing."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.reports import Fate, Report, read_report
from notifier.statuses import DEAD, status_at_start
from tests.unit.notifier.reports import (
    EXCHANGE,
    EXIM,
    POSTFIX_DELAYED,
    POSTFIX_FAILED,
    QMAIL,
    TWO_RECIPIENTS,
    nested,
    returning,
)


@pytest.mark.parametrize(
    ("content", "report"),
    [
        (POSTFIX_FAILED, Report(Fate.FAILED, "5.1.1")),
        (POSTFIX_DELAYED, Report(Fate.DELAYED, "4.4.1")),
        (EXCHANGE, Report(Fate.FAILED, "5.1.10")),
        (EXIM, Report(Fate.FAILED, "5.1.1")),
        (TWO_RECIPIENTS, Report(Fate.FAILED, "5.1.1")),
        (EXIM.replace(b"smtp; 550-5.1.1", b"X-Notes; 550-5.1.1"), Report(Fate.FAILED, "5.0.0")),
        (EXIM.replace(b"smtp; 550-5.1.1 ", b"smtp; 550 "), Report(Fate.FAILED, "5.0.0")),
        (POSTFIX_FAILED.replace(b"Status: 5.1.1", b"Status: 5.2.2 (full)"), Report(Fate.FAILED, "5.2.2")),
        (POSTFIX_FAILED.replace(b"Status: 5.1.1\r\n", b""), Report(Fate.FAILED, "5.0.0")),
        (POSTFIX_FAILED.replace(b"Status: 5.1.1", b"Status: an@x.test"), Report(Fate.FAILED, "5.0.0")),
        (POSTFIX_FAILED.replace(b"Action: failed", b"Action: FAILED (bad)"), Report(Fate.FAILED, "5.1.1")),
        (POSTFIX_FAILED.replace(b"Action: failed", b"Action: relayed"), None),
        (POSTFIX_FAILED.replace(b"multipart/report", b"multipart/mixed"), None),
        (QMAIL, None),
        (b"", None),
        (POSTFIX_FAILED[:700], None),
    ],
)
def test_the_fate_of_a_mail_is_read_from_a_delivery_status_alone(
    content: bytes, report: Report | None
) -> None:
    assert read_report(content) == report


def test_a_report_that_returns_the_whole_mail_is_read_from_its_beginning() -> None:
    assert read_report(returning(octets=200_000)) == Report(Fate.FAILED, "5.1.1")


@pytest.mark.parametrize("depth", [31, 300, 1000, 5000])
def test_what_nests_deep_is_not_taken_apart(depth: int) -> None:
    begun = process_time()

    assert read_report(nested(depth, size=500_000)) is None
    assert process_time() - begun < 3


def test_a_header_that_takes_long_to_take_apart_is_left_alone() -> None:
    begun = process_time()

    assert read_report(POSTFIX_FAILED.replace(b"boundary=", b"x=" + b'"' + b";" * 60_000)) is None
    assert process_time() - begun < 1


@given(st.binary(max_size=400), st.integers(0, len(POSTFIX_FAILED)))
def test_no_bytes_are_too_odd_to_be_looked_at(noise: bytes, at: int) -> None:
    read_report(noise)
    read_report(POSTFIX_FAILED[:at] + noise + POSTFIX_FAILED[at:])


@pytest.mark.parametrize("status", ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"])
def test_what_names_the_address_as_dead(status: str) -> None:
    assert status in DEAD


@pytest.mark.parametrize("status", ["5.0.0", "5.1.0", "5.1.7", "5.1.8", "5.2.2", "5.4.4", "5.7.1", "4.1.1"])
def test_what_speaks_of_us_or_of_a_moment_does_not(status: str) -> None:
    assert status not in DEAD


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("5.1.1 <an@x.test>: unknown", "5.1.1"),
        ("<an@x.test> unknown", None),
        ("5.1.1.2", None),
        ("3.1.1 x", None),
    ],
)
def test_an_answer_begins_with_its_enhanced_code_or_has_none(text: str, status: str | None) -> None:
    assert status_at_start(text) == status
