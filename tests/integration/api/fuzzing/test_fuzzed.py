"""The API's own description, put to the test: nothing made up from it breaks anything or surprises anybody.

`FUZZ_EXAMPLES` says how many requests are made up for each operation, besides those at the edges of what is
described; `make fuzz` sets it.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from application.demo.people import EMPLOYEE, EMPLOYER, PEOPLE
from application.demo.scopes import WHOLE_DEMO
from bootstrap.development import REDIRECT_URI
from tests import pdfs
from tests.integration.api.embedded import AN, Embedded
from tests.integration.api.fuzzing.hooks import SITUATION, WAYS_TO_TAKE_BACK
from tests.integration.api.logged import audit_log_of
from tests.integration.api.publishing import PATH, body_only
from tests.integration.api.serving import served

pytestmark = pytest.mark.asyncio(loop_scope="module")

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
REPOSITORY = Path(__file__).parents[4]
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "4"))
SECONDS = 240 + 60 * EXAMPLES
TOKENS_LAST_SECONDS = 120


async def tokens(ebox: Embedded) -> dict[str, str]:
    """A fresh one for everybody."""
    marc = next(person for person in PEOPLE if person.key == EMPLOYEE)
    site = ebox.client("site")
    return {
        "partner": await ebox.client("partner").own_token(),
        "auditor": await ebox.client("auditor").own_token(WHOLE_DEMO),
        "site": await site.own_token(),
        "an": await site.demo_person_token(AN.key, AN.digital_keys[0], REDIRECT_URI),
        "marc": await site.demo_person_token(
            marc.key, marc.digital_keys[0], REDIRECT_URI, enterprise=EMPLOYER
        ),
    }


async def keep_fresh(ebox: Embedded, situation: dict[str, dict[str, Any]], file: Path) -> None:
    while True:
        await asyncio.sleep(TOKENS_LAST_SECONDS)
        for role, token in (await tokens(ebox)).items():
            situation[role]["token"] = token
        write(file, json.dumps(situation))


def write(file: Path, text: str) -> None:
    """Whole or not at all: another process reads it."""
    new = file.with_suffix(".new")
    new.write_text(text)
    new.replace(file)


async def published(ebox: Embedded, message: dict[str, Any], file: bytes | None = None) -> str:
    files: dict[str, Any] = {"messageToPublish": (None, json.dumps(message), "application/json")}
    if file is not None:
        files["upfile1"] = ("statement.pdf", file, "application/pdf")
    response = await ebox.http.post(PATH, files=files, headers=ebox.as_("partner"))
    assert response.status_code == 201, response.text
    message_id: str = response.json()["messageId"]
    return message_id


def message_of_everything(**changes: Any) -> dict[str, Any]:
    payment = {
        "paymentDataId": "1",
        "amount": 120.0,
        "vatAmount": 25.2,
        "currency": "EUR",
        "dueDate": "2040-03-31T23:59:59+02:00",
        "iban": "BE68539007547034",
        "reference": "+++090/9337/55493+++",
    }
    return body_only(
        "alles",
        isBodyMainContent=False,
        attachments=[{"httpPartName": "upfile1", "isMainContent": True}],
        isReplyAuthorized=True,
        isConfirmationNeeded=True,
        paymentData=payment,
        **changes,
    )


async def what_is_there(ebox: Embedded, token: str, message: str) -> dict[str, Any]:
    """What the holder of the token can read: their mailbox, a message, its attachment."""
    headers = {"Authorization": f"Bearer {token}"}
    mailboxes = (await ebox.http.get("/me/mailboxes", headers=headers)).json()["items"]
    found = (await ebox.http.get(f"{PATH}/{message}", headers=headers)).json()
    attachment = found["attachments"]["items"][0]["attachmentId"]
    return {"mailbox": mailboxes[-1]["mailboxId"], "message": message, "attachment": attachment}


async def prepare(ebox: Embedded) -> dict[str, dict[str, Any]]:
    """What the fuzzer finds, for each role."""
    employer = {"eboxType": "enterprise", "enterpriseNumber": EMPLOYER}
    theirs = message_of_everything(recipient=employer, messageTypeId="A1_CERTIFICATE")
    for_citizen = await published(ebox, message_of_everything(), pdfs.make_pdf())
    for_enterprise = await published(ebox, theirs, pdfs.make_pdf())
    mistakes = {
        way: [await published(ebox, body_only(f"vergissing {number}")) for number in range(4)]
        for way in WAYS_TO_TAKE_BACK
    }
    await ebox.caught_up()
    found: dict[str, dict[str, Any]] = {
        role: {"token": token} for role, token in (await tokens(ebox)).items()
    }
    found["an"] |= await what_is_there(ebox, found["an"]["token"], for_citizen)
    found["marc"] |= await what_is_there(ebox, found["marc"]["token"], for_enterprise)
    found["partner"] |= {"message": for_citizen, "mistakes": mistakes}
    return found


async def test_every_answer_to_a_made_up_request_is_as_described(ebox: Embedded, tmp_path: Path) -> None:
    situation = await prepare(ebox)
    file = tmp_path / "situation.json"
    write(file, json.dumps(situation))
    (tmp_path / CONFIGURATION.name).write_text(CONFIGURATION.read_text())
    fresh = asyncio.create_task(keep_fresh(ebox, situation, file))
    async with audit_log_of(ebox), served(ebox.system.app) as port:
        fuzzer = await asyncio.create_subprocess_exec(
            *(Path(sys.executable).with_name("schemathesis"), "run"),
            f"http://127.0.0.1:{port}/openapi.json",
            *("--max-examples", str(EXAMPLES), "--no-color"),
            cwd=tmp_path,
            env=os.environ | {SITUATION: str(file), "PYTHONPATH": str(REPOSITORY)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            output, _ = await asyncio.wait_for(fuzzer.communicate(), SECONDS)
        finally:
            fresh.cancel()
            if fuzzer.returncode is None:
                fuzzer.kill()
                await fuzzer.wait()
    assert fuzzer.returncode == 0, output.decode()
