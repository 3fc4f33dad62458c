"""One URL says where the relay is and how it is talked to."""

from __future__ import annotations

import pytest

from notifier.relay import Relay


@pytest.mark.parametrize(
    ("url", "host", "port", "use_tls", "start_tls", "is_checked"),
    [
        ("smtp://mail.example", "mail.example", 25, False, None, False),
        ("smtp://127.0.0.1:2525/", "127.0.0.1", 2525, False, None, False),
        ("smtp://user:secret@mail.example", "mail.example", 25, False, True, True),
        ("smtp+starttls://mail.example", "mail.example", 587, False, True, True),
        ("smtps://mail.example", "mail.example", 465, True, False, True),
    ],
)
def test_the_scheme_decides_on_tls_and_whether_the_certificate_must_be_right(
    url: str, host: str, port: int, *, use_tls: bool, start_tls: bool | None, is_checked: bool
) -> None:
    options = Relay.from_url(url).client_options()

    assert (options["hostname"], options["port"]) == (host, port)
    assert options["use_tls"] is use_tls
    assert options["start_tls"] is start_tls
    assert options["validate_certs"] is is_checked


def test_user_and_password_are_decoded_and_the_password_is_not_shown() -> None:
    relay = Relay.from_url("smtps://e%40box:p%3Ass%2Fword@mail.example")

    assert (relay.username, relay.password) == ("e@box", "p:ss/word")
    assert "ss/word" not in repr(relay)


@pytest.mark.parametrize(
    "url",
    ["", "mail.example", "http://mail.example", "smtp://", "smtp://:secret@", "smtp://u:secret@h/path",
     "smtp://u:secret@h:port", "smtp://u:secret@h:99999", "smtp://u:secret@h?x=1"],
)  # fmt: skip
def test_any_other_url_is_refused_without_showing_its_password(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP URL") as refusal:
        Relay.from_url(url)

    assert "secret" not in str(refusal.value)
