"""A restore that is killed: `python -m … <settings as JSON> <folder> <where>`."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from application.backup import restoring
from application.backup.documents import Documents
from application.progress import Silent
from bootstrap import safekeeping
from settings import Settings


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(settings: str, folder: str, where: str) -> None:
    """Begin, and die at that step."""
    with pytest.MonkeyPatch.context() as patch:
        if where == "documents":
            at_first, copied = [True], Documents._restored

            def restored(documents: Documents, expected: object) -> bool:
                if not at_first:
                    _die()
                at_first.clear()
                return copied(documents, expected)  # type: ignore[arg-type]

            patch.setattr("application.backup.documents.AT_ONCE", 1)
            patch.setattr(Documents, "_restored", restored)
        else:
            patch.setattr(restoring, "fill_tables", _die)
        safekeeping.restore(Settings.model_validate_json(settings), Path(folder), None, Silent())


if __name__ == "__main__":
    main(*sys.argv[1:])
