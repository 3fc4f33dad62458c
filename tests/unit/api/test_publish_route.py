"""`POST /messageRegistry/v3/ebox/messages`: headers in, headers out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from domain.errors import Busy, IdempotencyKeyReused, InvalidInput, Issue, NotAllowed, Unavailable
from tests.unit.api.doubles import AT, MESSAGE_ID, Api
from tests.unit.api.forms import CONTENT_TYPE, form, json_part, message

PATH = "/messageRegistry/v3/ebox/messages"
BODY = form(json_part(message()))


async def publish(client: httpx.AsyncClient, path: str = PATH, **headers: str) -> httpx.Response:
    return await client.post(path, content=BODY, headers=CONTENT_TYPE | headers)


async def test_a_publication_is_answered_with_its_place(api: Api, client: httpx.AsyncClient) -> None:
    response = await publish(client)
    assert response.status_code == 201
    assert response.json() == {
        "messageId": str(MESSAGE_ID),
        "expirationDate": "2026-01-02T03:04:05Z",
        "promise": "position 7",
    }
    assert response.headers["location"] == f"https://ebox.test{PATH}/{MESSAGE_ID}"
    assert response.headers["ebox-position"] == "7"
    assert "idempotency-replayed" not in response.headers
    assert api.publishing.commands[0].draft.body == {"nl": "Beste"}
    assert api.publishing.commands[0].idempotency_key is None


async def test_a_trailing_slash_keeps_the_body(api: Api, client: httpx.AsyncClient) -> None:
    assert (await publish(client, PATH + "/")).status_code == 201
    assert len(api.publishing.commands) == 1


async def test_a_recipient_who_never_logged_in_is_pointed_out(api: Api, client: httpx.AsyncClient) -> None:
    api.publishing.result = replace(api.publishing.result, recipient_activated=False)
    assert (await publish(client)).json()["code"] == "NO_DIGITAL_USER"


async def test_a_repeat_is_marked(api: Api, client: httpx.AsyncClient) -> None:
    api.publishing.result = replace(api.publishing.result, is_replayed=True)
    assert (await publish(client)).headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("abc-1", "abc-1"),
        ('"abc-1"', "abc-1"),
        (r'"a\"b\\c"', r'a"b\c'),
        ("x" * 255, "x" * 255),
        ('"a b"', "a b"),
        ('"k";v=1', "k"),
        ('"k"; a; b=?0;c="x;y"; d=:AA==:;e=1.5;f=tok/en;g=@-1;h=%"caf%c3%a9"', "k"),
        ("a\\b'c", "a\\b'c"),
    ],
)
async def test_a_key_is_the_same_bare_or_quoted(
    api: Api, client: httpx.AsyncClient, header: str, key: str
) -> None:
    assert (await publish(client, **{"Idempotency-Key": header})).status_code == 201
    assert api.publishing.commands[0].idempotency_key == key


@pytest.mark.parametrize(
    "header",
    [
        *("", '""', '"";v=1', "a b", "x" * 256, "caf\u00e9", "k\u00a0", "\u00a0"),
        *(
            '"k',
            'k"',
            '"k" x',
            '"k", "k"',
            '"k"v=1',
            '"k";',
            '"k";V=1',
            '"k";v=',
            r'"k\x"',
            '"k\t"',
            '"\u00e9"',
        ),
        *("k,k", "k;v=1", "k, k"),
    ],
)
async def test_a_key_that_is_none_is_refused(client: httpx.AsyncClient, header: str) -> None:
    response = await client.post(
        PATH,
        content=BODY,
        headers=httpx.Headers([*CONTENT_TYPE.items(), ("Idempotency-Key", header)], "latin-1"),
    )
    assert response.status_code == 400
    assert response.json()["issues"][0] | {"detail": ""} == {
        "type": "urn:problem-type:belgif:input-validation:schemaViolation",
        "title": "schemaViolation",
        "detail": "",
        "in": "header",
        "name": "Idempotency-Key",
    }


async def test_two_keys_are_refused(client: httpx.AsyncClient) -> None:
    headers = [*CONTENT_TYPE.items(), ("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    assert (await client.post(PATH, content=BODY, headers=headers)).status_code == 400


async def test_nobody_acts_for_another_without_a_mandate(api: Api, client: httpx.AsyncClient) -> None:
    response = await publish(client, **{"On-Behalf-Of-Enterprise-Number": "0884303369"})
    assert response.status_code == 403
    [issue] = response.json()["issues"]
    assert (issue["name"], issue["in"]) == ("On-Behalf-Of-Enterprise-Number", "header")
    assert api.publishing.commands == []


@pytest.mark.parametrize(
    ("error", "status", "kind", "headers"),
    [
        (InvalidInput(Issue("upfile1", "empty", "")), 400, "belgif:badRequest", {}),
        (NotAllowed("message type not registered for this sender"), 403, "ebox:noAccess", {}),
        (IdempotencyKeyReused(), 422, "ebox:idempotencyKeyReused", {}),
        (Busy("queue", 3), 503, "belgif:serviceUnavailable", {"retry-after": "3"}),
        (Unavailable("database"), 503, "belgif:serviceUnavailable", {"retry-after": "1"}),
        (RuntimeError("secret"), 500, "belgif:internalServerError", {}),
    ],
)
async def test_what_the_use_case_raises_becomes_a_problem(
    api: Api, client: httpx.AsyncClient, error: Exception, status: int, kind: str, headers: dict[str, Any]
) -> None:
    api.publishing.error = error
    response = await publish(client)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == f"urn:problem-type:{kind}"
    assert response.json()["instance"] == f"urn:uuid:{response.headers['ebox-request-id']}"
    assert headers.items() <= response.headers.items()
    assert "secret" not in response.text
    assert AT.isoformat() not in response.text
