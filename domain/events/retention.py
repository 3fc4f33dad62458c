"""How far back the access history goes."""

from __future__ import annotations

from datetime import datetime

from domain.events.base import FirstEvent, recorded_as


@recorded_as("retention.horizon_moved")
class HorizonMoved(FirstEvent):
    """Access records of before that moment have been kept for as long as they are, and leave the read models.

    The events themselves stay in the log. A horizon that is earlier than another one before it moves nothing.
    """

    before: datetime
