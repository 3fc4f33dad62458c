"""The mail that says that something awaits: in the owner's language, as plain text and as HTML.

It says who sent something (unless the message type is discreet) and where to read it, never what it is: a
mail crosses servers that are not ours. No picture, no link but the portal's front page, nothing that tells
anybody that it was read. A repeat of a mail is byte for byte the same mail.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import urlsplit
from uuid import UUID

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from notifier.addresses import one_line
from notifier.texts import TEXTS, in_language

_WIRE_FORMAT = SMTP.clone(cte_type="7bit")
"""Lines end in CR LF and have 7 bits, so that no relay need change a byte (RFC 5321 §2.4)."""


@dataclass(frozen=True, slots=True)
class News:
    """What a mail may say about a new document, by language. None: not to be said."""

    notification_id: UUID
    queued_at: datetime
    language: str | None
    sender_name: Mapping[str, str] | None
    title: Mapping[str, str] | None


class Renderer:
    """Writes the mails, from one sender's address, about one portal.

    `language` is used for owners who chose none. `public_url` is the portal's front page; its host is the
    right side of every Message-ID.
    """

    def __init__(self, sender: Address, public_url: str, language: str = "nl") -> None:
        self._sender = sender
        self._address = public_url
        self._language = language
        self._host = message_id_host(public_url)
        self._templates = Environment(
            loader=PackageLoader("notifier"),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )

    def new_document(self, to: Address, news: News) -> EmailMessage:
        """The mail about a new document, to one address."""
        language = news.language if news.language in TEXTS else self._language
        texts = TEXTS[language]
        sender = _said(news.sender_name, language)
        # Not str.format on a finished sentence: a name with braces would be taken for a place to fill.
        subject = texts.subject.replace("{sender}", sender) if sender else texts.subject_unnamed
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = to
        message["Subject"] = subject
        message["Date"] = format_datetime(news.queued_at)
        message["Message-ID"] = f"<{news.notification_id}@{self._host}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5: no holiday replies, please
        words = {
            "texts": texts,
            "language": language,
            "subject": subject,
            "address": self._address,
            "news": texts.news.replace("{sender}", sender) if sender else texts.news_unnamed,
            "in_doubt": texts.in_doubt.replace("{address}", self._address),
            "title": _said(news.title, language),
        }
        plain = self._templates.get_template("new_document.txt").render(words)
        html = self._templates.get_template("new_document.html").render(words)
        message.set_content(plain, cte="quoted-printable")
        message.add_alternative(html, subtype="html", cte="quoted-printable")
        for labelled in (message, *message.iter_parts()):
            labelled["Content-Language"] = language
        message.set_boundary(f"=_{news.notification_id.hex}")
        return message


def wire_format(message: EmailMessage) -> bytes:
    """The mail as it is handed to the relay."""
    return message.as_bytes(policy=_WIRE_FORMAT)


def message_id_host(public_url: str) -> str:
    """The right side of our Message-IDs: the portal's host (RFC 5322 §3.6.4), in ASCII.

    Raises:
        ValueError: the URL has no host.
    """
    host = urlsplit(public_url).hostname
    if not host:
        raise ValueError("the public URL has no host")
    return f"[{host}]" if ":" in host else host.encode("idna").decode("ascii")


def _said(texts: Mapping[str, str] | None, language: str) -> str | None:
    """The text in that language on one line; None where there is nothing to say."""
    text = in_language(texts, language) if texts else None
    return (one_line(text) or None) if text else None
