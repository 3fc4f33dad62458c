"""`ebox audit scopes`: asks a running eBox about auditors' scopes, and shows what it answers."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx
from rich.console import Console
from rich.markup import escape

from application.demo.scopes import APPROVER, AUDITOR
from bootstrap.auditors import TIMEOUT_SECONDS, answer_of, token_in
from bootstrap.development import clerk_token
from bootstrap.errors import CannotStart
from settings import Settings

PATH: Final = "/audit/scopes"
PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Clerk:
    """Who asks whom, and how the answer is shown. `demo`: which of the demo's auditors, without a file."""

    settings: Settings
    url: str | None
    token_file: Path | None
    demo: str | None
    as_json: bool


async def request_scope(clerk: Clerk, wanted: Mapping[str, Any]) -> None:
    """Ask for a scope and print it. Raises `CannotStart`, saying what to do next."""
    async with _calling(clerk, AUDITOR) as http:
        _show(clerk, [await answer_of(http.post(PATH, json=wanted))])


async def list_scopes(clerk: Clerk) -> None:
    """Print every scope, newest first. Raises `CannotStart`."""
    found: list[dict[str, Any]] = []
    async with _calling(clerk, AUDITOR) as http:
        asked = {"limit": str(PAGE)}
        while True:
            page = await answer_of(http.get(PATH, params=asked))
            found += page["items"]
            if "nextCursor" not in page:
                break
            asked["cursor"] = page["nextCursor"]
    _show(clerk, found)


async def decide(clerk: Clerk, scope_id: UUID, what: str, body: Mapping[str, Any]) -> None:
    """Decide about a scope (`approval`, `refusal`, `withdrawal`) and print it. Raises `CannotStart`."""
    async with _calling(clerk, AUDITOR if what == "withdrawal" else APPROVER) as http:
        _show(clerk, [await answer_of(http.post(f"{PATH}/{scope_id}/{what}", json=body))])


@asynccontextmanager
async def _calling(clerk: Clerk, demo: str) -> AsyncIterator[httpx.AsyncClient]:
    if clerk.token_file is not None:
        token = await token_in(clerk.token_file)
    else:
        token = await clerk_token(clerk.settings, clerk.demo or demo)
    base = (clerk.url or clerk.settings.url).rstrip("/")
    headers = {"Authorization": f"Bearer {token}"}
    try:
        async with httpx.AsyncClient(base_url=base, headers=headers, timeout=TIMEOUT_SECONDS) as http:
            yield http
    except httpx.TransportError as error:
        raise CannotStart(f"nothing answers at {base}; is it running, and is --url right?") from error


def _show(clerk: Clerk, scopes: Sequence[dict[str, Any]]) -> None:
    if clerk.as_json:
        sys.stdout.write(json.dumps(scopes, indent=2) + "\n")
        return
    screen = Console()
    for one in scopes:
        screen.print(f"[bold]{one['scopeId']}[/bold]  {one['state']}", highlight=False)
        screen.print(f"  {escape(one['case'])}: {escape(one['purpose'])}", highlight=False)
        screen.print(f"  {escape(', '.join(_facts(one)))}", highlight=False)


def _facts(scope: dict[str, Any]) -> Iterator[str]:
    subject, period = scope["subject"], scope.get("period", {})
    yield "every mailbox" if subject == "*" else f"mailboxes: {', '.join(subject)}"
    for end in ("from", "to"):
        if end in period:
            yield f"{end} {period[end]}"
    yield f"asked for by {scope['requested']['auditor']}"
    for decision in ("approved", "refused", "withdrawn"):
        if decision in scope:
            yield f"{decision} by {scope[decision]['auditor']}"
    if "validUntil" in scope:
        yield f"until {scope['validUntil']}"
    if "embargoUntil" in scope:
        yield f"embargo until {scope['embargoUntil']}"
