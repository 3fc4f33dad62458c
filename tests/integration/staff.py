"""Who is what in the demo's enterprises, and what they ask: for tests of the API and of the portal."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from application.demo.people import PEOPLE, Person
from application.partners import read_partners_file
from application.partnersfile.enterprises import RoleEntry
from bootstrap.development import REDIRECT_URI
from domain.roles import EnterpriseRole
from tests.e2e.caller import announcement, form
from tests.integration.api.embedded import Embedded

MESSAGES = "/messageRegistry/v3/ebox/messages"
EMPLOYER, DIVIDED = "0884303369", "0206731645"
AN, LEA, MARC = PEOPLE[0], PEOPLE[1], PEOPLE[3]
MANAGER = (MARC, EnterpriseRole.ACCESS_MANAGER, None)
READER = (LEA, EnterpriseRole.READER, None)


class Staff:
    """Who is what in the demo's enterprises, and what they ask."""

    def __init__(self, ebox: Embedded) -> None:
        self.ebox = ebox

    async def assign(self, enterprise: str, *people: tuple[Person, EnterpriseRole, list[str] | None]) -> None:
        """These people and no others are something in the enterprise from now on."""
        system = self.ebox.system
        assert system.partners_file is not None
        file = read_partners_file(system.partners_file)
        entry = next(one for one in file.enterprises if one.enterprise_number == enterprise)
        roles = [
            RoleEntry(ssin=person.number, role=role, partitions=partitions)
            for person, role, partitions in people
        ]
        file = file.model_copy(update={"enterprises": [entry.model_copy(update={"people": roles})]})
        await asyncio.to_thread(system.partners.apply, file)
        await self.ebox.caught_up()

    async def token(self, person: Person, enterprise: str | None = None) -> dict[str, str]:
        """The header that makes a request theirs; for that enterprise, or for themselves."""
        site = self.ebox.client("citizen")
        token = await site.demo_person_token(
            person.key, person.digital_keys[0], REDIRECT_URI, enterprise=enterprise
        )
        return {"Authorization": f"Bearer {token}"}

    async def publish(self, enterprise: str, **more: Any) -> str:
        """A message for the enterprise; its id."""
        recipient = {"eboxType": "enterprise", "enterpriseNumber": enterprise, **more.pop("into", {})}
        message = announcement(recipient=recipient, messageTypeId="A1_CERTIFICATE", **more)
        answer = await self.ebox.http.post(MESSAGES, headers=self.ebox.as_("partner"), **form(message, None))
        assert answer.status_code == 201, answer.text
        await self.ebox.caught_up()
        return str(answer.json()["messageId"])

    async def get(self, path: str, who: dict[str, str], **headers: str) -> httpx.Response:
        """What they are answered."""
        return await self.ebox.http.get(path, headers=who | headers)

    async def listed(self, who: dict[str, str], **headers: str) -> list[str]:
        """The ids of the messages they see."""
        answer = await self.get(MESSAGES, who, **headers)
        assert answer.status_code == 200, answer.text
        return [item["messageId"] for item in answer.json()["items"]]

    async def mailbox(self, who: dict[str, str], enterprise: str) -> dict[str, Any]:
        """What they are told of the enterprise's mailbox."""
        answer = (await self.get("/me/mailboxes", who)).json()
        return next(one for one in answer["items"] if one.get("enterpriseNumber") == enterprise)
