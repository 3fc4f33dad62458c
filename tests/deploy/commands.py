"""Whether `ebox` takes a command line that a file of ours starts it with."""

from __future__ import annotations

from collections.abc import Sequence

from typer.main import get_command

from cli import app


def is_a_command(arguments: Sequence[str]) -> bool:
    """Whether there is such a command with such options; runs nothing."""
    command, rest = get_command(app), list(arguments)
    context = command.make_context("ebox", [], resilient_parsing=True)
    while hasattr(command, "get_command"):
        found = command.get_command(context, rest.pop(0)) if rest else None
        if found is None:
            return False
        command = found
    return command.make_context("ebox", rest).command is command
