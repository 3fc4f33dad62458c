"""Files of items: what is understood, what is refused, and that nothing leads out of the folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from commands.publishing.folder import Folder
from commands.publishing.items import Defaults, Item, ItemInvalid, read_lines
from commands.publishing.preparing import Preparer
from commands.publishing.rows import moment, read_rows
from commands.publishing.survey import survey

DEFAULTS = Defaults("PENSION_STATEMENT", "demo.pensions")
AN = "81050103522"


def rows(tmp_path: Path, text: str, defaults: Defaults = DEFAULTS) -> list[Item | ItemInvalid]:
    path = tmp_path / "items.csv"
    path.write_text(text, encoding="utf-8")
    return list(read_rows(path, defaults))


def lines(tmp_path: Path, *documents: Any) -> list[Item | ItemInvalid]:
    path = tmp_path / "items.ndjson"
    path.write_text("".join(f"{json.dumps(document)}\n" for document in documents))
    return list(read_lines(path, DEFAULTS))


def test_a_row_says_all_that_a_message_can(tmp_path: Path) -> None:
    (item,) = rows(
        tmp_path,
        "to;subject_nl;subject_fr;title_nl;file1;file2;expires;attention;data_year;idempotency_key;type\n"
        f"{AN};Uw brief;Votre lettre;Brief;a.pdf;b.pdf;2027-01-31;Dienst;2026;k-1;A1_CERTIFICATE\n",
    )
    assert isinstance(item, Item)
    assert (item.number, item.key) == (1, "k-1")
    assert item.files == {"upfile1": "a.pdf", "upfile2": "b.pdf"}
    assert item.message == {
        "recipient": {"eboxType": "citizen", "ssin": AN},
        "messageTypeId": "A1_CERTIFICATE",
        "senderApplicationId": "demo.pensions",
        "isBodyMainContent": False,
        "subject": {"nl": "Uw brief", "fr": "Votre lettre"},
        "nonSensitiveTitle": {"nl": "Brief"},
        "expirationDate": "2027-01-31T23:59:59+01:00",
        "forTheAttentionOf": {"label": "Dienst"},
        "businessDataList": [{"key": "year", "values": [{"nl": "2026", "fr": "2026"}]}],
        "attachments": [
            {"httpPartName": "upfile1", "isMainContent": True},
            {"httpPartName": "upfile2", "isMainContent": False},
        ],
    }


def test_a_row_without_files_has_its_body_as_main_content(tmp_path: Path) -> None:
    (item,) = rows(tmp_path, 'to,subject_nl,body_nl,file1\n0884303369,Brief,"Eén, twee",\n')
    assert isinstance(item, Item)
    assert item.message["isBodyMainContent"] is True
    assert item.message["bodyContent"] == {"nl": "Eén, twee"}
    assert item.message["recipient"] == {"eboxType": "enterprise", "enterpriseNumber": "0884303369"}
    assert item.files == {}


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("subject_nl\nBrief\n", "line 1: names no column `to`"),
        ("to,subjct_nl\nx,y\n", "line 1: unknown column `subjct_nl`"),
        ("to,to\nx,y\n", "line 1: a column comes twice"),
        (f"to,subject_nl\n{AN},Brief,more\n", "item 1: has not as many cells as there are columns"),
        (f"to,subject_nl\n{AN}\n", "item 1: has not as many cells as there are columns"),
        (f"to,subject_nl\n{AN},\n", "item 1: has no subject"),
        ("to,subject_nl\n123,Brief\n", "item 1: `to` is not a number of 11 digits (a person)"),
        (f"to,subject_nl,expires\n{AN},Brief,soon\n", "item 1: `expires` is neither a day"),
        (f'to,subject_nl\n{AN},"Brief\n', "line 2: not CSV"),
    ],
)
def test_what_is_wrong_is_told_without_repeating_it(tmp_path: Path, text: str, mistake: str) -> None:
    told = [str(item) for item in rows(tmp_path, text) if isinstance(item, ItemInvalid)]
    assert len(told) == 1
    assert told[0].startswith(mistake)
    assert AN not in told[0]


def test_a_row_that_names_no_type_needs_a_default(tmp_path: Path) -> None:
    (item,) = rows(tmp_path, f"to,subject_nl\n{AN},Brief\n", Defaults())
    assert str(item) == "item 1: `type` is empty, and there is no --type"


def test_one_mistake_does_not_hide_the_next(tmp_path: Path) -> None:
    found = survey(lambda: iter(rows(tmp_path, f"to,subject_nl\n1,x\n{AN},y\n{AN},\n")), Folder(None))
    assert (found.items, found.mistaken) == (1, 2)


def test_a_line_is_a_message_in_the_words_of_the_api(tmp_path: Path) -> None:
    message = {"subject": {"nl": "Brief"}, "isBodyMainContent": True}
    plain, with_file = lines(
        tmp_path, {"messageToPublish": message}, {"messageToPublish": message, "files": ["a.pdf"]}
    )
    assert isinstance(plain, Item)
    assert isinstance(with_file, Item)
    assert plain.message["messageTypeId"] == "PENSION_STATEMENT"
    assert with_file.message["attachments"] == [{"httpPartName": "upfile1", "isMainContent": False}]


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {"messageToPublish": {}, "file": "a.pdf"},
        {"messageToPublish": {}, "files": "a.pdf"},
        {"messageToPublish": {}, "files": ["a.pdf"] * 7},
        {"messageToPublish": {}, "idempotencyKey": 7},
        {"messageToPublish": {"attachments": [{"httpPartName": "upfile2"}]}, "files": ["a.pdf"]},
    ],
)
def test_a_line_of_another_shape_is_refused(tmp_path: Path, document: Any) -> None:
    (item,) = lines(tmp_path, document)
    assert isinstance(item, ItemInvalid)


@pytest.mark.parametrize(
    "name", ["../secret", "/etc/hostname", "link", "a/../../secret", "nothing", ".", "x\0"]
)
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text("not yours")
    inside = tmp_path / "documents"
    inside.mkdir()
    (inside / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(ItemInvalid) as refused:
        Folder(inside).path(name)
    assert "secret" not in str(refused.value)


def test_a_file_in_a_folder_below_is_found(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "a.pdf").write_bytes(b"%PDF")
    assert Folder(tmp_path).path("below/a.pdf").read_bytes() == b"%PDF"


def test_a_key_stands_for_the_item_its_files_and_the_client(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"one")
    (first,) = rows(tmp_path, f"to,subject_nl,file1\n{AN},Brief,a.pdf\n")
    (other,) = rows(tmp_path, f"to,subject_nl,file1\n{AN},Brieven,a.pdf\n")
    assert isinstance(first, Item)
    assert isinstance(other, Item)

    def key(item: Item, client: str) -> str:
        return Preparer(Folder(tmp_path), {"d": client}).prepare(item).key

    known = key(first, "one")
    assert key(first, "one") == known
    assert key(other, "one") != known
    assert key(first, "another") != known
    (tmp_path / "a.pdf").write_bytes(b"two")
    assert key(first, "one") != known


def test_a_day_ends_in_belgium() -> None:
    assert moment("2027-07-01", "expires") == "2027-07-01T23:59:59+02:00"
    assert moment("2027-07-01T12:00:00Z", "expires") == "2027-07-01T12:00:00+00:00"
