"""Who may not, does not, and learns nothing from it: over HTTP, on real parts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx

from domain.ids import new_id
from tests.e2e.caller import AN, LEA, MESSAGES, Caller, announcement, form, publish, with_document
from tests.e2e.forged_tokens import Forger
from tests.e2e.real_parts import RealParts
from tests.pdfs import make_pdf
from tests.servers.process import wait_until

PDF = make_pdf(size=5_000)
SECONDS = 30.0
REFUSAL = "access_denied.recorded"


def told(answer: httpx.Response) -> tuple[int, dict[str, Any], dict[str, str]]:
    """All that an answer tells, but for what differs between any two requests."""
    problem = {name: value for name, value in answer.json().items() if name != "instance"}
    differ = {"date", "ebox-request-id"}
    headers = {name: value for name, value in answer.headers.items() if name not in differ}
    return answer.status_code, problem, headers


def paths_of(message_id: object, attachment_id: object) -> list[str]:
    """Everything that can be read of a message."""
    message = f"{MESSAGES}/{message_id}"
    attachment = f"{message}/attachments/{attachment_id}"
    return [message, f"{message}/attachments", f"{message}/body", attachment, f"{attachment}/content"]


def leas_message(parts: RealParts) -> tuple[str, str]:
    """The ids of a message to Léa, which she sees, and of its attachment."""
    message_id = publish(Caller(parts.installation, "partner"), with_document(LEA.number), PDF).message_id
    lea = Caller(parts.installation, "citizen", LEA.key)
    path = f"{MESSAGES}/{message_id}"
    wait_until(
        lambda: lea.request("GET", path).status_code == httpx.codes.OK, SECONDS, lambda: "Léa does not see it"
    )
    (attachment,) = lea.get(path)["attachments"]["items"]
    return message_id, attachment["attachmentId"]


def test_another_citizens_message_looks_like_one_that_does_not_exist(parts: RealParts) -> None:
    message_id, attachment_id = leas_message(parts)
    an = Caller(parts.installation, "citizen", AN.key)
    events = parts.event_count()

    theirs = [told(an.request("GET", path)) for path in paths_of(message_id, attachment_id)]
    nobodys = [told(an.request("GET", path)) for path in paths_of(new_id(), new_id())]

    assert theirs == nobodys
    assert {status for status, _, _ in theirs} == {httpx.codes.NOT_FOUND}
    assert parts.event_count() == events, "nothing was read, so nothing is on record"


def test_an_answer_repeats_neither_the_id_nor_the_path(parts: RealParts) -> None:
    message_id, attachment_id = leas_message(parts)
    an = Caller(parts.installation, "citizen", AN.key)
    for path in paths_of(message_id, attachment_id):
        assert message_id not in an.request("GET", path).text


def but_refusals(parts: RealParts) -> int:
    """How many events there are but those that say who was refused."""
    return parts.event_count() - parts.event_count(REFUSAL)


def test_only_citizens_have_a_mailbox_to_read(parts: RealParts) -> None:
    message_id, attachment_id = leas_message(parts)
    events = but_refusals(parts)
    for role in ("partner", "site", "auditor"):
        caller = Caller(parts.installation, role)
        theirs = [told(caller.request("GET", path)) for path in paths_of(message_id, attachment_id)]
        nobodys = [told(caller.request("GET", path)) for path in paths_of(new_id(), new_id())]
        assert theirs == nobodys, role
        lists = [told(caller.request("GET", path)) for path in (MESSAGES, "/messageRegistry/v3/ebox")]
        assert {status for status, _, _ in theirs + lists} == {httpx.codes.FORBIDDEN}, role
    assert but_refusals(parts) == events


def test_only_partners_publish_and_only_auditors_audit(parts: RealParts) -> None:
    events = but_refusals(parts)
    for role in ("citizen", "site", "auditor"):
        answer = Caller(parts.installation, role).request("POST", MESSAGES, **form(announcement()))
        assert answer.status_code == httpx.codes.FORBIDDEN, role
    for role in ("citizen", "site", "partner"):
        caller = Caller(parts.installation, role)
        assert caller.request("GET", "/audit/access-history").status_code == httpx.codes.FORBIDDEN, role
        known, unknown = (
            told(caller.request("POST", "/audit/mailboxes/search", json={"ssin": number}))
            for number in (AN.number, "85073003328")
        )
        assert known == unknown, role
        assert known[0] == httpx.codes.FORBIDDEN, role
    assert but_refusals(parts) == events
    assert parts.event_count(REFUSAL), "that they were refused is on record"


def test_a_token_with_anything_wrong_is_refused(parts: RealParts) -> None:
    token = parts.installation.token("citizen", AN.key)
    forger = Forger(parts, token)
    url = f"{parts.installation.url}/messageRegistry/v3/ebox"

    def status_with(header: str) -> tuple[int, str]:
        answer = httpx.get(url, headers={"Authorization": header}, timeout=10)
        return answer.status_code, answer.headers.get("WWW-Authenticate", "")

    assert status_with(f"Bearer {forger.signed_anew(jti=str(UUID(int=1)))}")[0] == httpx.codes.OK, (
        "what the forger signs is believed where nothing is wrong with it"
    )
    for wrong, forged in forger.forgeries().items():
        status, challenge = status_with(f"Bearer {forged}")
        assert status == httpx.codes.UNAUTHORIZED, wrong
        assert challenge.startswith("Bearer "), wrong
    assert status_with(f"Basic {token}")[0] == httpx.codes.UNAUTHORIZED
    assert httpx.get(url, timeout=10).status_code == httpx.codes.UNAUTHORIZED
    assert httpx.get(url, params={"access_token": token}, timeout=10).status_code in {
        httpx.codes.UNAUTHORIZED,
        httpx.codes.BAD_REQUEST,
    }


def test_a_request_whose_head_is_too_large_is_refused_by_the_running_server(parts: RealParts) -> None:
    answer = httpx.get(f"http://127.0.0.1:{parts.installation.port}/", headers={"X-Long": "x" * 66_000})
    assert (answer.status_code, answer.headers["content-type"]) == (431, "application/problem+json")
