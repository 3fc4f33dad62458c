"""`ebox webhooks`: how it stands with each webhook, and what could not be delivered."""
# ruff: noqa: PLC0415 - commands import what they need when they run

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer

from commands.console import settings, tell

app = typer.Typer(no_args_is_help=True)

_WEBHOOK = typer.Option("--webhook", metavar="ID", help="Of this webhook alone.")


@app.callback()
def group() -> None:
    """Webhooks: what waits, what is dead, and how to send it again.

    Partner organisations and sites have them in `EBOX_PARTNERS_FILE`. `ebox notify` delivers.
    """


@app.command()
def status() -> None:
    """Print for each webhook how many events wait, were delivered in the last day, and are dead.

    `since` is when the event was queued that waits longest. A webhook that is `gone` is not registered any
    more; one that is `suspended` is told nothing.
    """
    from bootstrap import webhooks

    with webhooks.overview(settings()) as overview:
        states = overview.endpoints()
    typer.echo(
        f"{'webhook':<24} {'whose':<24} {'state':<10} {'waiting':>8} {'delivered':>10} {'dead':>8} since"
    )
    for one in states:
        endpoint = one.endpoint
        whose = "" if endpoint is None else endpoint.organisation or endpoint.site or ""
        state = "gone" if endpoint is None else "suspended" if endpoint.is_suspended else "active"
        since = "" if one.waits_since is None else one.waits_since.isoformat(timespec="seconds")
        typer.echo(
            f"{one.key.webhook_id:<24} {whose:<24} {state:<10} {one.waiting:>8} {one.delivered:>10}"
            f" {one.dead:>8} {since}".rstrip()
        )


@app.command()
def dead(
    webhook: Annotated[str | None, _WEBHOOK] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most, newest first.")] = 100,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a line, with all there is.")
    ] = False,
) -> None:
    """List what was given up: dead letters, newest first.

    An event is tried for 24 hours after its first attempt; `410 Gone` and a suspension end it at once. Dead
    letters stay for 30 days. `ebox webhooks replay` sends them again.
    """
    from bootstrap import webhooks

    with webhooks.overview(settings()) as overview:
        letters = overview.dead_letters(webhook, limit)
    for one in letters:
        if as_json:
            typer.echo(
                json.dumps(
                    {
                        "deliveryId": str(one.delivery_id),
                        "webhookId": one.endpoint.webhook_id,
                        "eventId": str(one.event_id),
                        "type": one.event_type,
                        "queuedAt": one.queued_at.isoformat(),
                        "deadSince": one.at.isoformat(),
                        "attempts": one.attempts,
                        "lastStatus": one.last_status,
                        "reason": one.reason,
                    }
                )
            )
        else:
            answer = "" if one.last_status is None else f" ({one.last_status})"
            typer.echo(
                f"{one.delivery_id} {one.endpoint.webhook_id} {one.event_type}"
                f" {one.at.isoformat(timespec='seconds')} {one.attempts} attempts: {one.reason}{answer}"
            )


@app.command()
def replay(
    delivery: Annotated[
        UUID | None, typer.Argument(metavar="ID", help="As `ebox webhooks dead` prints it.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every dead letter.")] = False,
    webhook: Annotated[str | None, _WEBHOOK] = None,
) -> None:
    """Send dead letters again, as if they had never been tried: one by its ID, or --all of them.

    Receivers get the same events with the same ids. What belongs to a webhook that is suspended or not
    registered any more stays where it is. Fails where there was nothing to send.
    """
    from bootstrap import webhooks

    if (delivery is None) == (not every):
        raise typer.BadParameter("name one ID, or say --all", param_hint="ID")
    with webhooks.overview(settings()) as overview:
        count = overview.replay(delivery, webhook, datetime.now(UTC))
    typer.echo(f"{count} dead letters will be sent again")
    if not count:
        tell("There is none such, or its webhook is suspended or gone: `ebox webhooks status`.")
        raise typer.Exit(1)
