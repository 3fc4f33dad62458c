"""What an operator types: backup, sweep, restore."""

from __future__ import annotations

import secrets
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.caller import AN
from tests.e2e.installation import Installation
from tests.e2e.story import Story


def a_key() -> str:
    """As `openssl rand -base64 32` makes one."""
    return b64encode(secrets.token_bytes(32)).decode()


def settled(done: subprocess.CompletedProcess[str]) -> str:
    """What a command that succeeded printed; nothing of anybody is in it."""
    assert done.returncode == 0, done.stderr
    assert AN.number not in done.stdout + done.stderr
    return done.stdout


@contextmanager
def serving(installation: Installation) -> Iterator[Installation]:
    """`ebox run`, from ready to stopped."""
    installation.start("run")
    try:
        installation.wait_until_ready()
        yield installation
        installation.stop()
    finally:
        installation.kill()


def test_what_was_backed_up_while_it_served_is_restored_elsewhere(tmp_path: Path) -> None:
    secrets_of_both = {"EBOX_KEY_ENCRYPTION_KEY": a_key(), "EBOX_IDENTIFIER_KEY": a_key()}
    folder, keys = str(tmp_path / "backup"), str(tmp_path / "keys")
    with serving(Installation(tmp_path / "lost", secrets_of_both)) as lost:
        message = Story(lost).the_partner_publishes()
        assert "left over   0 objects" in settled(lost.run("objects", "sweep"))
        assert "documents  1" in settled(lost.run("backup", folder, "--keys", keys))

    restored = Installation(tmp_path / "restored", secrets_of_both)
    assert "erased     0" in settled(restored.run("restore", folder, "--keys", keys))
    refused = restored.run("restore", folder, "--keys", keys)
    assert (refused.returncode, "is not empty" in refused.stderr) == (1, True)
    # The partners file, and the demo's clients with their keys, an operator brings along.
    shutil.copytree(lost.data / "demo", restored.data / "demo")
    with serving(restored):
        Story(restored).the_inbox_lists_it(message)
