"""How far back the access history goes."""

from __future__ import annotations

from domain.events import Event
from domain.events.retention import HorizonMoved
from tests.contract.stored.common import LATER, first

EXPECTED: dict[str, Event] = {
    "retention.horizon_moved.v1": first(HorizonMoved, "retention", before=LATER),
}
"""The events that stored samples are of, one file for each of the files in `domain/events/`."""
