"""Reference data as anybody may look them up."""

from __future__ import annotations

import pytest

from application.reference_data import Period, period
from domain.events.reference import Validity


@pytest.mark.parametrize(
    ("validity", "shown"),
    [
        (Validity(years=10, days=0), Period(10, "year")),
        (Validity(years=1, days=0, months=6), Period(18, "month")),
        (Validity(years=0, days=0, months=3), Period(3, "month")),
        (Validity(years=0, days=45), Period(45, "day")),
        (Validity(years=1, days=5, months=1), Period(365 + 30 + 5, "day")),
    ],
)
def test_a_validity_is_shown_in_one_unit(validity: Validity, shown: Period) -> None:
    assert period(validity) == shown
