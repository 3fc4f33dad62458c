"""The caught mails as a page: in which language each is read out."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from web.mail import MailPages


@dataclass
class Mail:
    to: str = "an@example.test"
    subject: str = "Nieuw document"
    text: str = "Er is een document voor u."
    headers: dict[str, str] = field(default_factory=dict)


class Mails(list[Mail]):
    def mails(self) -> list[Mail]:
        return self


def shown(**headers: str) -> str:
    mail = Mail(headers={name.replace("_", "-"): value for name, value in headers.items()})
    return bytes(MailPages(Mails([mail])).page().body).decode()


def test_a_mail_is_in_the_language_that_it_names() -> None:
    page = shown(Content_Language="nl")
    assert '<h2 id="subject-1" lang="nl">Nieuw document</h2>' in page
    assert '<pre lang="nl">' in page


@pytest.mark.parametrize("said", ["", "nl, fr", '"><b>', "dutch please"])
def test_a_mail_that_names_no_language_is_left_alone(said: str) -> None:
    page = shown(Content_Language=said)
    assert '<h2 id="subject-1">Nieuw document</h2>' in page
    assert "<pre>" in page
