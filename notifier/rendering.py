"""The mails: in the owner's language, as plain text and as HTML.

They say who sent something (unless the message type is discreet) and where to read it, never what it is: a
mail crosses servers that are not ours. No picture, no link but the portal's front page, nothing that tells
anybody that it was read. A repeat of a mail is byte for byte the same mail, as long as there is the same to
say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from notifier.letters import Heading, Letter, Letters, News
from notifier.texts import TEXTS

_WIRE_FORMAT = SMTP.clone(cte_type="7bit")
"""Lines end in CR LF and have 7 bits, so that no relay need change a byte (RFC 5321 §2.4)."""


class Renderer:
    """Writes the mails, from one sender's address, about one portal.

    `language` is used for owners who chose none. `public_url` is the portal's front page; its host is the
    right side of every Message-ID.
    """

    def __init__(self, sender: Address, public_url: str, language: str = "nl") -> None:
        self._sender = sender
        self._address = public_url
        self._default = language
        self._letters = {language: Letters(language, public_url) for language in TEXTS}
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
        """A document has come."""
        return self._mail(to, news, self._in(news).new_document(news))

    def reminder(self, to: Address, news: News, since: datetime) -> EmailMessage:
        """A document has been waiting since then, in the owner's time zone."""
        return self._mail(to, news, self._in(news).reminder(news, since))

    def expiry_warning(self, to: Address, news: News, until: datetime) -> EmailMessage:
        """An unread document can be read until then, in the owner's time zone."""
        return self._mail(to, news, self._in(news).expiry_warning(news, until))

    def recall(self, to: Address, news: News) -> EmailMessage:
        """A document was taken back by its sender."""
        return self._mail(to, news, self._in(news).recall(news))

    def summary(
        self, to: Address, heading: Heading, senders: Sequence[Mapping[str, str] | None]
    ) -> EmailMessage:
        """So many documents have come; for each its sender's name, None where it is not to be named."""
        return self._mail(to, heading, self._in(heading).summary(senders))

    def verification(self, to: Address, heading: Heading, code: str, minutes: int) -> EmailMessage:
        """The code for an address that was entered, and for how many minutes it can be used."""
        return self._mail(to, heading, self._in(heading).verification(code, minutes))

    def _in(self, heading: Heading) -> Letters:
        return self._letters.get(heading.language or "") or self._letters[self._default]

    def _mail(self, to: Address, heading: Heading, letter: Letter) -> EmailMessage:
        letters = self._in(heading)
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = to
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(heading.queued_at)
        message["Message-ID"] = f"<{heading.notification_id}@{self._host}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5: no holiday replies, please
        words = {
            "texts": letters.texts,
            "language": letters.language,
            "address": self._address,
            "letter": letter,
        }
        plain = self._templates.get_template("mail.txt").render(words)
        html = self._templates.get_template("mail.html").render(words)
        message.set_content(plain, cte="quoted-printable")
        message.add_alternative(html, subtype="html", cte="quoted-printable")
        for labelled in (message, *message.iter_parts()):
            labelled["Content-Language"] = letters.language
        message.set_boundary(f"=_{heading.notification_id.hex}")
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
