"""Where the parts of the audit log are, by the settings."""

from __future__ import annotations

from pathlib import Path

from bootstrap.system import System
from settings import Settings


async def test_beside_an_event_store_in_a_file_the_audit_log_s_rows_have_a_file_of_their_own(
    tmp_path: Path,
) -> None:
    data, events = tmp_path / "data", tmp_path / "elsewhere.sqlite"
    data.mkdir()
    system = System(Settings.model_validate({"data_dir": data, "event_store_url": f"sqlite:///{events}"}))
    try:
        system.audit_database.create_tables()
    finally:
        await system.aclose()
    assert (data / "audit.sqlite").exists()
    assert not events.exists()
