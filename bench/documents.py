"""PDFs for load: sound ones of an exact size, in which the generator writes another text each time."""

from __future__ import annotations

from bench.load.plan import DISTINCT
from tests.pdfs import make_pdf

KIB = 1024
MIB = 1024 * KIB


def distinct_pdf(size: int) -> bytes:
    """A PDF of `size` bytes; the generator's mark is in the middle, in a stream that nothing depends on."""
    document = make_pdf(size=size)
    middle = size // 2
    return document[:middle] + DISTINCT + document[middle + len(DISTINCT) :]
