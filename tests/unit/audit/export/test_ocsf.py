"""Rows as OCSF *API Activity*: each passes the published schema, and has nothing that is not in it."""

from __future__ import annotations

from typing import Any

import pytest
from ocsf.v1_7_0.events import ApiActivity
from pydantic import BaseModel, ValidationError

from audit.export.ocsf import VERSION, api_activity
from audit.export.rows import row_of_line
from tests.unit.audit.export.lines import AT, MAILBOX, NUMBER, line, lines


def event(row: bytes) -> dict[str, Any]:
    return api_activity(row_of_line(row), "https://ebox.example")


def strangers(model: BaseModel) -> set[str]:
    """What stands in the event, at any depth, and not in the schema; `unmapped` is for just that."""
    found = set(model.model_extra or ())
    for name in type(model).model_fields.keys() - {"unmapped"}:
        value = getattr(model, name)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, BaseModel):
                found |= strangers(one)
    return found


@pytest.mark.parametrize(("name", "row"), list(lines()), ids=lambda one: one if isinstance(one, str) else "")
def test_every_kind_of_row_is_a_valid_api_activity(name: str, row: bytes) -> None:
    parsed = ApiActivity.model_validate(event(row))
    assert strangers(parsed) == set(), name


def test_without_what_is_required_it_would_not_pass() -> None:
    for required in ("actor", "api", "src_endpoint", "metadata", "severity_id", "time"):
        with pytest.raises(ValidationError):
            ApiActivity.model_validate({k: v for k, v in event(line()).items() if k != required})


def test_an_access_says_who_what_when_and_through_which_site() -> None:
    told = event(line())
    assert (told["type_uid"], told["status_id"], told["metadata"]["version"]) == (600302, 1, VERSION)
    assert told["time"] == int(AT.timestamp() * 1000)
    assert told["actor"]["user"]["uid_alt"] == NUMBER
    assert told["src_endpoint"]["uid"] == "demo-site"
    assert {"type": "mailbox", "uid": str(MAILBOX)} in told["resources"]
    assert told["unmapped"]["leaf"]["index"] == 41


def test_a_refusal_is_a_failure_of_low_severity() -> None:
    told = event(line("access_denied.recorded"))
    assert (told["status_id"], told["severity_id"], told["status_detail"]) == (2, 2, "550 5.1.1")
