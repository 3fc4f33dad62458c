"""What every command needs of a terminal: the settings or a line that says what is wrong, and plain lines."""

from __future__ import annotations

import sys

from pydantic import ValidationError
from rich.console import Console

from settings import Settings

USAGE = 2
"""The exit status where the command line or a setting is wrong."""

errors = Console(stderr=True)


def settings() -> Settings:
    """The settings; where one is wrong, it is told and the process ends with status 2."""
    try:
        return Settings()
    except ValidationError as error:
        for one in error.errors():
            name = ".".join(f"EBOX_{part}".upper() for part in one["loc"][:1]) or "settings"
            tell(f"{name}: {one['msg']}")
        tell("Every setting is described in docs/reference/configuration.md.")
        sys.exit(USAGE)


def tell(text: str) -> None:
    """A line on standard error as it is: not folded, and brackets in it are no markup."""
    errors.print(text, style="red", markup=False, highlight=False, soft_wrap=True)
