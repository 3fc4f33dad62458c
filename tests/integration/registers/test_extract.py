"""An extract that changes while it is in use."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from domain.identifiers import Ssin
from domain.register import Deceased, Exists, Finding, Unknown
from registers.extract import LOOK_EVERY_SECONDS, ExtractRegister
from registers.extract_file import ExtractRefused

AN, LEA = Ssin("92321506985"), Ssin("81050103522")


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def put(path: Path, *rows: str) -> None:
    """Replace the extract as an operator should."""
    fresh = path.with_suffix(".new")
    fresh.write_text("\n".join(("scheme,number,state,date,replaced_by", *rows)) + "\n")
    fresh.replace(path)


async def looked_again(register: ExtractRegister, clock: Clock) -> list[Finding]:
    """What it says once it has looked at the file again."""
    clock.seconds += LOOK_EVERY_SECONDS
    await register.check(AN)
    await register.aclose()
    return [await register.check(AN), await register.check(LEA)]


async def test_a_new_file_takes_the_old_ones_place(tmp_path: Path) -> None:
    path, clock = tmp_path / "extract.csv", Clock()
    put(path, f"ssin,{AN.number},exists,,")
    register = ExtractRegister(path, clock)
    assert await register.check_all([AN, LEA]) == {AN: Exists(), LEA: Unknown()}
    put(path, f"ssin,{AN.number},deceased,,", f"ssin,{LEA.number},exists,,")
    assert await register.check(AN) == Exists()  # not looked at before its time
    assert await looked_again(register, clock) == [Deceased(), Exists()]


@pytest.mark.parametrize("is_gone", [True, False])
async def test_a_broken_file_or_none_leaves_the_old_one_in_place(tmp_path: Path, is_gone: bool) -> None:
    path, clock = tmp_path / "extract.csv", Clock()
    put(path, f"ssin,{AN.number},exists,,")
    register = ExtractRegister(path, clock)
    put(path, f"ssin,{LEA.number},exists,,", "ssin,81050103523,exists,,")
    if is_gone:
        path.unlink()
    with capture_logs() as logs:
        assert await looked_again(register, clock) == [Exists(), Unknown()]
    (warning,) = logs
    assert warning["log_level"] == "warning"
    assert ("line 3" in warning["why"]) is not is_gone
    assert "81050103523" not in str(warning)
    put(path, f"ssin,{LEA.number},exists,,")
    assert await looked_again(register, clock) == [Unknown(), Exists()]


def test_a_broken_file_is_refused_at_the_start(tmp_path: Path) -> None:
    put(tmp_path / "extract.csv", "ssin,81050103523,exists,,")
    with pytest.raises(ExtractRefused, match="line 2"):
        ExtractRegister(tmp_path / "extract.csv")
