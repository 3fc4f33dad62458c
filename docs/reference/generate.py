"""Writes the reference pages that are made from the code: `python docs/reference/generate.py`."""

from __future__ import annotations

import sys
from pathlib import Path

from docs.reference.pages.commands import commands
from docs.reference.pages.configuration import configuration
from docs.reference.pages.description import description
from docs.reference.pages.errors import errors
from docs.reference.pages.events import events
from docs.reference.pages.meters import meters

HERE = Path(__file__).parent

PAGES = {
    "commands.md": commands,
    "configuration.md": configuration,
    "errors.md": errors,
    "events.md": events,
    "meters.md": meters,
    "openapi.json": description,
}


def main() -> None:
    """Write every page anew."""
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), encoding="utf-8")
        sys.stdout.write(f"docs/reference/{name}\n")


if __name__ == "__main__":
    main()
