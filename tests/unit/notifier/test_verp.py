"""Return paths: made by us alone, read whatever the case, short enough for every server."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.addresses import mail_address
from notifier.errors import UnusableAddress
from notifier.verp import LONGEST_LOCAL_PART, ReturnPath

SECRET, OLDER = bytes(range(32)), bytes(32)
NOTIFICATION = UUID("018f0000-0000-5000-8000-000000000001")
PATH = ReturnPath(mail_address("bounces@ebox.example"), [SECRET])


def test_a_return_path_leads_back_to_its_notification() -> None:
    address = PATH.of(NOTIFICATION)

    assert PATH.notification_of(address) == NOTIFICATION
    assert PATH.notification_of(address.upper()) == NOTIFICATION
    assert mail_address(address).addr_spec == address


def test_the_longest_name_still_fits_and_a_longer_one_is_refused() -> None:
    path = ReturnPath(mail_address("a" * 14 + "@ebox.example"), [SECRET])

    assert len(path.of(NOTIFICATION).partition("@")[0]) == LONGEST_LOCAL_PART
    for local in ("a" * 15, "a+b"):
        with pytest.raises(UnusableAddress):
            ReturnPath(mail_address(f"{local}@ebox.example"), [SECRET])


def test_under_a_new_key_what_was_sent_under_the_old_one_still_comes_back() -> None:
    before = ReturnPath(mail_address("bounces@ebox.example"), [OLDER])
    after = ReturnPath(mail_address("bounces@ebox.example"), [SECRET, OLDER])

    assert after.notification_of(before.of(NOTIFICATION)) == NOTIFICATION
    assert before.notification_of(after.of(NOTIFICATION)) is None


def test_another_notifications_code_opens_nothing() -> None:
    another = uuid4()

    assert PATH.notification_of(PATH.of(another).replace(another.hex, NOTIFICATION.hex)) is None


@given(st.text(max_size=80))
def test_no_text_is_taken_for_a_return_path(text: str) -> None:
    assert PATH.notification_of(text) is None
    assert PATH.notification_of(f"bounces+{text}@ebox.example") is None
