"""What lies behind an error, in a word that may be logged."""

from __future__ import annotations


def cause_of(error: BaseException) -> str:
    """The type of the error that began it: types never hold personal data, texts may."""
    while error.__cause__ is not None:
        error = error.__cause__
    return type(error).__name__
