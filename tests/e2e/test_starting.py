"""What somebody sees whose `ebox run` cannot start: a line that says what to do."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.e2e.installation import Installation
from tests.servers.ports import LOOPBACK


@pytest.mark.parametrize("taken", [0, 1], ids=["the server's", "the mail catcher's"])
def test_a_port_that_is_taken_is_named_without_a_stack_of_calls(tmp_path: Path, taken: int) -> None:
    installation = Installation(tmp_path)
    with socket.create_server((LOOPBACK, installation.port + taken)):
        refused = installation.run("run")
    assert refused.returncode == 1
    assert "EBOX_PORT" in refused.stderr
    assert "Traceback" not in refused.stderr
