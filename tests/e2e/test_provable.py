"""From a publication to its proof, and from one changed byte to the leaf that tells: one running eBox."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from audit import promises
from audit.leaf import decode
from audit.tlog.notes import VerifierKey
from audit.tlog.proofs import TlogProof
from tests.e2e.caller import MESSAGES, TIMEOUT, TLS, Caller
from tests.e2e.installation import Installation
from tests.servers.process import wait_until

ROOT = Path(__file__).parents[2]
VENV = Path(sys.executable).parents[1]
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
EBOX = VENV / "bin" / "ebox"
LOGGED_SECONDS = 20.0
COMMAND_SECONDS = 60.0
RECONCILE = ".venv/bin/ebox audit reconcile"


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """`ebox run` in an empty folder, serving; a reader of the README sits in `desk` beside it."""
    installation = Installation(tmp_path / "ebox")
    desk = tmp_path / "desk"
    desk.mkdir()
    for name, target in ((".venv", VENV), ("docs", ROOT / "docs"), ("var", installation.data)):
        (desk / name).symlink_to(target)
    try:
        installation.start("run")
        installation.wait_until_ready()
        yield installation
        installation.stop()
    finally:
        installation.kill()


def test_what_was_published_is_proved_and_what_somebody_changed_is_found(
    installation: Installation, tmp_path: Path
) -> None:
    desk = tmp_path / "desk"
    answer = typed(block("--as partner"), installation, desk)
    published = json.loads(answer.stdout)
    proof = the_promise_is_kept(installation, published["messageId"], published["promise"])
    proofs = {
        "publication.tlog-proof": proof,
        **an_reads_and_takes_home(installation, published["messageId"]),
    }
    they_check_out_offline(proofs, text_of(installation, "vkeys"), tmp_path)

    proving = typed(block("audit verify"), installation, desk)
    assert (proving.returncode, proving.stdout.count("Nothing is wrong")) == (0, 2), proving.stdout

    leaf = TlogProof.parse(proof)
    change_one_byte(installation.data / "events.sqlite", decode(leaf.extra or b"").position)
    reconcile = RECONCILE + block("audit verify").partition(RECONCILE)[2].rstrip() + " --json"
    found = typed(reconcile, installation, desk)
    assert found.returncode == 1, found.stdout + found.stderr
    [finding] = json.loads(found.stdout)["findings"]
    assert (finding["rule"], finding["leaf"]) == ("row-changed", leaf.index)


def the_promise_is_kept(installation: Installation, message_id: str, promise: str) -> bytes:
    """The publisher's proof, as soon as a checkpoint covers the publication."""
    partner, path = Caller(installation, "partner"), f"{MESSAGES}/{message_id}/proof"
    answers: list[httpx.Response] = []

    def is_there() -> bool:
        answers.append(partner.request("GET", path))
        return answers[-1].status_code == httpx.codes.OK

    wait_until(is_there, LOGGED_SECONDS, lambda: answers[-1].text)
    known = text_of(installation, "promises/vkeys") + text_of(installation, "vkeys")
    keys = [VerifierKey.parse(line) for line in known.splitlines()]
    kept = promises.check(promise, keys, answers[-1].content)
    assert str(kept.accepted.message_id) == message_id
    return answers[-1].content


def an_reads_and_takes_home(installation: Installation, message_id: str) -> dict[str, bytes]:
    """An opens it, sees that in her history, and takes its proof and the whole of it home."""
    an = Caller(installation, "citizen")
    [attachment] = an.get(f"{MESSAGES}/{message_id}")["attachments"]["items"]
    assert an.request("GET", attachment["contentHref"]).content.startswith(b"%PDF")
    found: list[dict[str, str]] = []

    def is_provable() -> bool:
        items = an.get("/me/access-history?lang=en")["items"]
        found[:] = [one for one in items if one["kind"] == "message.opened" and "proofHref" in one]
        return bool(found)

    wait_until(is_provable, LOGGED_SECONDS, lambda: "the opening is in no checkpoint")
    [opening] = found
    assert opening["sentence"].startswith("You opened")
    home = an.request("GET", "/me/access-history/export").content
    with zipfile.ZipFile(io.BytesIO(home)) as files:
        assert opening["eventId"] in files.read("history.json").decode()
    return {
        "opening.tlog-proof": an.request("GET", opening["proofHref"]).content,
        "access-history.zip": home,
    }


def they_check_out_offline(proofs: dict[str, bytes], vkeys: str, folder: Path) -> None:
    """In processes that know neither this eBox nor any setting, and have an empty home."""
    home = folder / "home"
    home.mkdir()
    (folder / "log.vkey").write_text(vkeys)
    checking = []
    for name, content in proofs.items():
        (folder / name).write_bytes(content)
        checking.append(
            subprocess.Popen(
                [EBOX, "audit", "check-proof", folder / name, "--vkey-file", folder / "log.vkey"],
                cwd=home,
                env={"HOME": str(home)},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
    for name, one in zip(proofs, checking, strict=True):
        said, _ = one.communicate(timeout=COMMAND_SECONDS)
        assert one.returncode == 0, f"{name}: {said}"
    assert not [*home.iterdir()]


def change_one_byte(events: Path, position: int) -> None:
    """Of the stored event at that position, past eBox."""
    with closing(sqlite3.connect(events, timeout=10)) as database, database:
        [(state,)] = database.execute("SELECT state FROM stored_events WHERE rowid = ?", (position,))
        changed = bytes(state).replace(b"demo.pensions", b"demo.pensionz")
        assert sum(one != other for one, other in zip(changed, bytes(state), strict=True)) == 1
        database.execute("UPDATE stored_events SET state = ? WHERE rowid = ?", (changed, position))


def block(containing: str) -> str:
    """What the README says to type."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [found] = [one for one in BLOCK.findall(readme) if containing in one]
    assert isinstance(found, str)
    return found


def typed(commands: str, installation: Installation, desk: Path) -> subprocess.CompletedProcess[str]:
    """Type it, where the README's reader sits."""
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands.replace("http://127.0.0.1:8000", installation.url)],
        cwd=desk,
        env={"PATH": "/usr/bin:/bin", "EBOX_DATA_DIR": "var", "EBOX_PORT": str(installation.port)},
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )


def text_of(installation: Installation, path: str) -> str:
    """What the audit log tells everybody."""
    return httpx.get(f"{installation.url}/audit/{path}", timeout=TIMEOUT, verify=TLS).text
