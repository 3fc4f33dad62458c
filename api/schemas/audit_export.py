"""What an auditor's copy of the access history is made of."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from api.schemas.answers import Answer
from api.schemas.audit import HistoryLine, history_line
from application.exporting import ExportedRow, LeafPlace


class LeafAnswer(Answer, kw_only=True):
    """Where the audit log has an event."""

    index: Annotated[int, Meta(description="The number of its leaf, from 0.")]
    subject: Annotated[str, Meta(description="Whose chain it is in: the mailbox's pseudonym in the log.")]
    sequence: Annotated[int, Meta(description="Its place in that chain, from 1.")]


class ExportLine(HistoryLine, kw_only=True):
    """A row of the access history, and the leaf that proves it; null where it is not in the log yet."""

    leaf: LeafAnswer | None


def export_line(exported: ExportedRow) -> ExportLine:
    """A line of the copy."""
    line = history_line(exported.row)
    return ExportLine(
        **{name: getattr(line, name) for name in _OF_HISTORY},
        leaf=_leaf(exported.leaf) if exported.leaf else None,
    )


def _leaf(leaf: LeafPlace) -> LeafAnswer:
    return LeafAnswer(index=leaf.index, subject=leaf.subject, sequence=leaf.sequence)


_OF_HISTORY = tuple(field.name for field in msgspec.structs.fields(HistoryLine))
