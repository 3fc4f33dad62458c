"""The moments of a publication: when it comes into sight, when it is due, and when it ends."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from domain.clock import BRUSSELS, end_of_day_in_brussels
from domain.draft import ROOT, MessageDraft
from domain.errors import InvalidInput, Issue
from domain.events.reference import Validity

MAX_AHEAD: Final = timedelta(days=366)
"""How far ahead a publish time may be requested."""


def visible_from(draft: MessageDraft, now: datetime) -> datetime:
    """When the message comes into its reader's sight: at once, or at the publish time if that lies ahead."""
    if draft.publish_at is None or draft.publish_at <= now:
        return now
    if draft.publish_at > now + MAX_AHEAD:
        detail = f"a publish time lies at most {MAX_AHEAD.days} days ahead"
        raise InvalidInput(Issue(f"{ROOT}.requestedPublishTime", "tooFarAhead", detail))
    return draft.publish_at


def expiry(draft: MessageDraft, validity: Validity, visible_at: datetime) -> datetime:
    """When the message ends: the message type's validity, or earlier if the sender says so; never later.

    Both are the end of a day in Europe/Brussels, and count from when its reader can see it.
    """
    latest = end_of(validity, visible_at)
    if draft.expires is None:
        return latest
    asked = end_of_day_in_brussels(draft.expires.astimezone(BRUSSELS).date())
    where = f"{ROOT}.expirationDate"
    if asked <= visible_at:
        raise InvalidInput(Issue(where, "inThePast", "the message would expire before anybody could see it"))
    if asked > latest:
        raise InvalidInput(
            Issue(where, "beyondValidity", "the message type's validity may be shortened, never lengthened")
        )
    return asked


def end_of(validity: Validity, start: datetime) -> datetime:
    """When what begins at `start` ends: the end of a day in Europe/Brussels.

    A month that has no such day ends with its last.
    """
    begun = start.astimezone(BRUSSELS).date()
    return _end_of(validity, begun.year, begun.month, begun.day)


@lru_cache(maxsize=1024)
def _end_of(validity: Validity, year: int, month: int, day: int) -> datetime:
    years, month = divmod(month - 1 + validity.months, 12)
    year, month = year + validity.years + years, month + 1
    last_day = date(year, month, min(day, monthrange(year, month)[1])) + timedelta(days=validity.days)
    return end_of_day_in_brussels(last_day)


def check_due(draft: MessageDraft, visible_at: datetime, expires_at: datetime) -> None:
    """Raise `InvalidInput` unless the due date, if there is one, lies within the time that the reader has."""
    where = f"{ROOT}.dueDate"
    if draft.due is not None and draft.due <= visible_at:
        raise InvalidInput(Issue(where, "inThePast", "the message would be due before anybody could see it"))
    if draft.due is not None and draft.due > expires_at:
        raise InvalidInput(Issue(where, "afterExpiration", "the message would expire before it is due"))
