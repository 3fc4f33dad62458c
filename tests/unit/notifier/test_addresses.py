"""What a profile holds becomes an address that is safe in a header and in an SMTP command, or nothing."""

from __future__ import annotations

import pytest

from notifier.addresses import mail_address, one_line, sender_address
from notifier.errors import UnusableAddress


@pytest.mark.parametrize(
    "address",
    [
        "an@example.test\r\nBcc: eve@example.test",
        "an@example.test\n",
        "an@example.test, eve@example.test",
        "an@example.test> SIZE=1",
        "<an@example.test>",
        "An <an@example.test>",
        "an peeters@example.test",
        "an\x00@example.test",
        "an@exam\x00ple.test",
        "an\u2028@example.test",
        "é@example.test",
        "\u212a@example.test",  # the Kelvin sign, which is a K to whoever ignores case
        '"an"@example.test',
        "an@[127.0.0.1]",
        "an@example..test",
        "an@-example.test",
        "an@" + "a" * 64 + ".test",
        ".an@example.test",
        "an@",
        "@example.test",
        "an",
        "",
        "a" * 250 + "@example.test",
    ],
)
def test_what_is_not_one_plain_address_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(UnusableAddress) as refusal:
        mail_address(address)

    assert "example" not in str(refusal.value)


def test_an_address_is_taken_as_it_is_and_its_domain_becomes_ascii() -> None:
    assert mail_address("an.peeters+eBox@example.test").addr_spec == "an.peeters+eBox@example.test"
    assert mail_address("an@münchen.example").addr_spec == "an@xn--mnchen-3ya.example"


def test_the_configured_sender_may_have_a_name() -> None:
    sender = sender_address("Mijn eBox <no-reply@ebox.example>")

    assert (sender.display_name, sender.addr_spec) == ("Mijn eBox", "no-reply@ebox.example")
    assert sender_address("no-reply@ebox.example").addr_spec == "no-reply@ebox.example"


def test_a_text_becomes_one_line_without_control_characters() -> None:
    assert one_line(" a\r\nb\u2028c\td\x00e\u202ef ") == "a b c def"
