"""Prints the table: what was changed → what `ebox audit verify` said."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

import structlog
from rich.console import Console

from tests.tampering.cases import TAMPERINGS
from tests.tampering.genuine import make_genuine
from tests.tampering.scene import Scene

if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    screen = Console(soft_wrap=True, markup=False, highlight=False)
    with tempfile.TemporaryDirectory(prefix="ebox-tampering-") as name:
        folder = Path(name)
        genuine = make_genuine(folder)
        screen.print("| what was changed | exit | what `ebox audit verify` said |\n|---|---|---|")
        for number, tampering in enumerate(TAMPERINGS):
            scene = Scene(genuine, folder / str(number))
            tampering.how(scene)
            report = scene.verify(tampering)
            said = [f"{one.where}: {one.what} [{one.rule}]" for one in report.findings] or report.cannot_tell
            more = f" … and {sum(report.counts.values()) - 2} more" if sum(report.counts.values()) > 2 else ""
            screen.print(f"| {tampering.what} | {report.exit_code} | {'; '.join(said[:2])}{more} |")
