"""Status, withdrawal and recall through the partners' client, against a real eBox."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from ebox_client import EboxClient, Message, MessageReference, Recipient, Refused

AN = Recipient.citizen("81050103522")
LEA = Recipient.citizen("19082416188")


async def publish(partner: EboxClient) -> UUID:
    """A message without a document."""
    message = Message(
        recipient=AN,
        subject={"nl": "Een bericht"},
        message_type_id="PENSION_STATEMENT",
        sender_application_id="demo.pensions",
        is_body_main_content=True,
        body_content={"nl": "Een tekst"},
    )
    return (await partner.publish(message)).message_id


async def test_a_message_that_nobody_has_opened_is_withdrawn_and_says_so(partner: EboxClient) -> None:
    message_id = await publish(partner)
    asked = MessageReference(message_id, AN)
    (before,) = await partner.search_status([asked])
    assert before.is_known
    assert not before.is_opened
    assert not before.is_withdrawn
    assert before.expiration_date
    await partner.withdraw(message_id, "sent too early")
    await partner.withdraw(message_id, "sent too early")
    (after,) = await partner.search_status([asked])
    assert after.is_withdrawn


async def test_a_message_in_a_wrong_mailbox_is_recalled_there(partner: EboxClient) -> None:
    message_id = await publish(partner)
    await partner.recall(message_id, "a mistake", AN)
    (status,) = await partner.search_status([MessageReference(message_id, AN)])
    assert status.is_recalled
    with pytest.raises(Refused) as refused:
        await partner.withdraw(message_id)
    assert refused.value.problem.status == 409


async def test_statuses_come_in_the_order_they_were_asked_for(partner: EboxClient) -> None:
    message_id = await publish(partner)
    asked = [
        MessageReference(uuid4(), AN),
        MessageReference(message_id, AN),
        MessageReference(message_id, LEA),
    ]
    assert [status.is_known for status in await partner.search_status(asked)] == [False, True, False]
