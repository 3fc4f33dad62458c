"""Publishing when its parts fail at the worst moment: no event without its documents."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from application.documents import UploadedFile, document_key
from application.publishing import PublishCommand
from bootstrap.system import System
from domain.actors import Actor, ActorKind
from domain.draft import AttachmentDraft, MessageDraft
from domain.errors import (
    Busy,
    Gone,
    IdempotencyKeyReused,
    InvalidInput,
    NotAllowed,
    OutcomeUnknown,
    Unavailable,
)
from domain.events.base import Event
from domain.identifiers import EnterpriseNumber, Ssin
from domain.ids import sender_id
from eventstore.partytables import PARTY
from storage.spool import SpooledUpload
from tests.integration.api.embedded import embedded_ebox
from tests.pdfs import make_pdf

DRAFT = MessageDraft(
    recipient=Ssin("81050103522"),
    subject={"nl": "Uw pensioen"},
    message_type="PENSION_STATEMENT",
    application="demo.pensions",
    attachments=[AttachmentDraft("upfile1", is_main=True, is_signed=False, title=None, sha256=None)],
    is_body_main=False,
    body=None,
)


@pytest.fixture
async def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[System]:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("EBOX_")]:
        monkeypatch.delenv(name)
    async with embedded_ebox(tmp_path) as ebox:
        yield ebox.system


async def the_partner(system: System) -> Actor:
    party = await system.parties.find_or_create(EnterpriseNumber("0206731645"))
    return Actor(
        kind=ActorKind.PARTNER,
        party_id=party.party_id,
        identity="0206731645 demo-partner",
        registration_id=sender_id("0206731645"),
        registration_version=1,
        token_sha256="0" * 64,
        request_id=uuid4(),
        organisation="0206731645",
    )


async def a_command(system: System, key: str | None = "key-1", **changes: Any) -> PublishCommand:
    upload = SpooledUpload(system.spool_dir, max_size=1_000_000)
    await upload.write(make_pdf())
    await upload.finish()
    file = UploadedFile("upfile1", "letter.pdf", "application/pdf", upload)
    return PublishCommand(replace(DRAFT, **changes), [file], b'{"a":1}', key)


def objects(system: System) -> int:
    return len(list(system.objects.list()))


def failing(error: Exception) -> Callable[..., Awaitable[Any]]:
    async def fail(*_: object) -> Any:
        raise error

    return fail


async def test_a_first_publication_survives_a_busy_registry_after_its_commit(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system.parties, "mailbox_recorded", failing(Busy("key store")))
    recipient = Ssin("92521506931")
    result = await system.publishing.publish(
        await the_partner(system), await a_command(system, recipient=recipient)
    )
    assert objects(system) == 1
    message = await system.events.get(result.message_id)
    pieces = await system.documents.open(
        message.published.attachments[0].object_key,
        _key_of(message),
        message.published.attachments[0].size,
    )
    assert b"".join([piece async for piece in pieces]) == make_pdf()


@pytest.mark.parametrize("error", [Busy("writer"), Unavailable("event store")])
async def test_a_refused_append_leaves_no_document(
    system: System, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    partner, command = await the_partner(system), await a_command(system)
    before = system.events.max_position()
    monkeypatch.setattr(system.events, "append_all", failing(error))
    with pytest.raises(type(error)):
        await system.publishing.publish(partner, command)
    assert objects(system) == 0
    assert system.events.max_position() == before


async def test_after_an_unknown_outcome_nothing_is_deleted_and_a_repeat_finds_it(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = await the_partner(system)
    append = system.events.append_all

    async def append_and_lose_the_answer(*events: Event) -> list[int]:
        await append(*events)
        raise OutcomeUnknown("event store")

    with monkeypatch.context() as patch:
        patch.setattr(system.events, "append_all", append_and_lose_the_answer)
        with pytest.raises(OutcomeUnknown):
            await system.publishing.publish(partner, await a_command(system))
    assert objects(system) == 1
    again = await system.publishing.publish(partner, await a_command(system))
    assert again.is_replayed
    assert objects(system) == 1


async def test_the_key_store_fails_before_anything_is_put(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner, command = await the_partner(system), await a_command(system)
    monkeypatch.setattr(system.parties, "fingerprint", failing(Unavailable("key store")))
    with pytest.raises(Unavailable):
        await system.publishing.publish(partner, command)
    assert objects(system) == 0


async def test_two_with_the_same_key_at_once_are_one_publication(system: System) -> None:
    partner = await the_partner(system)
    commands = [await a_command(system) for _ in range(8)]
    results = await asyncio.gather(*(system.publishing.publish(partner, one) for one in commands))
    assert len({result.message_id for result in results}) == 1
    assert sum(not result.is_replayed for result in results) == 1
    assert objects(system) == 1


async def test_eight_first_publications_to_one_party_at_once(system: System) -> None:
    partner = await the_partner(system)
    recipient = Ssin("92521506931")
    commands = [await a_command(system, f"key-{n}", recipient=recipient) for n in range(8)]
    results = await asyncio.gather(*(system.publishing.publish(partner, one) for one in commands))
    assert len({result.message_id for result in results}) == 8
    assert not any(result.recipient_activated for result in results)
    assert objects(system) == 8


async def test_the_same_key_with_another_request_is_refused(system: System) -> None:
    partner = await the_partner(system)
    await system.publishing.publish(partner, await a_command(system))
    same = await a_command(system)
    renamed = [replace(same.files[0], file_name="another.pdf")]
    for other in (replace(same, canonical=b'{"a":2}'), replace(same, files=renamed)):
        with pytest.raises(IdempotencyKeyReused):
            await system.publishing.publish(partner, other)
    assert objects(system) == 1


async def test_a_repeat_is_answered_as_the_first_was_whatever_has_changed_since(system: System) -> None:
    partner = await the_partner(system)
    first = await system.publishing.publish(partner, await a_command(system))
    since = await a_command(system, message_type="GONE_SINCE")
    again = await system.publishing.publish(partner, since)
    assert (again.message_id, again.is_replayed) == (first.message_id, True)


async def test_a_repeat_for_somebody_erased_since_is_gone(system: System) -> None:
    partner = await the_partner(system)
    recipient = Ssin("92521506931")
    await system.publishing.publish(partner, await a_command(system, recipient=recipient))
    party = await system.parties.find(recipient)
    assert party is not None
    _destroy_key(system, party.party_id)
    with pytest.raises(Gone):
        await system.publishing.publish(partner, await a_command(system, recipient=recipient))


async def test_an_organisation_publishes_for_itself_alone(system: System) -> None:
    with pytest.raises(NotAllowed) as raised:
        await system.publishing.publish(
            await the_partner(system), await a_command(system, sender="0884303369")
        )
    assert raised.value.issues[0].field == "messageToPublish.sender.enterpriseNumber"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"file_name": "letter.exe"}, "fileNameNotAccepted"),
        ({"file_name": None}, "fileNameNotAccepted"),
        ({"file_name": "l" * 252 + ".pdf"}, "fileNameTooLong"),
        ({"media_type": "image/png"}, "mediaTypeNotAccepted"),
    ],
)
async def test_a_part_that_says_it_is_something_else(
    system: System, change: dict[str, Any], code: str
) -> None:
    command = await a_command(system)
    command = replace(command, files=[replace(command.files[0], **change)])
    with pytest.raises(InvalidInput) as raised:
        await system.publishing.publish(await the_partner(system), command)
    assert [(issue.field, issue.code) for issue in raised.value.issues] == [("upfile1", code)]


def _key_of(message: Any) -> bytes:
    key = document_key(message.published.attachments[0])
    assert key is not None
    return key


def _destroy_key(system: System, party_id: Any) -> None:
    with system.key_store.engine.begin() as connection:
        connection.execute(sa.update(PARTY).where(PARTY.c.party_id == party_id).values(wrapped_key=None))
    system.key_store.keys.forget(party_id)
