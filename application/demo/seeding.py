"""How the demo people's mailboxes come to be when the event store is empty."""

from __future__ import annotations

from application.demo.people import ADDRESS_OF_AN, PEOPLE
from application.mailboxes import Mailboxes
from application.parties import mailbox_of
from domain.events.mailbox import Frequency
from domain.identifiers import Ssin


async def make_mailboxes(mailboxes: Mailboxes) -> None:
    """An's mailbox is in use, with a verified address; the others have never logged in.

    May be repeated: what was begun is finished, and what An has changed since stays.
    """
    an = PEOPLE[0]
    party = await mailboxes.activate(Ssin(an.number))
    mailbox_id = mailbox_of(party)
    if await mailboxes.has_preferences(mailbox_id):
        return
    await mailboxes.confirm_address(mailbox_id, ADDRESS_OF_AN)
    await mailboxes.prefer(mailbox_id, language=an.language, frequency=Frequency.IMMEDIATE)
