"""How the demo people's mailboxes come to be when the event store is empty."""

from __future__ import annotations

from application.demo.people import ADDRESS_OF_AN, PEOPLE
from application.mailboxes import Mailboxes
from domain.events.mailbox import Frequency
from domain.identifiers import Ssin


async def make_mailboxes(mailboxes: Mailboxes) -> None:
    """An's mailbox is in use, with a verified address; the others have never logged in.

    May be repeated: what was begun is finished, and what An has changed since stays.
    """
    an = PEOPLE[0]
    party = await mailboxes.activate(Ssin(an.number))
    if party.mailbox_id is None:
        raise TypeError("a person has a mailbox")
    if await mailboxes.has_preferences(party.mailbox_id):
        return
    await mailboxes.confirm_address(party.mailbox_id, ADDRESS_OF_AN)
    await mailboxes.prefer(party.mailbox_id, language=an.language, frequency=Frequency.IMMEDIATE)
