"""Owners check for themselves who looked, with what they are given and nothing else."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio

from audit.leaf import decode, mailbox_subject
from audit.proving import exportfiles as files
from audit.proving import own
from audit.proving.export_check import ExportUnreadable, check_export
from audit.tlog.notes import VerifierKey
from audit.tlog.proofs import TlogProof
from audit.verifier.checkpoints import Trusted
from audit.verifier.exports import check_owners_export
from audit.verifier.proving import NotProven
from domain.access import AuditLook, BasisKind, ScopeBasis
from domain.events.audit import Look, LookedAt
from tests.integration.api.embedded import AN, LEA, Embedded
from tests.integration.api.logged import Logged, logged_ebox
from tests.integration.api.publishing import PATH, body_only, publish

pytestmark = pytest.mark.asyncio(loop_scope="module")

HISTORY = "/me/access-history"
ELSEWHERE = b'{"mailboxId":"00000000-0000-0000-0000-000000000001","subject":"m:AAAAAAAAAAAAAAAAAAAAAA"},'


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def logged(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Logged]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("elsewhere"))
        async with logged_ebox(tmp_path_factory.mktemp("logged")) as logged:
            message = await publish(logged.ebox, body_only("Before the night"))
            await logged.ebox.http.get(f"{PATH}/{message}/body", headers=logged.ebox.as_(AN.key))
            await logged.close_day()
            await publish(logged.ebox, body_only("After it"))
            await logged.caught_up()
            yield logged


async def history(ebox: Embedded, who: str = AN.key, **headers: str) -> list[dict[str, Any]]:
    answer = await ebox.http.get(HISTORY, headers=ebox.as_(who) | headers)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def keys(ebox: Embedded) -> list[VerifierKey]:
    return [VerifierKey.parse(one) for one in (await ebox.http.get("/audit/vkeys")).text.splitlines()]


def archive_of(content: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(content))


async def history_file(ebox: Embedded) -> bytes:
    return archive_of((await export(ebox)).content).read(files.HISTORY)


async def export(ebox: Embedded, **headers: str) -> httpx.Response:
    answer = await ebox.http.get(f"{HISTORY}/export", headers=ebox.as_(AN.key) | headers)
    assert answer.status_code == 200, answer.text
    return answer


def changed(export: bytes, name: str, old: bytes, new: bytes, folder: Path) -> Path:
    """The same export with one file altered."""
    path = folder / "changed.zip"
    with zipfile.ZipFile(io.BytesIO(export)) as source, zipfile.ZipFile(path, "w") as target:
        for info in source.infolist():
            data = source.read(info)
            if info.filename == name:
                assert old in data
                data = data.replace(old, new, 1)
            target.writestr(info.filename, data)
    return path


def run(folder: Path, *command: str) -> str:
    """What the command says in that folder."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=30, check=False)
    return done.stdout + done.stderr


async def test_every_line_is_said_in_the_readers_language(logged: Logged) -> None:
    said = {}
    for language in ("nl", "fr", "de", "en"):
        lines = await history(logged.ebox, **{"Accept-Language": language})
        said[language] = next(one["sentence"] for one in lines if one["kind"] == "message.opened")
    assert (
        said["en"] == "You opened a message from Demo Pension Office for the first time, through Demo site."
    )
    assert len(set(said.values())) == 4
    assert not any("<" in one for one in said.values())


async def test_every_line_has_its_number_and_its_proof(logged: Logged) -> None:
    await logged.caught_up()
    lines = [one for one in await history(logged.ebox) if one["leafIndex"] is not None]
    assert [one["sequence"] for one in lines] == list(range(len(lines), 0, -1))
    known = await keys(logged.ebox)
    for line in lines:
        path = line["proofHref"].removeprefix(logged.ebox.system.settings.url)
        proof = TlogProof.parse((await logged.ebox.http.get(path, headers=logged.ebox.as_(AN.key))).content)
        proof.verify(proof.extra or b"", known)
        entry = decode(proof.extra or b"")
        assert (entry.event, entry.kind, entry.position) == (line["eventId"], line["kind"], line["position"])


async def test_a_line_of_somebody_else_is_proved_to_nobody(logged: Logged) -> None:
    theirs = next(one for one in await history(logged.ebox) if one["leafIndex"] is not None)
    answer = await logged.ebox.http.get(
        f"{HISTORY}/{theirs['eventId']}/proof", headers=logged.ebox.as_(LEA.key)
    )
    assert answer.status_code == 404


