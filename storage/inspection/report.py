"""What an inspection found in an accepted document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Finding = Literal["javascript", "launch-action", "embedded-files", "open-action", "macros", "partly-examined"]


@dataclass(frozen=True, slots=True)
class InspectionReport:
    """`media_type` is what the bytes are. `findings`, sorted, are noted and do not refuse the document.

    javascript: scripts. launch-action: something that starts a program. embedded-files: attachments inside.
    open-action: something that happens by itself when the document or a page is opened. macros: programs of
    an office document. partly-examined: too many objects to look at each of them. `page_count`: of a PDF,
    None for all else. `embedded_sizes`: of the files that were taken out, those within
    embedded PDFs included, in bytes; empty where nobody asked for them.
    """

    media_type: str
    page_count: int | None
    findings: tuple[Finding, ...]
    embedded_sizes: tuple[int, ...] = ()
