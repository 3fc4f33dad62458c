"""What ends a benchmark."""

from __future__ import annotations


class BenchmarkFailed(Exception):
    """A figure cannot be believed or had: wrong answers, wrong counts, a process that did not start."""
