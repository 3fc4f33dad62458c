"""Whatever is done to a file, it is accepted or refused for a reason; the parsing never fails otherwise."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.mediatypes import MEDIA_TYPES
from storage.errors import RefusalReason
from storage.examining.answers import Refused
from tests import samples
from tests.unit.storage.examination import examine

OUTCOMES = {"accepted", *get_args(RefusalReason)}
CHANGES = st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=8)), min_size=1, max_size=6)


@pytest.mark.parametrize("media_type", [name for name in MEDIA_TYPES if name != "application/pdf"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes=CHANGES, is_cut=st.booleans())
def test_a_file_tampered_with(media_type: str, changes: list[tuple[float, bytes]], is_cut: bool) -> None:
    content = bytearray(samples.SOUND[media_type][1])
    for share, put in changes:
        place = int(share * len(content))
        content[place : place + len(put)] = put
        if is_cut:
            del content[place + len(put) * 3 :]
    assert outcome(media_type, bytes(content)) in OUTCOMES


def outcome(media_type: str, content: bytes) -> str:
    """The reason of its refusal, or that there is none."""
    try:
        examine(media_type, content)
    except Refused as refused:
        return refused.reason
    return "accepted"
