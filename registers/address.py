"""Which register a setting means: `accept-all:`, `csv:///path/extract.csv` or `https://…`."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

ACCEPT_ALL: Final = "accept-all:"


@dataclass(frozen=True, slots=True)
class RegisterAddress:
    """One of the three: both None for `accept-all:`."""

    extract: Path | None = None
    service: str | None = None

    @classmethod
    def from_url(cls, url: str) -> RegisterAddress:
        """Raises ValueError, which says what is expected and nothing of what was given."""
        if url == ACCEPT_ALL:
            return cls()
        parts = urlsplit(url)
        if parts.scheme == "csv":
            if parts.netloc or parts.query or parts.fragment or len(parts.path) < 2:
                raise ValueError("csv:///path names a file by its absolute path")
            return cls(extract=Path(unquote(parts.path)))
        if parts.scheme not in {"https", "http"} or not parts.hostname:
            raise ValueError("accept-all:, csv:///path/extract.csv or https://host/path")
        if parts.username is not None or parts.query or parts.fragment:
            raise ValueError("the address of a service has no user, password, query or fragment")
        if parts.scheme == "http" and not _is_loopback(parts.hostname):
            raise ValueError("numbers travel by https; http is for a service on this machine alone")
        return cls(service=url)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
