"""What the manual tells people to type works, as it stands there.

Blocks marked `sh` are run in their order, by one shell for each page, against a real `ebox run`. Blocks
marked `console` are for a person's terminal alone.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.installation import Installation
from tests.servers.process import wait_until

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECONDS = 60.0


@pytest.fixture(scope="module")
def ebox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One eBox for all pages, as `make run` starts it."""
    installation = Installation(tmp_path_factory.mktemp("docs"))
    try:
        installation.start("run")
        installation.wait_until_ready()
        yield installation
        installation.stop()
    finally:
        installation.kill()


def run(page: Path, ebox: Installation, folder: Path) -> str:
    """Type the page's blocks in a checkout of its own look; what was printed."""
    (folder / ".venv").symlink_to(Path(sys.executable).parents[1])
    (folder / "docs").symlink_to(DOCS)
    (folder / "var").symlink_to(ebox.data)
    blocks = BLOCK.findall(page.read_text(encoding="utf-8"))
    assert blocks, f"{page} has nothing to type"
    script = "\n".join(blocks).replace("http://127.0.0.1:8000", ebox.url)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "EBOX_PORT": str(ebox.port)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def mails(ebox: Installation) -> list[dict[str, Any]]:
    """What the mail catcher has."""
    caught: list[dict[str, Any]] = httpx.get(f"{ebox.url}/demo/mail.json", timeout=10).json()
    return caught


def test_getting_started_gets_somebody_started(ebox: Installation, tmp_path: Path) -> None:
    printed = run(DOCS / "getting-started.md", ebox, tmp_path)
    assert printed.count('"messageId"') >= 2
    assert "NO_DIGITAL_USER" in printed
    assert "as of" in printed
    wait_until(lambda: bool(mails(ebox)), 10.0, lambda: "no mail came")
    assert "Your pension statement" not in str(mails(ebox))


def test_a_partner_publishes_the_first_message(ebox: Installation, tmp_path: Path) -> None:
    printed = run(DOCS / "howto" / "publish-your-first-message.md", ebox, tmp_path)
    first, second = re.findall(r'"messageId":"([0-9a-f-]+)"', printed)
    assert first == second
    assert len(re.findall(r'"item": \d+, .*"messageId": "[0-9a-f-]+"', printed)) == 2
    assert "2 skipped" in printed
    assert re.search(r"^messageId +[0-9a-f-]+$", printed, re.MULTILINE)
    assert re.search(r"^from Python: [0-9a-f-]+ True$", printed, re.MULTILINE)
    assert "81050103521" not in printed


def test_a_site_reads_the_mailboxes_of_people_and_enterprises(ebox: Installation, tmp_path: Path) -> None:
    printed = run(DOCS / "howto" / "integrate-a-site.md", ebox, tmp_path)
    said = ["the document, to the byte", "the enterprise's message", "by name", "on record"]
    assert [line for line in printed.splitlines() if line in said] == said


def test_an_auditor_verifies_the_access_history(ebox: Installation, tmp_path: Path) -> None:
    printed = run(DOCS / "howto" / "verify-the-access-history.md", ebox, tmp_path)
    assert printed.count("Nothing is wrong") == 3
    assert "Leaf 0 of the" in printed
    assert "begin with the" in printed
