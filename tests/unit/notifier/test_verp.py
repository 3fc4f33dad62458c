"""Return paths: made by us alone, read whatever the case, short enough for every server."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.addresses import mail_address
from notifier.errors import UnusableAddress
from notifier.verp import LONGEST_LOCAL_PART, ReturnPath, SentMail

SECRET, OLDER = bytes(range(32)), bytes(32)
NOTIFICATION = UUID("018f0000-0000-5000-8000-000000000001")
PATH = ReturnPath(mail_address("bounces@ebox.example"), [SECRET])


@pytest.mark.parametrize("version", [1, 3, 2**32 - 1])
def test_a_return_path_leads_back_to_its_notification_and_to_the_address_it_went_to(version: int) -> None:
    address = PATH.of(NOTIFICATION, version)

    assert PATH.mail_of(address) == SentMail(NOTIFICATION, version)
    assert PATH.mail_of(address.upper()) == SentMail(NOTIFICATION, version)
    assert mail_address(address).addr_spec == address


def test_the_longest_name_still_fits_and_a_longer_one_is_refused() -> None:
    path = ReturnPath(mail_address("a" * 15 + "@ebox.example"), [SECRET])

    assert len(path.of(NOTIFICATION, 3).partition("@")[0]) == LONGEST_LOCAL_PART
    for local in ("a" * 16, "a+b"):
        with pytest.raises(UnusableAddress):
            ReturnPath(mail_address(f"{local}@ebox.example"), [SECRET])


def test_under_a_new_key_what_was_sent_under_the_old_one_still_comes_back() -> None:
    before = ReturnPath(mail_address("bounces@ebox.example"), [OLDER])
    after = ReturnPath(mail_address("bounces@ebox.example"), [SECRET, OLDER])

    assert after.mail_of(before.of(NOTIFICATION, 3)) == SentMail(NOTIFICATION, 3)
    assert before.mail_of(after.of(NOTIFICATION, 3)) is None


def test_no_letter_of_it_can_be_another() -> None:
    local, _, domain = PATH.of(NOTIFICATION, 3).partition("@")
    for at in range(len("bounces+"), len(local)):
        other = "b" if local[at] == "a" else "a"
        assert PATH.mail_of(f"{local[:at]}{other}{local[at + 1 :]}@{domain}") is None


@given(st.text(max_size=80))
def test_no_text_is_taken_for_a_return_path(text: str) -> None:
    assert PATH.mail_of(text) is None
    assert PATH.mail_of(f"bounces+{text}@ebox.example") is None
