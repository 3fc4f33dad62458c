"""Rows as FHIR `AuditEvent`: each passes the published definition of R4B, whose AuditEvent is R4's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fhir.resources.R4B.auditevent import AuditEvent

from audit.export.fhir import audit_event
from audit.export.rows import Leaf, Row, row_of_line
from tests.unit.audit.export.lines import AT, EVENT, MAILBOX, NUMBER, SUBJECT, line, lines

SOURCE = "https://ebox.example"


def resource(row: bytes) -> dict[str, Any]:
    return audit_event(row_of_line(row), SOURCE)


@pytest.mark.parametrize(("name", "row"), list(lines()), ids=lambda one: one if isinstance(one, str) else "")
def test_every_kind_of_row_is_a_valid_audit_event(name: str, row: bytes) -> None:
    written = json.dumps(resource(row))
    parsed = AuditEvent.model_validate_json(written)
    assert json.loads(parsed.model_dump_json()) == json.loads(written), name


def test_a_resource_with_a_member_that_fhir_does_not_know_would_not_pass() -> None:
    with pytest.raises(ValueError, match="surprise"):
        AuditEvent.model_validate(resource(line()) | {"surprise": 1})


def test_an_access_says_who_what_where_and_on_which_basis() -> None:
    event = resource(line())
    assert (event["action"], event["outcome"], event["recorded"]) == ("R", "0", "2026-01-02T03:04:05.678901Z")
    assert event["type"]["code"] == "access"
    assert [one["code"] for one in event["subtype"]] == ["access.recorded", "attachment"]
    person, site = event["agent"]
    assert (person["altId"], person["requestor"]) == (NUMBER, True)
    [policy] = person["policy"]
    assert policy.startswith("urn:ebox:basis:self:")
    assert "network" not in person
    assert site["who"]["identifier"]["value"] == event["source"]["site"] == "demo-site"
    named = [one["what"]["identifier"] for one in event["entity"]]
    assert {"system": "urn:ebox:mailbox", "value": str(MAILBOX)} in named
    facts = {one["type"]: one["valueString"] for one in event["entity"][-1]["detail"]}
    assert (facts["position"], facts["leaf"], facts["sequence"]) == ("17", "41", "7")


def test_of_an_erased_actor_nothing_but_the_party_is_told() -> None:
    [person, _] = resource(line(actor=None, is_actor_erased=True))["agent"]
    assert "altId" not in person


def test_a_refusal_and_a_mail_that_came_back_have_failed_and_say_why() -> None:
    for kind in ("access_denied.recorded", "notification.bounced"):
        event = resource(line(kind))
        assert (event["outcome"], event["outcomeDesc"]) == ("4", "550 5.1.1")


def test_of_a_leaf_of_the_published_log_the_pseudonym_stands_for_the_mailbox() -> None:
    leaf = Row(position=17, event_id=EVENT, at=AT, kind="access.recorded", leaf=Leaf(41, SUBJECT, 7))
    event = audit_event(leaf, "ebox.example/audit")
    AuditEvent.model_validate(event)
    assert event["entity"][0]["what"]["identifier"] == {"system": "urn:ebox:pseudonym", "value": SUBJECT}
