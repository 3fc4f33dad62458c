"""`ebox doctor`: what is wrong, and what to do about it."""
# ruff: noqa: PLC0415 - commands import what they need when they run

from __future__ import annotations

from typing import Annotated

import typer

from commands.console import settings


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 for warnings (!) too.")] = False,
) -> None:
    """Look at everything that eBox depends on, and say what to do where something is wrong.

    A line for each part: ✓ is fine, ! works but wants care, ✗ does not work. It changes nothing and sends no
    mail. Run it where a role runs, as its user and with its settings.

    The exit status is 0 where nothing is wrong, 1 where something is, 2 where a setting is no setting.
    """
    from bootstrap.doctor.examination import doctor as examine
    from bootstrap.doctor.findings import Verdict

    worst = examine(settings(), as_json=as_json)
    if worst is Verdict.WRONG or (strict and worst is Verdict.WARNING):
        raise typer.Exit(1)
