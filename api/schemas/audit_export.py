"""What an auditor's copy of the access history is made of."""

from __future__ import annotations

import msgspec

from api.schemas.audit import HistoryLine, LeafAnswer, history_line
from application.exporting import ExportedRow, LeafPlace


class ExportLine(HistoryLine, kw_only=True):
    """A row of the access history, and the leaf that proves it; null where it is not in the log yet."""


def export_line(exported: ExportedRow) -> ExportLine:
    """A line of the copy."""
    line = history_line(exported.row, _leaf(exported.leaf) if exported.leaf else None)
    return ExportLine(**{name: getattr(line, name) for name in _OF_HISTORY})


def _leaf(leaf: LeafPlace) -> LeafAnswer:
    return LeafAnswer(index=leaf.index, subject=leaf.subject, sequence=leaf.sequence)


_OF_HISTORY = tuple(field.name for field in msgspec.structs.fields(HistoryLine))
