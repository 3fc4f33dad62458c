"""Documents that many messages share, through the partners' client and the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ebox_client import (
    Attachment,
    EboxClient,
    File,
    Message,
    Published,
    Recipient,
    Refused,
    sha256_of,
)

from tests.e2e.installation import Installation
from tests.pdfs import make_pdf

AN, LEA, NOBODY = "81050103522", "19082416188", "81050103521"


@pytest.fixture
def brochure(tmp_path: Path) -> File:
    """A PDF."""
    path = tmp_path / "brochure.pdf"
    path.write_bytes(make_pdf(size=5000))
    return File(path)


def message(number: str, **fields: Any) -> Message:
    """With a body, and what else is given."""
    return Message(
        recipient=Recipient.of(number),
        subject={"nl": "Een bericht"},
        message_type_id="PENSION_STATEMENT",
        sender_application_id="demo.pensions",
        **fields,
    )


def stored(ebox: Installation) -> int:
    """How many documents lie in the object store."""
    return sum(path.is_file() for path in (ebox.data / "objects").rglob("*"))


async def test_a_document_is_kept_once_and_carried_by_a_message(partner: EboxClient, brochure: File) -> None:
    digest = sha256_of(brochure.path)
    first = await partner.keep(brochure, digest=digest, idempotency_key="brochure-1")
    again = await partner.keep(brochure, digest=digest, idempotency_key="brochure-1")
    assert first == again
    carried = Attachment(document_id=first.document_id, is_main_content=True)
    assert isinstance(await partner.publish(message(AN, attachments=[carried])), Published)


async def test_a_document_that_arrives_otherwise_is_refused(partner: EboxClient, brochure: File) -> None:
    with pytest.raises(Refused) as refused:
        await partner.keep(brochure, digest="A" * 43)
    assert refused.value.problem.codes == ["digestDoesNotMatch"]


def test_rows_share_a_file_that_is_uploaded_once(ebox: Installation, brochure: File, tmp_path: Path) -> None:
    rows = ["to,subject_nl,type,file1,file2"]
    for place in range(3):
        (tmp_path / f"{place}.pdf").write_bytes(make_pdf(size=6000 + place))
        rows.append(f"{AN},Brief {place},PENSION_STATEMENT,{place}.pdf,{brochure.path.name}")
    items = tmp_path / "items.csv"
    items.write_text("\n".join(rows) + "\n")
    command = ("publish", "--from", str(items), "--files", str(tmp_path))
    before = stored(ebox)
    done = ebox.run(*command)
    assert "3 published" in done.stdout, done.stdout + done.stderr
    assert stored(ebox) == before + 4

    (tmp_path / "items.results.ndjson").unlink()
    again = ebox.run(*command)
    assert "3 of them had been published before" in again.stdout, again.stdout + again.stderr
    assert stored(ebox) == before + 4
