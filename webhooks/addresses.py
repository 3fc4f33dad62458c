"""Where events may go: https to public addresses. Whoever registers a URL must not reach into our network.

What counts is the address that we connect to, so every address that a name stands for is looked at, and the
connection is made to one of those very addresses (`webhooks.connecting`).
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

from webhooks.errors import AddressRefused

LONGEST_URL: Final = 2048

_UNICAST: Final = IPv6Network("2000::/3")
"""The only IPv6 space that is handed out for use on the internet (RFC 4291 §2.4)."""

_REFUSED_6: Final = (
    IPv6Network("2001::/23"),  # protocol assignments, Teredo among them: carries IPv4 (RFC 2928, RFC 4380)
    IPv6Network("2001:db8::/32"),  # documentation (RFC 3849)
    IPv6Network("2002::/16"),  # 6to4: carries any IPv4 address (RFC 3056)
    IPv6Network("3fff::/20"),  # documentation (RFC 9637)
)
_REFUSED_4: Final = (
    IPv4Network("192.0.0.0/24"),  # protocol assignments (RFC 6890), whatever some of them are
    IPv4Network("192.88.99.0/24"),  # 6to4 relays (RFC 7526)
    IPv4Network("168.63.129.16/32"),  # a public number that one cloud serves its machines' secrets at
)
_ISATAP: Final = (0x00005EFE, 0x02005EFE)
"""Interface identifiers that carry an IPv4 address in their lower half (RFC 5214 §6.1)."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Which addresses are allowed. `loopback`: this machine too, over http as well; for the embedded mode."""

    loopback: bool = False

    def check_url(self, url: str) -> None:
        """Raise `AddressRefused` for a URL that nothing is sent to, whatever its name stands for."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise AddressRefused("not a URL") from None
        if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
            raise AddressRefused("not a URL")
        if parts.scheme != "https" and not (self.loopback and parts.scheme == "http"):
            raise AddressRefused("not https")
        if not parts.hostname or port == 0:
            raise AddressRefused("not a URL")
        if "@" in parts.netloc or parts.fragment:
            raise AddressRefused("a URL with a user or a fragment")

    def check_address(self, text: str, *, is_https: bool) -> None:
        """Raise `AddressRefused` for an address that is not public. Over http only loopback is left."""
        try:
            address = ip_address(text)
        except ValueError:
            raise AddressRefused("not an address") from None
        if self.loopback and address.is_loopback:
            return
        if not is_https or not is_public(address):
            raise AddressRefused("not a public address")


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it is an address of somebody on the internet, and no way of writing another one.

    Not: private, shared (CGNAT), loopback, link-local, multicast, reserved, documentation, benchmarks; and
    none that carries an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo, ISATAP).
    """
    if isinstance(address, IPv4Address):
        is_special = address.is_multicast or address.is_reserved or address.is_unspecified
        return address.is_global and not is_special and not any(address in one for one in _REFUSED_4)
    if address.scope_id is not None or address not in _UNICAST or not address.is_global:
        return False
    carries_ipv4 = (int(address) >> 32) & 0xFFFFFFFF in _ISATAP
    return not carries_ipv4 and not any(address in one for one in _REFUSED_6)
