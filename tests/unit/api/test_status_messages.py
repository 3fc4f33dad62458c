"""Errors in the words of the public descriptions: status, code, and what a message never tells."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from api import problem_types as kinds
from api.problem_types import ProblemType
from api.status_messages import Told, dialect_of, tell
from application.federation import Provider
from domain.errors import Issue

REQUEST = UUID("01900000-0000-7000-8000-000000000009")
V2 = "/messageRegistry/v2"


def told(
    kind: ProblemType,
    *issues: Issue,
    path: str = f"{V2}/publishMessage",
    method: str = "POST",
    real: bool = True,
) -> Told:
    provider = Provider("ebox", "eBox", "help@ebox.test", is_production=real)
    app = SimpleNamespace(state=SimpleNamespace(services=SimpleNamespace(provider=provider)))
    scope: dict[str, Any] = {"path": path, "method": method, "app": app, "state": {"request_id": REQUEST}}
    dialect = dialect_of(path)
    assert dialect is not None
    return tell(dialect, kind, "It went wrong.", issues, scope)


@pytest.mark.parametrize(
    ("kind", "method", "path", "expected"),
    [
        (kinds.BAD_REQUEST, "POST", "/publishMessage", (400, "INVALID_INPUT")),
        (kinds.NO_ACCESS, "POST", "/publishMessage", (400, "INVALID_SENDER")),
        (kinds.NO_ACCESS, "POST", "/linkEboxMessage", (400, "INVALID_SENDER")),
        (kinds.NO_ACCESS, "GET", "/ebox/messages", (404, "NOT_FOUND")),
        (kinds.CONFLICT, "GET", "/ebox", (404, "NOT_FOUND")),
        (kinds.CONFLICT, "PATCH", "/ebox/messages", (409, "CONFLICT")),
        (kinds.GONE, "GET", "/ebox/messages/1/body", (404, "NOT_FOUND")),
        (kinds.GONE, "POST", "/linkEboxMessage", (404, "NOT_FOUND")),
        (kinds.GONE, "POST", "/publishMessage", (409, "GONE")),
        (kinds.IDEMPOTENCY_KEY_REUSED, "POST", "/publishMessage", (409, "IDEMPOTENCY_KEY_REUSED")),
        (kinds.NOT_IMPLEMENTED, "POST", "/publishMessage", (501, "NOT_IMPLEMENTED")),
        (kinds.EXPIRED_ACCESS_TOKEN, "GET", "/ebox", (401, "EXPIRED_ACCESS_TOKEN")),
        (kinds.PAYLOAD_TOO_LARGE, "POST", "/publishMessage", (413, "PAYLOAD_TOO_LARGE")),
        (kinds.INTERNAL_SERVER_ERROR, "GET", "/ebox", (500, "INTERNAL_SERVER_ERROR")),
    ],
)
def test_the_message_registry_knows_these(
    kind: ProblemType, method: str, path: str, expected: tuple[int, str]
) -> None:
    found = told(kind, path=f"{V2}{path}", method=method)
    assert (found.status, found.message.code) == expected


def test_the_federation_keeps_the_status_and_writes_environments_in_capitals() -> None:
    found = told(kinds.NO_ACCESS, path="/federation/v1/eboxPreferences", real=False)
    assert (found.status, found.message.code) == (403, "NO_ACCESS")
    assert found.message.environment == "DEVELOPMENT"


def test_fields_have_the_names_of_2_1() -> None:
    issues = [
        Issue("messageToPublish.recipient.ssin", "invalidIdentifier", "no"),
        Issue("messageToPublish.sender.enterpriseNumber", "notYourOwn", "no"),
        Issue("messageToPublish.forTheAttentionOf.label", "tooLong", "no"),
        Issue("messageToPublish.isBodyMainContent", "required", "no"),
        Issue("messageToPublish.attachments[0].isMainContent", "required", "no"),
    ]
    assert told(kinds.BAD_REQUEST, *issues).message.message == (
        "It went wrong. | messageToPublish.recipient.eboxIdValue: no"
        " | messageToPublish.senderOrganizationId: no"
        " | messageToPublish.forTheAttentionOf.name: no"
        " | messageToPublish.bodyMainContent: no"
        " | messageToPublish.attachments[0].mainContent: no"
    )


def test_the_number_that_replaces_another_is_not_told() -> None:
    issue = Issue("messageToPublish.recipient.ssin", "replacedSsin", "the number is 92321506985 now")
    message = told(kinds.BAD_REQUEST, issue).message.message
    assert "another number" in message
    assert "92321506985" not in message


def test_a_million_issues_make_a_short_message() -> None:
    issues = [Issue(f"field{number}", "unknownInput", "no") for number in range(1000)]
    assert len(told(kinds.BAD_REQUEST, *issues).message.message) < 1000


def test_other_addresses_answer_with_problems() -> None:
    for path in ("/messageRegistry/v3/ebox", "/messageRegistry/v22", "/federation/v10", "/"):
        assert dialect_of(path) is None
    assert dialect_of(V2) is not None