async def test_nothing_is_hidden(logged: Logged) -> None:
    await logged.caught_up()
    answer = await logged.ebox.http.get(f"{HISTORY}/heads-proof", headers=logged.ebox.as_(AN.key))
    (mailbox,) = answer.json()["mailboxes"]
    record = base64.b64decode(mailbox["head"]["record"])
    known = int.from_bytes(record[16:24], "big")
    assert [one["sequence"] for one in mailbox["later"]] == list(
        range(known + 1, known + 1 + len(mailbox["later"]))
    )
    assert not mailbox["hasMore"]
    day = TlogProof.parse(mailbox["day"])
    day.verify(day.extra or b"", await keys(logged.ebox))
    assert (decode(day.extra or b"").facts or {})["count"] == mailbox["head"]["count"]


async def test_an_answer_that_has_not_all_leaves_says_so(
    logged: Logged, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        await publish(logged.ebox, body_only("One of many"))
    await logged.caught_up()
    path, headers = f"{HISTORY}/heads-proof", logged.ebox.as_(AN.key)
    (whole,) = (await logged.ebox.http.get(path, headers=headers)).json()["mailboxes"]
    assert len(whole["later"]) > 4
    monkeypatch.setattr(own, "_PAGE", 2)
    monkeypatch.setattr(own, "MOST_LATER", 4)
    (mailbox,) = (await logged.ebox.http.get(path, headers=headers)).json()["mailboxes"]
    assert (mailbox["later"], mailbox["hasMore"]) == (whole["later"][:4], True)


async def test_the_export_is_checked_without_us(logged: Logged, tmp_path: Path) -> None:
    ebox = logged.ebox
    await logged.caught_up()
    before = await ebox.system.events.latest_position()
    answer = await export(ebox)
    assert answer.headers["content-type"] == "application/zip"
    assert ebox.topics_since(before) == {"access.recorded"}
    path = tmp_path / "export.zip"
    path.write_bytes(answer.content)
    report = check_export(path, await keys(ebox))
    assert report.findings == []
    assert report.leaves == len(zipfile.ZipFile(path).read(files.LEAVES).splitlines()) > 3
    assert report.disclosures > 0
    assert report.newer == 1  # that it was exported
    assert report.mailboxes == [UUID(json.loads(await history_file(ebox))["mailboxes"][0]["mailboxId"])]
    (told,) = report.notes
    assert "none up to that one is kept from you" in told
    assert check_export(path).trusts_own_keys


async def test_the_export_names_nobodys_keys(logged: Logged) -> None:
    archive = zipfile.ZipFile(io.BytesIO((await export(logged.ebox)).content))
    disclosed = [json.loads(line) for line in archive.read(files.DISCLOSURES).splitlines()]
    assert {one["path"] for one in disclosed} <= {"subject", "access.actor", "identifier", "address"}
    assert any("Before the night" in one["plaintext"] for one in disclosed)
    assert not any("Beste" in one["plaintext"] for one in disclosed)


async def test_the_few_lines_on_the_page_and_openssl_check_it_too(logged: Logged, tmp_path: Path) -> None:
    await logged.caught_up()
    archive = zipfile.ZipFile(io.BytesIO((await export(logged.ebox)).content))
    archive.extractall(tmp_path)
    page = (tmp_path / files.HOW_TO).read_text()
    (script,) = re.findall(r'<pre id="check">(.*?)</pre>', page, re.DOTALL)
    (tmp_path / "check.py").write_text(script.replace("&lt;", "<").replace("&amp;", "&"))
    assert "all of it is in the log" in run(tmp_path, sys.executable, "check.py")
    verifying = "-verify -pubin -inkey key.pem -rawin -in text -sigfile signature"
    assert "Successfully" in run(tmp_path, shutil.which("openssl") or "", "pkeyutl", *verifying.split(" "))
    leaves = tmp_path / files.LEAVES
    leaves.write_text("".join(leaves.read_text().splitlines(keepends=True)[1:]))
    assert "a number is missing" in run(tmp_path, sys.executable, "check.py")


@pytest.mark.parametrize(
    ("name", "old", "new", "found"),
    [
        (files.LEAVES, b"message.opened", b"message.hidden", "not in the log"),
        (files.LEAVES, b'"sequence":2,', b'"sequence":3,', "expected number 2"),
        (files.HEADS, b'"count":', b'"count":1', "is not proved"),
        (files.HEADS, b'"subject":"m:', b'"subject":"n:', "knows of this mailbox is missing"),
        (files.HISTORY, b'"items":[', b'"items":[{"position":1,"kind":"x"},', "that no leaf is of"),
        (files.HISTORY, b'"mailboxes":[', b'"mailboxes":[' + ELSEWHERE, "is not the mailbox"),
        (files.HISTORY, b'"mailboxes":[', b'"mailboxes":[],"not":[', "does not say whose"),
        (files.CHECKPOINT, b"\n\n", b"\nx\n\n", "the checkpoint"),
        (files.DISCLOSURES, b"Before the night", b"After the night", "is not what was recorded"),
        (files.HISTORY, b'"kind":"message.opened"', b'"kind":"message.hidden"', "says something else"),
        (files.HISTORY, b'"sequence":2,', b'"sequence":null,', "does not tell of this leaf"),
    ],
)
async def test_whatever_is_changed_in_an_export_is_found(
    logged: Logged, tmp_path: Path, name: str, old: bytes, new: bytes, found: str
) -> None:
    await logged.caught_up()
    path = changed((await export(logged.ebox)).content, name, old, new, tmp_path)
    assert any(found in one for one in check_export(path).findings)


async def test_nothing_that_an_export_says_reaches_the_screen_as_a_command(
    logged: Logged, tmp_path: Path
) -> None:
    content = (await export(logged.ebox)).content
    path = changed(content, files.LEAVES, b'"subject":"', b'"subject":"\\u001b[2J', tmp_path)
    with pytest.raises(NotProven) as trouble:
        check_owners_export(path, Trusted(await keys(logged.ebox)))
    assert str(trouble.value).isprintable()


async def test_an_export_that_is_damaged_is_told_to_be(logged: Logged, tmp_path: Path) -> None:
    content = (await export(logged.ebox)).content
    path, unreadable = tmp_path / "export.zip", 0
    for at in range(40, len(content), len(content) // 60):
        path.write_bytes(content[:at] + bytes([content[at] ^ 0x55]) + content[at + 1 :])
        try:
            check_export(path)
        except ExportUnreadable:
            unreadable += 1
    assert unreadable > 10


async def test_the_export_is_in_the_language_of_whoever_takes_it(logged: Logged) -> None:
    archive = zipfile.ZipFile(io.BytesIO((await export(logged.ebox, **{"Accept-Language": "de"})).content))
    said = json.loads(archive.read(files.HISTORY))
    (mailbox,) = said["mailboxes"]
    assert mailbox["subject"] == mailbox_subject(UUID(mailbox["mailboxId"]))
    assert said["language"] == "de"
    assert any("geöffnet" in one["sentence"] for one in said["items"])


async def test_a_look_under_an_embargo_is_a_number_and_nothing_else(logged: Logged, tmp_path: Path) -> None:
    ebox = logged.ebox
    mailbox_id = UUID(json.loads(await history_file(ebox))["mailboxes"][0]["mailboxId"])
    at = logged.clock.now()
    token = await ebox.system.access_tokens.validate(ebox.as_("auditor")["Authorization"])
    look = AuditLook.of(
        Look.ACCESS_HISTORY,
        mailbox_id,
        await ebox.system.actors.of(token, uuid4()),
        ScopeBasis(BasisKind.AUDIT_SCOPE, uuid4(), 1, "case-7", "fraud", at + timedelta(days=30)),
        at,
        LookedAt(mailbox_id=mailbox_id),
    )
    (event,) = look.new_facts()
    await ebox.system.events.append(event)
    await logged.caught_up()

    line = next(one for one in await history(ebox) if one["kind"] == "withheld")
    assert line["sequence"] > 0
    assert line["leafIndex"] is None
    assert not {"eventId", "proofHref", "who"} & set(line)
    answer = await ebox.http.get(f"{HISTORY}/{event.event_id}/proof", headers=ebox.as_(AN.key))
    assert answer.status_code == 404
    heads = (await ebox.http.get(f"{HISTORY}/heads-proof", headers=ebox.as_(AN.key))).json()
    (shown,) = [one for one in heads["mailboxes"][0]["later"] if "proof" not in one]
    assert shown["sequence"] == line["sequence"]
    content = (await export(ebox)).content
    archive = archive_of(content)
    said = b"".join(archive.read(name) for name in archive.namelist())
    assert str(event.event_id).encode() not in said
    assert b"case-7" not in said
    assert str(line["sequence"]).encode() in said
    (tmp_path / "export.zip").write_bytes(content)
    report = check_export(tmp_path / "export.zip", await keys(ebox))
    assert (report.findings, report.withheld) == ([], 1)
