"""The detail of a message after these events."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from domain.events.message import Addressee, BusinessDatum
from domain.personal import ERASED
from projections import message_detail
from projections.message_detail import Attachment
from tests.unit.projections.story import (
    NOON,
    Story,
    a_citizen,
    a_message,
    an_attachment,
    as_erased,
    opening,
    registered,
)

MAILBOX = uuid4()
LATER = NOON + timedelta(hours=1)


def test_a_published_message_can_be_read_whole(story: Story) -> None:
    main = an_attachment(title={"nl": "Overzicht"})
    annex = an_attachment(500, is_main=False, is_signed=True, file_name="bijlage.pdf")
    data = [BusinessDatum("year", None, [{"nl": "2026"}, {"fr": "2027"}])]
    message = a_message(
        MAILBOX,
        body={"nl": "Beste"},
        business_data=data,
        attention_of=Addressee("81050103522", None),
        attachments=[main, annex],
        language="nl",
        on_behalf_of="0884303369",
    )
    story.when(*message.new_facts())
    found = story.told(message_detail.detail, MAILBOX, message.id)
    assert found is not None
    assert (found.message_id, found.mailbox_id) == (message.id, MAILBOX)
    assert (found.body, found.has_body, found.is_body_main) == ({"nl": "Beste"}, True, False)
    assert found.business_data == data
    assert found.attention_of == Addressee("81050103522", None)
    assert (found.language, found.on_behalf_of, found.opened_at) == ("nl", "0884303369", None)
    assert found.attachments == [
        Attachment(
            main.id, "application/pdf", 1000, "ab" * 32, True, False, "pensioen.pdf", {"nl": "Overzicht"}
        ),
        Attachment(annex.id, "application/pdf", 500, "ab" * 32, False, True, "bijlage.pdf", None),
    ]


def test_no_key_and_no_place_of_a_document_can_be_read(story: Story) -> None:
    message = a_message(MAILBOX, attachments=[an_attachment(document_key="secret", object_key="place")])
    story.when(*message.new_facts())
    stored = str(
        story.told(lambda connection: connection.exec_driver_sql("SELECT * FROM message_detail").all())
    )
    assert "pensioen.pdf" in stored
    assert "secret" not in stored
    assert "place" not in stored


def test_an_opened_message_says_since_when(story: Story) -> None:
    message, other = a_message(MAILBOX), a_message(MAILBOX)
    story.given(*message.new_facts(), *other.new_facts()).when(*opening(message, a_citizen(), LATER))
    opened = [story.told(message_detail.detail, MAILBOX, one.id) for one in (message, other)]
    assert [one and one.opened_at for one in opened] == [LATER, None]


def test_there_is_no_message_before_its_release_and_after_its_expiry(story: Story) -> None:
    visible_from, expires_at = NOON + timedelta(days=1), NOON + timedelta(days=2)
    message = a_message(MAILBOX, visible_from=visible_from, expires_at=expires_at)
    story.when(*message.new_facts())
    assert story.told(message_detail.detail, MAILBOX, message.id) is None
    message.release(visible_from)
    story.when(*message.new_facts())
    found = story.told(message_detail.detail, MAILBOX, message.id)
    assert found is not None
    assert found.received_at == visible_from
    message.expire(expires_at)
    story.when(*message.new_facts())
    assert story.told(message_detail.detail, MAILBOX, message.id) is None
    assert story.told(message_detail.detail, MAILBOX, uuid4()) is None


def test_a_hidden_and_an_archived_message_can_still_be_read(story: Story) -> None:
    message = a_message(MAILBOX)
    message.change(registered(a_citizen()), LATER, is_visible=False, is_archived=True)
    story.when(*message.new_facts())
    found = story.told(message_detail.detail, MAILBOX, message.id)
    assert found is not None
    assert (found.is_hidden, found.is_archived) == (True, True)
    message.change(registered(a_citizen()), LATER, is_visible=True, is_archived=False)
    story.when(*message.new_facts())
    found = story.told(message_detail.detail, MAILBOX, message.id)
    assert found is not None
    assert (found.is_hidden, found.is_archived) == (False, False)


def test_an_erased_owners_message_keeps_its_frame_and_loses_what_was_personal(story: Story) -> None:
    erased = an_attachment(sha256=ERASED, file_name=ERASED, title=ERASED, document_key=ERASED)
    [published] = a_message(MAILBOX, attachments=[erased]).new_facts()
    story.when(as_erased(published, subject=ERASED, body=ERASED, attention_of=ERASED))
    found = story.told(message_detail.detail, MAILBOX, published.originator_id)
    assert found is not None
    assert found.is_erased
    assert (found.subject, found.body, found.attention_of) == (None, None, None)
    assert found.has_body
    [attachment] = found.attachments
    assert (attachment.sha256, attachment.file_name, attachment.title) == (None, None, None)
    assert (attachment.id, attachment.size) == (erased.id, 1000)
