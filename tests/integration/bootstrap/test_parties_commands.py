"""`ebox parties`: numbers come from standard input and are never shown where nobody asked for them."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bootstrap.doctor.findings import Verdict
from bootstrap.errors import CannotStart
from cli import app
from domain.errors import NotFound
from tests.integration.bootstrap.examined import embedded, look, only

pytestmark = pytest.mark.usefixtures("logging_as_it_is")

OLD, NEW = "81050103522", "92521506931"


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EBOX_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("EBOX_DEMO", "false")


def extract(folder: Path, *rows: str) -> str:
    path = folder / "extract.csv"
    path.write_text("\n".join(("scheme,number,state,date,replaced_by", *rows)) + "\n")
    return f"csv://{path}"


def test_the_registers_finding_is_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = (f"ssin,{OLD},deceased,2025-06-30,", f"ssin,{NEW},exists,,")
    monkeypatch.setenv("EBOX_PARTY_REGISTER_URL", extract(tmp_path, *rows))
    for number, said, status in ((NEW, "exists", 0), (OLD, "deceased on 2025-06-30", 1)):
        done = CliRunner().invoke(app, ["parties", "check"], input=f"{number}\n")
        assert (done.stdout, done.exit_code) == (f"{said}\n", status)


def test_a_wrong_number_is_refused_without_being_repeated() -> None:
    done = CliRunner().invoke(app, ["parties", "check"], input="81050103523\n")
    assert isinstance(done.exception, CannotStart)
    assert "check digits" in str(done.exception)
    assert "81050103523" not in str(done.exception) + done.output


def test_nothing_is_changed_before_somebody_agreed() -> None:
    assert CliRunner().invoke(app, ["migrate"]).exit_code == 0
    asked = CliRunner().invoke(app, ["parties", "replace"], input=f"{OLD}\n{NEW}\n")
    assert isinstance(asked.exception, CannotStart)
    assert "--yes" in str(asked.exception)
    agreed = CliRunner().invoke(app, ["parties", "replace", "--yes"], input=f"{OLD}\n{NEW}\n")
    assert isinstance(agreed.exception, NotFound)
    assert OLD not in agreed.output + str(agreed.exception)


def test_the_doctor_looks_at_the_register(tmp_path: Path) -> None:
    none = embedded(tmp_path)
    assert "every valid number" in only(look(none, "party register"), "party register", Verdict.FINE).found
    there = embedded(tmp_path, party_register_url=extract(tmp_path, f"ssin,{NEW},exists,,"))
    assert "1 rows" in only(look(there, "party register"), "party register", Verdict.FINE).found
    broken = embedded(tmp_path, party_register_url=extract(tmp_path, "ssin,1,exists,,"))
    assert "line 2" in only(look(broken, "party register"), "party register", Verdict.WRONG).found
    away = embedded(tmp_path, party_register_url="http://127.0.0.1:9/check")
    only(look(away, "party register"), "party register", Verdict.WRONG)
