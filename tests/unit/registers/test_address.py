"""Which register a setting means."""

from __future__ import annotations

from pathlib import Path

import pytest

from registers.address import RegisterAddress


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("accept-all:", RegisterAddress()),
        (
            "csv:///var/lib/ebox/an%20extract.csv",
            RegisterAddress(extract=Path("/var/lib/ebox/an extract.csv")),
        ),
        ("https://register.example/check", RegisterAddress(service="https://register.example/check")),
        ("http://127.0.0.1:8900/check", RegisterAddress(service="http://127.0.0.1:8900/check")),
        ("http://[::1]:8900/", RegisterAddress(service="http://[::1]:8900/")),
    ],
)
def test_a_setting_means_one_register(url: str, meant: RegisterAddress) -> None:
    assert RegisterAddress.from_url(url) == meant


@pytest.mark.parametrize(
    "url",
    [
        "",
        "accept-all",
        "csv://extract.csv",
        "csv:///",
        "csv:///a.csv?x=1",
        "http://register.example/check",
        "https://me:secret@register.example/",
        "https://register.example/?key=secret",
        "ftp://register.example/",
        "https:///check",
    ],
)
def test_anything_else_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(ValueError, match=r"\w") as refused:
        RegisterAddress.from_url(url)
    assert "secret" not in str(refused.value)
