"""Markdown, as far as the pages need it."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table; a bar within a cell is written so that it does not end the cell."""
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return lines


def prose(docstring: str | None) -> str:
    """A docstring as Markdown: paragraphs stay, what its author indented goes back to the margin."""
    return inspect.cleandoc(docstring or "")


def sentence(docstring: str | None) -> str:
    """The same as one cell of a table."""
    return " ".join(prose(docstring).split())


def page(*lines: str) -> str:
    """The lines as a file's text."""
    return "\n".join(lines) + "\n"
