"""Where the relay is and how it is talked to, as one URL says it (EBOX_SMTP_URL)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

_TLS_FROM_THE_START = "smtps"
_TLS_REQUIRED = "smtp+starttls"
_TLS_IF_OFFERED = "smtp"
_PORTS = {_TLS_IF_OFFERED: 25, _TLS_REQUIRED: 587, _TLS_FROM_THE_START: 465}


@dataclass(frozen=True, slots=True)
class Relay:
    """An SMTP server that takes our mails over.

    `smtp://host` uses TLS when the server offers it (RFC 3207), and without checking its certificate: that
    keeps out who only listens (RFC 7435), and whoever could forge a certificate could as well hide the offer.
    With a user name in the URL, and with `smtp+starttls://` and `smtps://`, there must be TLS and the
    certificate must be right.
    """

    scheme: str
    host: str
    port: int
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def from_url(cls, url: str) -> Relay:
        """Parse `smtp[s]://[user:password@]host[:port]` or `smtp+starttls://…`; both may be %-encoded.

        Raises:
            ValueError: it is none of these. The text does not hold the URL: that may hold a password.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise ValueError("the SMTP URL cannot be read") from None
        if parts.scheme not in _PORTS:
            raise ValueError(
                f"the SMTP URL must begin with one of {', '.join(f'{name}://' for name in _PORTS)}"
            )
        if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError("the SMTP URL must hold a host and nothing after its port")
        return cls(
            parts.scheme,
            parts.hostname,
            port or _PORTS[parts.scheme],
            unquote(parts.username) if parts.username else None,
            unquote(parts.password) if parts.password else None,
        )

    def client_options(self) -> dict[str, Any]:
        """What an `aiosmtplib.SMTP` needs to reach it."""
        # A password never travels in clear.
        opportunistic = True if self.username is not None else None
        start_tls = {_TLS_REQUIRED: True, _TLS_IF_OFFERED: opportunistic, _TLS_FROM_THE_START: False}
        return {
            "hostname": self.host,
            "port": self.port,
            "username": self.username,
            "password": self.password,
            "use_tls": self.scheme == _TLS_FROM_THE_START,
            "start_tls": start_tls[self.scheme],
            "validate_certs": self.scheme != _TLS_IF_OFFERED or self.username is not None,
        }
