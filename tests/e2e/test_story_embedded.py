"""The story on embedded parts: one process, as `make run` starts it, and nothing else."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.caller import MESSAGES, Caller, publish, with_document
from tests.e2e.installation import Installation
from tests.e2e.plain_sight import in_files, readable
from tests.e2e.story import DOCUMENT_BYTES, SECRETS, Story
from tests.pdfs import make_pdf
from tests.servers.process import wait_until

ROOT = Path(__file__).parents[2]
MAIL_SECONDS = 30.0


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """`ebox run` in an empty folder, serving."""
    installation = Installation(tmp_path)
    try:
        installation.start("run")
        installation.wait_until_ready()
        yield installation
        installation.stop()
    finally:
        installation.kill()


def _caught_mails(installation: Installation, count: int) -> list[dict[str, Any]]:
    def mails() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = httpx.get(f"{installation.url}/demo/mail.json", timeout=10).json()
        return found

    wait_until(lambda: len(mails()) >= count, MAIL_SECONDS, lambda: f"{len(mails())} of {count} mails came")
    return mails()


def test_the_story_on_embedded_parts(installation: Installation) -> None:
    story = Story(installation)
    message = story.the_partner_publishes()
    story.the_inbox_lists_it(message)
    (mail,) = _caught_mails(installation, 1)
    story.the_mail_says_nothing_of_it(mail["to"], mail["subject"], json.dumps(mail, ensure_ascii=False))

    installation.stop()
    installation.start("run")
    installation.wait_until_ready()

    story.the_inbox_lists_it(message)
    story.an_reads_it(message)
    story.the_auditor_sees_it(message)
    story.the_auditors_look_is_on_record(message)
    assert _caught_mails(installation, 0) == [], "nobody is told twice of one message"

    story.nothing_in_the_log()
    wanted = {**SECRETS, **DOCUMENT_BYTES}
    assert readable(wanted, in_files(installation.data, besides="read_models.sqlite")) == set()
    readable_for_readers = readable(SECRETS, in_files(installation.data, besides="keys.sqlite"))
    assert any("subject" in one for one in readable_for_readers), "the search itself finds what is there"


def test_the_readmes_commands_work_as_written(installation: Installation) -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```", (ROOT / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    (publishing,) = (block for block in blocks if "--as partner" in block)
    (reading,) = (block for block in blocks if "--as citizen" in block)

    (acknowledged,) = _printed(publishing, installation)
    (inbox,) = _printed(reading, installation)

    assert inbox["items"][0]["messageId"] == acknowledged["messageId"]
    assert len(_caught_mails(installation, 1)) == 1


def test_an_auditor_replays_and_an_operator_rebuilds_while_it_serves(installation: Installation) -> None:
    published = publish(Caller(installation, "partner"), with_document(), make_pdf(size=20_000))
    auditor = Caller(installation, "auditor")
    found = auditor.request("POST", "/audit/mailboxes/search", json={"ssin": "81050103522"}).json()

    rebuilt = installation.run("projections", "rebuild", "inbox")
    assert (rebuilt.returncode, rebuilt.stdout.startswith("inbox: rebuilt")) == (0, True), rebuilt.stderr
    assert Caller(installation, "citizen").get(MESSAGES)["totalItems"] == 1

    replayed = installation.run("audit", "replay", found["mailboxId"], "--json")
    assert replayed.returncode == 0, replayed.stderr
    [message] = json.loads(replayed.stdout)["items"]
    assert (message["messageId"], message["openedAt"]) == (str(published.message_id), None)
    shown = installation.run("audit", "replay", found["mailboxId"])
    assert str(published.message_id) in shown.stdout
    assert "81050103522" not in shown.stdout + shown.stderr

    refused = installation.run("audit", "replay", found["mailboxId"], "--at", "tomorrow")
    assert (refused.returncode, "at: " in refused.stderr) == (1, True)


def test_two_auditors_agree_on_a_scope_from_the_command_line(installation: Installation) -> None:
    wanted = ("--case", "DEMO-1", "--purpose", "A look around the demo", "--json")
    asked = installation.run("audit", "scopes", "request", *wanted)
    assert asked.returncode == 0, asked.stderr
    [scope] = json.loads(asked.stdout)
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    approve = ("audit", "scopes", "approve", scope["scopeId"], "--until", until)

    refused = installation.run(*approve, "--as", "demo-auditor-1")
    assert (refused.returncode, "another auditor" in refused.stderr) == (1, True), refused.stderr
    approved = installation.run(*approve)
    assert (approved.returncode, "approved" in approved.stdout) == (0, True), approved.stderr


def test_a_repeat_after_a_restart_is_answered_as_before(installation: Installation) -> None:
    partner = Caller(installation, "partner", headers={"Idempotency-Key": "repeat-1"})
    document = make_pdf(size=20_000)
    first = publish(partner, with_document(), document)

    installation.stop()
    installation.start("run")
    installation.wait_until_ready()

    assert publish(partner, with_document(), document).message_id == first.message_id
    assert Caller(installation, "citizen").get(MESSAGES)["totalItems"] == 1


def _printed(commands: str, installation: Installation) -> list[Any]:
    """What the README's commands print, at this installation's address instead of the default one."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands.replace("http://127.0.0.1:8000", installation.url)],
        env={
            "PATH": "/usr/bin:/bin",
            "EBOX_DATA_DIR": str(installation.data),
            "EBOX_PORT": str(installation.port),
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return _documents(done.stdout)


def _documents(text: str) -> list[Any]:
    """JSON documents that follow one another."""
    decoder, documents = json.JSONDecoder(), []
    while text := text.strip():
        document, end = decoder.raw_decode(text)
        documents.append(document)
        text = text[end:]
    return documents
