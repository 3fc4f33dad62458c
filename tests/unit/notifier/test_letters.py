"""Each kind of mail in each language: what it says, and what it leaves out."""

from __future__ import annotations

import email.policy
import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from notifier.addresses import mail_address, sender_address
from notifier.letters import Heading, News
from notifier.rendering import Renderer, wire_format
from notifier.texts import TEXTS

RENDERER = Renderer(sender_address("eBox <no-reply@ebox.example>"), "https://mijn.ebox.example/")
AN = mail_address("an@example.test")
ID = UUID("018f0000-0000-5000-8000-000000000001")
AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
PENSIONS = {"nl": "Federale Pensioendienst", "fr": "Service fédéral des Pensions"}
TAXES = {"nl": "FOD Financiën"}
LOCAL = datetime(2026, 3, 14, 23, 59, tzinfo=ZoneInfo("Europe/Brussels"))


def news(language: str, sender: dict[str, str] | None = PENSIONS) -> News:
    return News(ID, AT, language, sender, None)


def said(mail: EmailMessage) -> tuple[str, str]:
    """Subject, and both bodies."""
    read = message_from_bytes(wire_format(mail), _class=EmailMessage, policy=email.policy.default)
    bodies = "".join(str(part.get_content()) for part in read.iter_parts())
    assert "{" not in bodies + read["Subject"]
    return read["Subject"], bodies.replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("language", "since"),
    [
        ("nl", "op 14 maart 2026"),
        ("fr", "le 14 mars 2026"),
        ("de", "am 14. März 2026"),
        ("en", "on March 14, 2026"),
    ],
)
def test_a_reminder_says_from_whom_and_since_when(language: str, since: str) -> None:
    subject, bodies = said(RENDERER.reminder(AN, news(language), LOCAL))

    assert "Pension" in subject or "Pensioen" in subject
    assert bodies.count(since) == 2


@pytest.mark.parametrize("language", TEXTS)
def test_a_warning_says_until_when(language: str) -> None:
    subject, bodies = said(RENDERER.expiry_warning(AN, news(language), LOCAL))

    assert "2026" in subject
    assert "14" in subject
    assert bodies.count("23:59") == 2


@pytest.mark.parametrize("language", TEXTS)
def test_neither_names_a_discreet_sender(language: str) -> None:
    for mail in (
        RENDERER.reminder(AN, news(language, None), LOCAL),
        RENDERER.expiry_warning(AN, news(language, None), LOCAL),
        RENDERER.recall(AN, news(language, None)),
        RENDERER.summary(AN, Heading(ID, AT, language), [None, None]),
    ):
        assert not re.search("pensi", "".join(said(mail)), re.IGNORECASE)


def test_a_summary_counts_by_sender_and_does_not_name_the_discreet_ones() -> None:
    senders = [TAXES, PENSIONS, None, PENSIONS]
    subject, bodies = said(RENDERER.summary(AN, Heading(ID, AT, "nl"), senders))

    assert subject == "4 nieuwe documenten in uw eBox"
    assert re.search(
        "- Federale Pensioendienst: 2 documenten\n- FOD Financiën: 1 document\n- 1 document waarvan", bodies
    )


def test_a_summary_of_one_speaks_of_one() -> None:
    subject, bodies = said(RENDERER.summary(AN, Heading(ID, AT, "en"), [None]))

    assert subject == "1 new document in your eBox"
    assert "<li>" not in bodies


@pytest.mark.parametrize("language", TEXTS)
def test_the_code_stands_in_the_mail_and_never_in_its_subject(language: str) -> None:
    subject, bodies = said(RENDERER.verification(AN, Heading(ID, AT, language), "042137", 15))

    assert "042137" not in subject
    assert bodies.count("042137") == 2
    assert bodies.count("15 ") >= 2
    assert TEXTS[language].verification.not_you in bodies
