"""Batches, through the partners' client and the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ebox_client import BatchItem, EboxClient, File, Message, Problem, Published, Recipient

from tests.e2e.installation import Installation
from tests.pdfs import make_pdf

AN, LEA, NOBODY = "81050103522", "19082416188", "81050103521"


@pytest.fixture
def brochure(tmp_path: Path) -> File:
    """A PDF."""
    path = tmp_path / "brochure.pdf"
    path.write_bytes(make_pdf(size=5500))
    return File(path)


def message(number: str, **fields: Any) -> Message:
    """With what is given."""
    return Message(
        recipient=Recipient.of(number),
        subject={"nl": "Een bericht"},
        message_type_id="PENSION_STATEMENT",
        sender_application_id="demo.pensions",
        **fields,
    )


async def test_a_batch_tells_of_each_message_in_its_order(partner: EboxClient) -> None:
    body = {"is_body_main_content": True, "body_content": {"nl": "Een tekst"}}
    items = [
        BatchItem(message(number, **body), f"batch-{place}") for place, number in enumerate((AN, NOBODY, LEA))
    ]
    first, refused, third = await partner.publish_batch(items)
    assert isinstance(first, Published)
    assert isinstance(refused, Problem)
    assert isinstance(third, Published)
    assert refused.codes == ["invalidIdentifier"]
    assert first.has_digital_user
    assert not third.has_digital_user
    again = await partner.publish_batch(items)
    assert [one.message_id for one in again if isinstance(one, Published)] == [
        first.message_id,
        third.message_id,
    ]


def test_rows_without_files_of_their_own_go_in_batches(
    ebox: Installation, brochure: File, tmp_path: Path
) -> None:
    items = tmp_path / "items.csv"
    (tmp_path / "own.pdf").write_bytes(make_pdf(size=6000))
    rows = [
        f"{AN},Brief 1,PENSION_STATEMENT,brochure.pdf,",
        f"{LEA},Brief 2,PENSION_STATEMENT,brochure.pdf,",
        f"{AN},Brief 3,PENSION_STATEMENT,own.pdf,brochure.pdf",
        f"{AN},Brief 4,PENSION_STATEMENT,,",
        f"{NOBODY},Brief 5,PENSION_STATEMENT,brochure.pdf,",
    ]
    body = ["", "", "", "Een tekst", ""]
    lines = [f"{row},{text}" for row, text in zip(rows, body, strict=True)]
    items.write_text("\n".join(["to,subject_nl,type,file1,file2,body_nl", *lines]) + "\n")
    assert brochure.path.parent == tmp_path
    command = ("publish", "--from", str(items), "--files", str(tmp_path))
    done = ebox.run(*command)
    assert "4 published, 1 not" in done.stdout, done.stdout + done.stderr
    written = [json.loads(line) for line in (tmp_path / "items.results.ndjson").read_text().splitlines()]
    assert {line["item"]: line["status"] for line in written} == {1: 201, 2: 201, 3: 201, 4: 201, 5: 400}

    (tmp_path / "items.results.ndjson").unlink()
    again = ebox.run(*command)
    assert "4 of them had been published before" in again.stdout, again.stdout + again.stderr
