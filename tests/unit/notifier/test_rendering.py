"""What the mail says, to whom, in which language; and what it never says."""

from __future__ import annotations

import email.policy
import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from html.parser import HTMLParser
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.addresses import mail_address, sender_address
from notifier.letters import News
from notifier.rendering import Renderer, message_id_host, wire_format
from notifier.texts import TEXTS, in_language

PORTAL = "https://mijn.ebox.example/"
NEWS = News(
    notification_id=UUID("018f0000-0000-5000-8000-000000000001"),
    queued_at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
    language="nl",
    sender_name={"nl": "Federale Pensioendienst", "fr": "Service fédéral des Pensions"},
    title=None,
)
RENDERER = Renderer(sender_address("eBox <no-reply@ebox.example>"), PORTAL)
AN = mail_address("an@example.test")


def received(news: News) -> EmailMessage:
    """The mail as its recipient's program reads it, after its way over the wire."""
    wire = wire_format(RENDERER.new_document(AN, news))
    return message_from_bytes(wire, _class=EmailMessage, policy=email.policy.default)


def bodies(mail: EmailMessage) -> tuple[str, str]:
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    return str(plain.get_content()), str(html.get_content())


class Tags(HTMLParser):
    """All tags with their attributes, and all texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.mark.parametrize(
    ("language", "subject", "never"),
    [
        ("nl", "Federale Pensioendienst: nieuw document in uw eBox", "nooit"),
        ("fr", "Service fédéral des Pensions : nouveau document dans votre eBox", "jamais"),
        ("de", "Federale Pensioendienst: neues Dokument in Ihrer eBox", "niemals"),
        ("en", "Federale Pensioendienst: new document in your eBox", "never"),
    ],
)
def test_the_mail_is_in_the_owners_language_as_text_and_as_html(
    language: str, subject: str, never: str
) -> None:
    mail = received(replace(NEWS, language=language))
    plain, html = bodies(mail)

    assert mail.get_content_type() == "multipart/alternative"
    assert mail["Subject"] == subject
    assert [part["Content-Language"] for part in mail.iter_parts()] == [language, language]
    for body in (plain, html):
        assert subject.partition(":")[0].strip() in body
        assert never in body
        assert PORTAL in body
    assert ("html", {"lang": language, "dir": "ltr"}) in Tags(html).tags


@pytest.mark.parametrize("language", [None, "pt", ""])
def test_an_owner_who_chose_no_language_of_ours_gets_the_default_one(language: str | None) -> None:
    assert "nieuw document" in received(replace(NEWS, language=language))["Subject"]


@pytest.mark.parametrize("language", TEXTS)
def test_a_discreet_message_types_sender_is_not_named(language: str) -> None:
    mail = received(replace(NEWS, language=language, sender_name=None))

    assert mail["Subject"] == TEXTS[language].new.subject_unnamed
    assert "{" not in "".join(bodies(mail))
    assert not re.search("pensi", "".join([*bodies(mail), *mail.values()]), re.IGNORECASE)


def test_the_title_is_shown_where_there_is_one_to_show() -> None:
    title = {"nl": "Uw jaaroverzicht & meer"}
    mail = received(replace(NEWS, title=title))
    plain, html = bodies(mail)

    assert "Het gaat over: Uw jaaroverzicht & meer" in plain
    assert "Uw jaaroverzicht &amp; meer" in html
    assert "jaaroverzicht" not in mail["Subject"]
    assert "Het gaat over" not in "".join(bodies(received(NEWS)))


def test_the_headers_say_who_wrote_and_that_a_machine_did() -> None:
    mail = received(NEWS)

    assert mail["From"] == "eBox <no-reply@ebox.example>"
    assert mail["To"] == "an@example.test"
    assert mail["Message-ID"] == "<018f0000-0000-5000-8000-000000000001@mijn.ebox.example>"
    assert mail["Date"].datetime == NEWS.queued_at
    assert mail["Auto-Submitted"] == "auto-generated"


def test_a_repeat_is_the_same_mail_to_the_byte() -> None:
    first, again = (wire_format(RENDERER.new_document(AN, NEWS)) for _ in range(2))

    assert first == again


def test_nothing_in_the_html_tells_anybody_that_it_was_read() -> None:
    _, html = bodies(received(replace(NEWS, title={"nl": "Titel"})))
    tags = Tags(html).tags

    assert not {tag for tag, _ in tags} & {"img", "script", "link", "iframe", "form", "object", "video"}
    assert [attributes["href"] for tag, attributes in tags if tag == "a"] == [PORTAL]
    assert not {name for _, attributes in tags for name in attributes} & {"src", "background", "srcset"}
    assert "url(" not in html


def test_a_name_is_text_in_html_and_never_a_place_to_fill() -> None:
    name = {"nl": "<b>{address}</b> & {sender}"}
    plain, html = bodies(received(replace(NEWS, sender_name=name)))

    assert "<b>{address}</b> & {sender} heeft een document" in plain
    assert "&lt;b&gt;{address}&lt;/b&gt; &amp; {sender} heeft een document" in html


HOSTILE = st.text(alphabet=st.characters(codec="utf-8"), max_size=80) | st.sampled_from(
    [
        "a\r\nBcc: eve@example.test",
        "a\nSubject: b",
        "a\r\n\r\n<p>body",
        "a\x85b",
        "a\u2028Bcc: x",
        "\r",
        "\x00",
    ]
)


@given(name=HOSTILE, title=HOSTILE)
def test_no_name_and_no_title_adds_a_header_or_a_part(name: str, title: str) -> None:
    wire = wire_format(
        RENDERER.new_document(AN, replace(NEWS, sender_name={"nl": name}, title={"nl": title}))
    )
    mail = message_from_bytes(wire, _class=EmailMessage, policy=email.policy.default)

    assert [name for name, _ in mail.items()] == [name for name, _ in received(NEWS).items()]
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert mail["To"] == "an@example.test"
    assert max(map(len, wire.split(b"\r\n"))) <= 998  # RFC 5322 §2.1.1
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", wire)
    assert wire.isascii()


def test_a_text_that_misses_the_language_is_taken_from_another_one() -> None:
    assert in_language({"fr": "oui", "en": "yes"}, "de") == "oui"
    assert in_language({"pt": "sim"}, "de") is None


def test_every_language_has_every_sentence() -> None:
    for texts in TEXTS.values():
        assert "{sender}" in texts.new.subject
        assert "{sender}" in texts.new.news
        assert "{address}" in texts.in_doubt
        assert all(getattr(texts, field) for field in texts.__slots__)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://mijn.ebox.example/", "mijn.ebox.example"),
        ("http://127.0.0.1:8000", "127.0.0.1"),
        ("http://[::1]:8000", "[::1]"),
        ("https://münchen.example", "xn--mnchen-3ya.example"),
    ],
)
def test_message_ids_end_in_the_portals_host(url: str, host: str) -> None:
    assert message_id_host(url) == host


def test_a_portal_without_a_host_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no host"):
        message_id_host("mijn.ebox.example")
