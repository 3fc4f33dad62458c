"""Every guarded route, called by everybody whom it is not for; and the owner's routes by another owner."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from fastapi.routing import iter_route_contexts

from api.security import PUBLIC_PATHS
from domain.decisions import Operation
from domain.events.access import AccessDenied
from tests.architecture.test_routes_guarded import guards
from tests.integration.api.embedded import LEA, Embedded
from tests.unit.api.forms import CONTENT_TYPE, form, json_part, message

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATH = "/messageRegistry/v3/ebox/messages"
V2 = "/messageRegistry/v2"
WHO_MAY = {
    Operation.PUBLISH: "partner",
    Operation.KEEP_DOCUMENT: "partner",
    Operation.LINK: "partner",
    Operation.STATUS: "partner",
    Operation.WITHDRAW: "partner",
    Operation.RECALL: "partner",
    Operation.DOCUMENT_EVENTS: "partner",
    Operation.SEARCH_PREFERENCES: "partner",
    Operation.CONFIRM: "an",
    Operation.REPLY: "an",
    Operation.COUNT: "an",
    Operation.LIST: "an",
    Operation.READ: "an",
    Operation.CHANGE: "an",
    Operation.PROFILE: "an",
    Operation.OWN_HISTORY: "an",
    Operation.FIND_MAILBOX: "auditor",
    Operation.READ_ACCESS_HISTORY: "auditor",
    Operation.REPLAY: "auditor",
    Operation.PROVE_EVENT: "auditor",
    Operation.READ_ENTRIES: "auditor",
    Operation.REQUEST_SCOPE: "auditor",
    Operation.READ_SCOPES: "auditor",
    Operation.APPROVE_SCOPE: "auditor",
    Operation.REFUSE_SCOPE: "auditor",
    Operation.WITHDRAW_SCOPE: "auditor",
}


def requests(ebox: Embedded) -> list[tuple[Operation, dict[str, Any]]]:
    """A good request for each guarded route of the whole application."""
    found = []
    for route in iter_route_contexts(ebox.system.app.routes):
        operations = [guard.operation for guard in guards(route)]
        for method in sorted(route.methods or ()):
            for operation in operations:
                url = re.sub(r"{.*?}", lambda _: str(uuid4()), route.path or "")
                request: dict[str, Any] = {"method": method, "url": url}
                if operation is Operation.PUBLISH:
                    request |= {"content": form(json_part(message())), "headers": CONTENT_TYPE}
                if operation is Operation.FIND_MAILBOX:
                    request["json"] = {"ssin": LEA.number}
                found.append((operation, request))
    return found


def refusal(url: str) -> int:
    """The status with which it is refused: version 2.1 of the Message Registry knows no 403."""
    if not url.startswith(V2):
        return 403
    return 404 if url.startswith(f"{V2}/ebox") else 400


async def status(ebox: Embedded, who: str | None, request: dict[str, Any]) -> int:
    headers = request.get("headers", {}) | (ebox.as_(who) if who else {})
    return (await ebox.http.request(**{**request, "headers": headers})).status_code


async def test_every_guarded_route_is_closed_to_whom_it_is_not_for(ebox: Embedded) -> None:
    checked = requests(ebox)
    assert {operation for operation, _ in checked} == set(Operation)
    position, *kept = await ebox.what_is_kept()
    for operation, request in checked:
        assert await status(ebox, None, request) == 401
        for who in {"partner", "an", "auditor"} - {WHO_MAY[operation]}:
            refused = await status(ebox, who, request)
            assert refused == refusal(request["url"]), (who, request["method"], request["url"])
    assert (await ebox.what_is_kept())[1:] == tuple(kept)
    assert ebox.topics_since(position) == {AccessDenied.TOPIC}


async def test_what_is_public_stays_public(ebox: Embedded) -> None:
    for path in PUBLIC_PATHS:
        url = path.format(messageProviderId=ebox.system.provider.id)
        assert (await ebox.http.get(url)).status_code in (200, 503), url


async def test_another_citizens_message_looks_like_none_at_all(ebox: Embedded) -> None:
    published = await ebox.http.post(
        PATH, content=form(json_part(message())), headers=CONTENT_TYPE | ebox.as_("partner")
    )
    theirs = published.json()["messageId"]
    seen = {"Ebox-Position": published.headers["ebox-position"]}
    assert (await ebox.http.get(f"{PATH}/{theirs}", headers=ebox.as_("an") | seen)).status_code == 200
    for rest in ("", "/attachments", f"/attachments/{uuid4()}", f"/attachments/{uuid4()}/content", "/body"):
        answers = []
        for message_id in (theirs, uuid4()):
            response = await ebox.http.get(f"{PATH}/{message_id}{rest}", headers=ebox.as_("lea") | seen)
            answers.append((response.status_code, response.json() | {"instance": ""}))
        assert answers[0] == answers[1]
        assert answers[0][0] == 404
