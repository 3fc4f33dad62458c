"""Trials on one machine stay trials."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from settings import SECRETS, Settings


def test_production_never_sends_to_its_own_machine() -> None:
    production = {
        **dict.fromkeys(SECRETS, "postgresql://ebox@db/ebox"),
        "environment": "production",
        "public_url": "https://ebox.example",
        "identifier_key": "another",
    }
    Settings.model_validate(production)
    with pytest.raises(ValidationError, match="EBOX_WEBHOOK_LOOPBACK"):
        Settings.model_validate(production | {"webhook_loopback": True})
