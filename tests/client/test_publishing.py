"""The partners' client against a real eBox."""

from __future__ import annotations

import ast
import sys
from datetime import UTC, datetime
from pathlib import Path

import ebox_client
import pytest
from ebox_client import (
    Attachment,
    Attention,
    BusinessData,
    EboxClient,
    File,
    Message,
    NotAuthenticated,
    Recipient,
    Refused,
    Retries,
    sha256_of,
)
from ebox_client.private_key_jwt import PrivateKeyJwt

from tests.e2e.installation import Installation
from tests.pdfs import make_pdf

AN, LEA = "81050103522", "19082416188"


@pytest.fixture
def letter(tmp_path: Path) -> File:
    """A PDF of 200 KB."""
    path = tmp_path / "Brief é.pdf"
    path.write_bytes(make_pdf(size=200_000))
    return File(path)


def message(letter: File, number: str = AN) -> Message:
    """With everything that one usually says."""
    return Message(
        recipient=Recipient.of(number),
        subject={"nl": "Uw overzicht", "fr": "Votre aperçu"},
        message_type_id="PENSION_STATEMENT",
        sender_application_id="demo.pensions",
        attachments=[
            Attachment(
                file=letter,
                is_main_content=True,
                attachment_title={"nl": "Overzicht"},
                digest=sha256_of(letter.path),
            )
        ],
        business_data_list=[BusinessData("year", [{"nl": "2026"}])],
        for_the_attention_of=Attention(label="Afdeling 3"),
        non_sensitive_title={"nl": "Jaarlijks overzicht"},
        expiration_date=datetime(2027, 1, 31, tzinfo=UTC),
    )


async def test_a_message_with_a_document_is_published_once_for_its_key(
    partner: EboxClient, letter: File
) -> None:
    first = await partner.publish(message(letter), idempotency_key="client-1")
    assert first.has_digital_user
    assert not first.is_replayed
    assert first.expiration_date.date().isoformat() == "2027-01-31"
    again = await partner.publish(message(letter), idempotency_key="client-1")
    assert again.is_replayed
    assert again.message_id == first.message_id


async def test_a_recipient_who_never_logged_in_is_told_of(partner: EboxClient, letter: File) -> None:
    published = await partner.publish(message(letter, LEA))
    assert not published.has_digital_user


async def test_a_refusal_names_the_field_and_never_the_number(partner: EboxClient, letter: File) -> None:
    with pytest.raises(Refused) as refused:
        await partner.publish(message(letter, "81050103521"))
    (issue,) = refused.value.problem.issues
    assert (issue.code, issue.name) == ("invalidIdentifier", "messageToPublish.recipient.ssin")
    assert "81050103521" not in str(refused.value)


async def test_a_key_that_is_not_registered_gets_no_token(ebox: Installation, letter: File) -> None:
    other = ebox.data / "demo" / "demo-site.private.json"
    tokens = PrivateKeyJwt.from_file(ebox.url, "demo-partner", other)
    async with EboxClient(ebox.url, tokens, retries=Retries(attempts=1)) as client:
        with pytest.raises(NotAuthenticated):
            await client.publish(message(letter))


def test_a_message_shows_nothing_personal_of_itself(letter: File) -> None:
    shown = repr(message(letter))
    assert AN not in shown
    assert "overzicht" not in shown.replace("Jaarlijks overzicht", "")
    assert "Brief" not in shown


def test_a_number_says_whose_mailbox_it_is() -> None:
    assert Recipient.of(AN).json() == {"eboxType": "citizen", "ssin": AN}
    assert Recipient.of("0884303369").json() == {"eboxType": "enterprise", "enterpriseNumber": "0884303369"}
    for wrong in ("", "8105010352a", "810501035220", "٨١٠٥٠١٠٣٥٢٢"):
        with pytest.raises(ValueError, match="digits"):
            Recipient.of(wrong)


def test_a_time_without_an_offset_is_refused(letter: File) -> None:
    vague = Message(
        recipient=Recipient.of(AN),
        subject={"nl": "x"},
        message_type_id="T",
        sender_application_id="a",
        due_date=datetime(2027, 1, 31),  # noqa: DTZ001 - what is refused
    )
    with pytest.raises(ValueError, match="offset"):
        vague.json()


def test_the_client_needs_httpx_alone_and_joserfc_for_its_extra() -> None:
    for path in Path(ebox_client.__file__).parent.glob("*.py"):
        imported: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").partition(".")[0])
        others = imported - set(sys.stdlib_module_names) - {"ebox_client"}
        assert others <= ({"httpx", "joserfc"} if path.stem == "private_key_jwt" else {"httpx"}), path
