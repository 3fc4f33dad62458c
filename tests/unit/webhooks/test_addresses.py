"""Where nothing is sent to, however it is written."""

from __future__ import annotations

import pytest

from webhooks.addresses import Reach
from webhooks.errors import AddressRefused

PUBLIC = ["8.8.8.8", "193.191.245.10", "2a01:690::1", "2001:4860:4860::8888"]
NOT_PUBLIC = [
    "0.0.0.0",  # noqa: S104 - refused
    "10.0.0.1",
    "100.64.0.1",  # CGNAT
    "100.100.100.200",
    "127.0.0.1",
    "127.255.0.9",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.9",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.7",
    "168.63.129.16",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",  # compatible
    "::ffff:127.0.0.1",  # mapped
    "::ffff:8.8.8.8",
    "::ffff:0:8.8.8.8",  # translated
    "64:ff9b::7f00:1",  # NAT64
    "64:ff9b::8.8.8.8",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001::7f00:1",  # Teredo
    "2001:db8::1",
    "2002:7f00:1::",  # 6to4
    "2a01:690::5efe:a00:1",  # ISATAP
    "2a01:690::200:5efe:10.0.0.1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "localhost",
    "",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_sent_to(address: str) -> None:
    Reach().check_address(address, is_https=True)


@pytest.mark.parametrize("address", NOT_PUBLIC)
@pytest.mark.parametrize("reach", [Reach(), Reach(loopback=True)], ids=["production", "trial"])
def test_no_other_address_is(address: str, reach: Reach) -> None:
    if reach.loopback and address in {"127.0.0.1", "127.255.0.9", "::1"}:
        reach.check_address(address, is_https=False)
        return
    with pytest.raises(AddressRefused) as refused:
        reach.check_address(address, is_https=True)
    assert not address or address not in str(refused.value)


def test_over_http_even_a_trial_reaches_this_machine_alone() -> None:
    with pytest.raises(AddressRefused):
        Reach(loopback=True).check_address("8.8.8.8", is_https=False)


@pytest.mark.parametrize(
    "url",
    [
        "http://receiver.example/",
        "ftp://receiver.example/",
        "https:///events",
        "https://user:password@receiver.example/",
        "https://receiver.example/#fragment",
        "https://receiver.example:0/",
        "https://receiver.example:99999/",
        "https://receiver.example/a b",
        "https://receiver.example/\r\nHost: other",
        "https://réceiver.example/",
        "https://receiver.example/" + "a" * 2048,
        "file:///etc/passwd",
        "",
    ],
)
def test_a_url_that_is_no_receivers_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        Reach().check_url(url)


def test_http_is_for_trials() -> None:
    Reach(loopback=True).check_url("http://127.0.0.1:9000/events")
    Reach().check_url("https://receiver.example:8443/events?token=x")
