"""Whether tables are those of this release."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bootstrap.doctor.findings import Finding, wrong
from bootstrap.troubles import MIGRATE_FIRST
from schema_changes import newest_version


def migrate_first(part: str) -> Finding:
    """Tables are missing, or an older release's."""
    found, _, advice = MIGRATE_FIRST.partition(": ")
    return wrong(part, found, advice)


def compare(part: str, found: str | None, scripts: Path) -> Iterator[Finding]:
    """`found`: the version of the tables that these scripts change; None where there is none."""
    known = newest_version(scripts)
    if found is None or found < known:
        yield migrate_first(part)
    elif found > known:
        yield wrong(
            part,
            f"its tables have version {found}, this release knows {known}",
            "run the newer release that was here",
        )
