"""What a CSV extract may hold, and which line is to blame where it does not."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest

from domain.identifiers import ClientIdentifier, EnterpriseNumber, EstablishmentUnitNumber, Identifier, Ssin
from domain.register import Ceased, Deceased, Exists, Finding, ReplacedBy, Unknown
from registers.extract_file import ExtractRefused, read_extract

HEADER = "scheme,number,state,date,replaced_by"
AN, LEA, NEW = Ssin("92321506985"), Ssin("81050103522"), Ssin("92521506931")
BAKER, MILLER, SHOP = (
    EnterpriseNumber("0316380841"),
    EnterpriseNumber("0884303369"),
    EstablishmentUnitNumber("2297964444"),
)


def extract(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "extract.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def test_every_state_is_found_and_what_is_not_there_is_unknown(tmp_path: Path) -> None:
    path = extract(
        tmp_path,
        f"enterpriseNumber,{MILLER.number},ceased,2024-12-31,",
        f"ssin,{LEA.number},deceased,2025-06-30,",
        f"ssin,{AN.number},replaced,,{NEW.number}",
        f'"ssin","{NEW.number}","exists","",""',
        f"establishmentUnitNumber,{SHOP.number},ceased,,",
        f"enterpriseNumber,{BAKER.number},exists,,",
    )
    expected: dict[Identifier, Finding] = {
        AN: ReplacedBy(NEW.number),
        NEW: Exists(),
        LEA: Deceased(date(2025, 6, 30)),
        BAKER: Exists(),
        MILLER: Ceased(date(2024, 12, 31)),
        SHOP: Ceased(None),
        Ssin("19082416188"): Unknown(),
        ClientIdentifier("somebody"): Unknown(),
    }
    table = read_extract(path)
    assert {number: table.find(number) for number in expected} == expected
    assert len(table) == 6


def test_a_number_that_begins_with_zero_comes_back_whole(tmp_path: Path) -> None:
    table = read_extract(extract(tmp_path, f"enterpriseNumber,{MILLER.number},replaced,,{BAKER.number}"))
    assert table.find(MILLER) == ReplacedBy("0316380841")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("ssin,92321506986,exists,,", "check digits"),
        ("enterpriseNumber,884303369,exists,,", "10 digits"),
        (f"ssin,{AN.number},exists,", "5 columns"),
        (f"person,{AN.number},exists,,", "scheme"),
        ("clientId,somebody,exists,,", "scheme"),
        (f"ssin,{AN.number},alive,,", "state"),
        (f"ssin,{AN.number},ceased,,", "state"),
        (f"enterpriseNumber,{BAKER.number},deceased,,", "state"),
        (f"ssin,{AN.number},replaced,,", "replaced_by"),
        (f"ssin,{AN.number},exists,,{NEW.number}", "replaced_by"),
        (f"ssin,{AN.number},replaced,,{BAKER.number}", "replaced_by"),
        (f"ssin,{AN.number},replaced,,{AN.number}", "itself"),
        (f"ssin,{AN.number},deceased,31/12/2024,", "date"),
        (f"ssin,{AN.number},deceased,20241231,", "date"),
        (f"ssin,{AN.number},deceased,2024-02-30,", "date"),
        (f"ssin,{AN.number},exists,2024-12-31,", "date"),
        (f"ssin,{LEA.number},exists,,", "line 2 already"),
        (f'ssin,"{AN.number}"x,exists,,', "not CSV"),
        ("", "5 columns"),
    ],
)
def test_a_broken_row_is_refused_by_its_line_and_never_repeated(tmp_path: Path, row: str, why: str) -> None:
    path = extract(tmp_path, f"ssin,{LEA.number},exists,,", f"ssin,{NEW.number},exists,,", row)
    with pytest.raises(ExtractRefused, match=why) as refused:
        read_extract(path)
    assert str(refused.value).startswith("line 4: ")
    assert not any(number in str(refused.value) for number in (AN.number, LEA.number, "92321506986"))


def test_a_file_that_is_no_extract_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExtractRefused, match="line 1"):
        read_extract(extract(tmp_path, header="number,state"))
    binary = tmp_path / "extract.bin"
    binary.write_bytes(f"{HEADER}\nssin,\xff".encode("latin-1"))
    with pytest.raises(ExtractRefused, match="UTF-8"):
        read_extract(binary)
    with pytest.raises(ExtractRefused, match="cannot be read"):
        read_extract(tmp_path / "nowhere.csv")


def test_thousands_in_any_order_are_found(tmp_path: Path) -> None:
    numbers = [EnterpriseNumber(f"{n}{97 - n % 97:02d}") for n in range(10_000_000, 10_003_000)]
    rows = [f"enterpriseNumber,{number.number},exists,," for number in numbers]
    random.Random(4).shuffle(rows)  # noqa: S311 - an order, no secret
    table = read_extract(extract(tmp_path, *rows))
    assert all(table.find(number) == Exists() for number in numbers)
    assert len(table) == len(numbers)
