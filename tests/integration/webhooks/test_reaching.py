"""Which addresses are connected to: those that were looked at, whatever a name stands for later."""

from __future__ import annotations

import httpcore
import pytest

from domain.events.reference import WebhookRecord
from tests.integration.webhooks.house import ONCE, House, Names, hook
from tests.integration.webhooks.receiver import NAME, Receiver
from tests.servers.ports import LOOPBACK
from tests.waiting import until
from webhooks.addresses import Reach
from webhooks.connecting import CheckedBackend, Resolver, SystemResolver
from webhooks.errors import AddressRefused

PUBLIC, PRIVATE = "193.191.245.10", "10.0.0.8"


async def given_up(house: House, receiver: Receiver, names: Resolver, *, loopback: bool) -> str:
    """Why the one event for the receiver was given up."""
    house.publish(house.resident())
    house.fill()
    sender = house.sender(receiver.ca_file, names=names, backoff=ONCE, loopback=loopback)
    async with house.sending(sender):
        await until(lambda: house.counts() == (0, 0, 1))
    (letter,) = house.overview.dead_letters(None, 10)
    return letter.reason


@pytest.mark.parametrize(
    "addresses", [(PRIVATE,), (LOOPBACK,), (PUBLIC, PRIVATE), ("::ffff:127.0.0.1",)], ids=str
)
async def test_a_name_with_an_address_that_is_not_public_is_not_connected_to(
    house: House, receiver: Receiver, addresses: tuple[str, ...]
) -> None:
    house.partner(hook(receiver))
    reason = await given_up(house, receiver, Names(*addresses), loopback=False)
    assert reason == "address refused: not a public address"
    assert receiver.received == []


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "[::1]", "localhost"])
async def test_nor_is_this_machine_however_it_is_written(house: House, receiver: Receiver, host: str) -> None:
    house.partner(WebhookRecord("own", f"https://{host}:{receiver.port}/", ["newDocument"]))
    resolver = SystemResolver()
    reason = await given_up(house, receiver, resolver, loopback=False)
    resolver.close()
    assert reason == "address refused: not a public address"


async def test_http_is_refused(house: House, receiver: Receiver) -> None:
    house.partner(WebhookRecord("plain", f"http://{NAME}:{receiver.port}/", ["newDocument"]))
    reason = await given_up(house, receiver, Names(PUBLIC), loopback=False)
    assert reason == "address refused: not https"


async def test_a_name_that_stands_for_another_address_the_second_time_changes_nothing(
    house: House, receiver: Receiver
) -> None:
    """DNS rebinding: the name is asked for once, and the connection is to what was answered and looked at."""
    house.partner(hook(receiver))
    house.publish(house.resident())
    house.fill()
    names = Names(PRIVATE)
    names.script.append([LOOPBACK])  # what this house may connect to stands for a public address

    async with house.sending(house.sender(receiver.ca_file, names=names)):
        await until(lambda: house.counts() == (0, 1, 0))

    assert names.asked == [NAME]
    assert receiver.received[0].headers["host"] == f"{NAME}:{receiver.port}"


async def test_the_connection_is_to_the_very_address_that_was_looked_at() -> None:
    asked: list[str] = []

    class Network(httpcore.AsyncNetworkBackend):
        """Remembers where to, and connects to nothing."""

        async def connect_tcp(self, host: str, port: int, *_: object) -> httpcore.AsyncNetworkStream:
            asked.append(host)
            raise httpcore.ConnectError

    names = Names(PRIVATE)
    names.script.append([PUBLIC, "2a01:690::1"])
    backend = CheckedBackend(Reach(), names, is_https=True, network=Network())
    with pytest.raises(httpcore.ConnectError):
        await backend.connect_tcp(NAME, 443)
    assert asked == [PUBLIC, "2a01:690::1"]
    with pytest.raises(AddressRefused):
        await backend.connect_tcp(NAME, 443)
    assert len(asked) == 2


async def test_a_name_that_nobody_knows_is_tried_again(house: House, receiver: Receiver) -> None:
    class Nobody(Names):
        async def addresses(self, host: str, port: int) -> list[str]:
            """None."""
            raise OSError(f"no such name: {host}")

    house.partner(hook(receiver))
    reason = await given_up(house, receiver, Nobody(), loopback=True)
    assert reason == "cannot be reached"


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "hooks..example.org"])
async def test_what_can_be_no_name_ends_like_any_other_that_nobody_knows(
    house: House, receiver: Receiver, host: str
) -> None:
    house.partner(WebhookRecord("no name", f"https://{host}/", ["newDocument"]))
    resolver = SystemResolver()
    reason = await given_up(house, receiver, resolver, loopback=False)
    resolver.close()
    assert reason == "cannot be reached"


async def test_what_nobody_foresaw_does_not_go_on_for_ever(house: House, receiver: Receiver) -> None:
    class Broken(Names):
        async def addresses(self, host: str, port: int) -> list[str]:
            """A mistake."""
            raise ZeroDivisionError

    house.partner(hook(receiver))
    reason = await given_up(house, receiver, Broken(), loopback=True)
    assert reason == "something unforeseen went wrong"
