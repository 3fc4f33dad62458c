"""What counts as the same look, where time does not behave."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from application.coalescing import RecentLooks
from tests.unit.projections.story import NOON, a_citizen

READER, MESSAGE, ATTACHMENT, MAILBOX = a_citizen(), uuid4(), uuid4(), uuid4()


def test_a_clock_set_back_makes_no_look_the_same() -> None:
    looks = RecentLooks()
    looks.document_released(READER, MESSAGE, ATTACHMENT, NOON, 7)
    looks.list_shown(READER, MAILBOX, "all", b"x", NOON, 8)
    earlier = NOON - timedelta(hours=2)
    assert looks.of_document(READER, MESSAGE, ATTACHMENT, earlier) is None
    assert not looks.has_seen_list(READER, MAILBOX, "all", b"x", earlier)
    assert looks.of_document(READER, MESSAGE, ATTACHMENT, NOON) == 7
    assert looks.has_seen_list(READER, MAILBOX, "all", b"x", NOON)


def test_what_is_forgotten_for_want_of_room_is_recorded_again() -> None:
    looks = RecentLooks(remembered=2)
    for number, attachment in enumerate(attachments := [uuid4() for _ in range(3)]):
        looks.document_released(READER, MESSAGE, attachment, NOON, number)
    known = [looks.of_document(READER, MESSAGE, one, NOON) for one in attachments]
    assert known == [None, 1, 2]
