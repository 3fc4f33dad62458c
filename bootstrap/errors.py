"""Why a process does not start."""

from __future__ import annotations


class CannotStart(Exception):
    """The settings do not add up to something that can run; the text says what to mend."""
