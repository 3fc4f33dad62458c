"""`ebox audit replay`: asks a running eBox page by page, and shows what it answers."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.prompt import Prompt
from rich.table import Table

from api.parameters import MAX_POSITION
from bootstrap.development import development_token
from bootstrap.errors import CannotStart
from settings import Settings

PAGE: Final = 100
TIMEOUT_SECONDS: Final = 30.0


class NothingAnswers(CannotStart):
    """eBox is away, or in trouble: what was asked for cannot be told now."""


async def print_replay(
    settings: Settings,
    mailbox: UUID | None,
    at: str | None,
    *,
    url: str | None,
    token_file: Path | None,
    as_json: bool,
) -> None:
    """Replay a mailbox and print it. Raises `CannotStart`, `NothingAnswers`, saying what to do next."""
    base = (url or settings.url).rstrip("/")
    token = await token_in(token_file) if token_file else await development_token(settings, "auditor", None)
    moment = at or str(MAX_POSITION)  # as far as the log goes, whatever the clocks say
    headers = {"Authorization": f"Bearer {token}"}
    try:
        async with httpx.AsyncClient(base_url=base, headers=headers, timeout=TIMEOUT_SECONDS) as http:
            found = mailbox or await _ask_whose(http)
            then = await _replay(http, found, moment)
    except httpx.TransportError as error:
        raise NothingAnswers(f"nothing answers at {base}; is it running, and is --url right?") from error
    if as_json:
        sys.stdout.write(json.dumps(then, indent=2) + "\n")
    else:
        _show(then)


async def token_in(file: Path) -> str:
    """The access token in a file. Raises `CannotStart` where it cannot be read."""
    try:
        return (await asyncio.to_thread(file.read_text)).strip()
    except OSError as error:
        raise CannotStart(f"--token-file cannot be read: {error.strerror}") from error


async def _ask_whose(http: httpx.AsyncClient) -> UUID:
    """The number goes from the keyboard into a request's body: never on a command line, never on a screen."""
    number = Prompt.ask("National or enterprise number", password=True, console=Console(stderr=True)).strip()
    kind = "enterpriseNumber" if len(number) == len("0123456789") else "ssin"
    return UUID((await answer_of(http.post("/audit/mailboxes/search", json={kind: number})))["mailboxId"])


async def _replay(http: httpx.AsyncClient, mailbox: UUID, at: str) -> dict[str, Any]:
    """All pages as one."""
    terminal = Console(stderr=True)
    path, asked = f"/audit/mailboxes/{mailbox}/as-of", {"at": at, "limit": str(PAGE)}
    then = await answer_of(http.get(path, params=asked))
    with Progress(console=terminal, disable=not terminal.is_terminal, transient=True) as progress:
        task = progress.add_task("Replaying", total=then["totalItems"], completed=len(then["items"]))
        while cursor := then.pop("nextCursor", None):
            page = await answer_of(http.get(path, params=asked | {"cursor": cursor}))
            then["items"] += page["items"]
            then["nextCursor"] = page.get("nextCursor")
            progress.update(task, completed=len(then["items"]))
    return then


async def answer_of(asked: Any) -> dict[str, Any]:
    """What the API answers. Raises `CannotStart` with what it says where it refuses."""
    response: httpx.Response = await asked
    if response.is_success:
        answer: dict[str, Any] = response.json()
        return answer
    raise refusal(response)


def refusal(response: httpx.Response) -> CannotStart:
    """What the API says where it refuses, as an error."""
    kind = NothingAnswers if response.is_server_error else CannotStart
    if response.headers.get("Content-Type", "").startswith("application/problem+json"):
        return kind(_told(response.json()))
    return kind(f"eBox answered {response.status_code}")


def _told(problem: dict[str, Any]) -> str:
    issues = "; ".join(f"{one.get('name')}: {one.get('detail')}" for one in problem.get("issues", ()))
    return f"{problem.get('title', 'refused')}: {problem.get('detail') or ''} {issues}".strip()


def _show(then: dict[str, Any]) -> None:
    screen = Console()
    owner = then["owner"]
    state = f"activated {owner['activatedAt']}" if owner["activatedAt"] else "never activated"
    screen.print(f"Mailbox {then['mailboxId']} of a {owner['eboxType']}, {state}", highlight=False)
    screen.print(
        f"as of {then['at'] or 'position ' + str(then['position'])}: {then['totalItems']} messages",
        highlight=False,
    )
    for message in then["items"]:
        screen.print()
        state = ", ".join(_states(message))
        screen.print(
            f"[bold]{message['messageId']}[/bold]  {escape(message['messageTypeId'])} from "
            f"{message['senderOrganizationId']}, {message['publishedAt']}: {state}",
            highlight=False,
        )
        if message["seen"]:
            screen.print(_seen(message["seen"]))


def _states(message: dict[str, Any]) -> Iterator[str]:
    if not message["isReleased"]:
        yield "not yet visible"
    yield f"opened {message['openedAt']}" if message["openedAt"] else "unopened"
    for flag, word in (
        ("isHidden", "hidden"),
        ("isArchived", "archived"),
        ("isExpired", "expired"),
        ("isPurged", "documents removed"),
    ):
        if message[flag]:
            yield word
    yield f"mails sent: {message['notificationsSent']}"
    if message["notificationsBounced"]:
        yield f"came back: {message['notificationsBounced']}"


def _seen(accesses: list[dict[str, Any]]) -> Table:
    table = Table("at", "what", "who", "through", "with", "basis")
    for one in accesses:
        actor = one["actor"]
        who = "erased" if actor["isErased"] else str(actor.get("identity"))
        table.add_row(
            one["at"],
            one["what"],
            escape(f"{actor['kind']} {who}"),
            escape(one["site"] or "-"),
            one["digitalKey"] or "-",
            f"{one['basis']['kind']} v{one['basis']['version']}",
        )
    return table
