"""What the server of a witness bounds, and what it answers when it cannot do its work."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from audit.witness import app as served
from audit.witness.app import witness_app
from audit.witness.requests import LARGEST_BODY
from audit.witness.service import Witness
from domain.clock import FixedClock
from tests.logs import Log


async def post(witness: Witness, body: bytes | AsyncIterator[bytes]) -> httpx.Response:
    transport = httpx.ASGITransport(app=witness_app(witness))
    async with httpx.AsyncClient(transport=transport, base_url="http://witness") as http:
        return await http.post("/add-checkpoint", content=body)


async def test_a_body_is_not_read_beyond_the_limit(witness: Witness) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 16 * 1024
            yield b"x" * 16 * 1024

    answer = await post(witness, endless())
    assert (answer.status_code, answer.headers["connection"]) == (413, "close")
    assert sent <= LARGEST_BODY + 32 * 1024


async def test_a_body_that_takes_too_long_is_broken_off(
    witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served, "BODY_SECONDS", 0.05)

    async def stalling() -> AsyncIterator[bytes]:
        yield b"old 0\n"
        await asyncio.Event().wait()

    answer = await post(witness, stalling())
    assert (answer.status_code, answer.headers["connection"]) == (408, "close")


async def test_while_it_cannot_remember_it_cosigns_nothing(
    tmp_path: Path, witness: Witness, log: Log
) -> None:
    witness._state._connection.execute("PRAGMA busy_timeout = 50")
    with closing(sqlite3.connect(tmp_path / "witness.state", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        answer = await post(witness, log.request(0))
    assert answer.status_code == 503
    assert "—" not in answer.text
    assert (await post(witness, log.request(0))).status_code == 200


async def test_with_a_clock_that_is_behind_it_says_so(witness: Witness, log: Log, clock: FixedClock) -> None:
    assert (await post(witness, log.request(0))).status_code == 200
    clock.advance(timedelta(hours=-1))
    assert (await post(witness, log.request(300))).status_code == 503
