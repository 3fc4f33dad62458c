"""Form bodies are read within limits of size, number and time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from identity import forms
from identity.errors import InvalidRequest
from identity.forms import each_once, read_form

FORM = "application/x-www-form-urlencoded"


async def arriving(*chunks: bytes) -> AsyncIterator[bytes]:
    """A body in pieces."""
    for chunk in chunks:
        yield chunk


async def test_a_form_in_pieces_is_one_form() -> None:
    form = await read_form(f"{FORM}; charset=UTF-8", arriving(b"a=1&b", b"=%C3%A9+%26", b""))
    assert form == {"a": "1", "b": "é &"}


async def test_an_endless_body_is_refused_while_it_arrives() -> None:
    arrived = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal arrived
        while True:
            arrived += 1
            yield b"x" * 1024

    with pytest.raises(InvalidRequest):
        await read_form(FORM, endless())
    assert arrived == forms.MAX_BYTES // 1024 + 1


async def test_a_body_that_never_comes_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "READING_SECONDS", 0.01)

    async def silent() -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b""

    with pytest.raises(InvalidRequest):
        await read_form(FORM, silent())


def test_a_parameter_without_a_value_is_as_good_as_absent() -> None:
    assert each_once([("state", ""), ("code", "x")]) == {"code": "x"}


def test_a_repeated_parameter_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        each_once([("code", "x"), ("code", "x")])
