"""A partner and a citizen on a moving clock: what they do, through the API alone."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from domain.clock import FixedClock
from domain.events import Event
from tests.integration.api.embedded import Embedded
from tests.pdfs import make_pdf

MESSAGES = "/messageRegistry/v3/ebox/messages"


class Post:
    """What goes on around An's mailbox."""

    def __init__(self, ebox: Embedded, clock: FixedClock) -> None:
        self.ebox = ebox
        self.clock = clock

    async def publish(self, **wanted: Any) -> UUID:
        """A message with a PDF for An; its id."""
        answer = await self.ask_to_publish(**wanted)
        assert answer.status_code == 201, answer.text
        return UUID(answer.json()["messageId"])

    async def ask_to_publish(self, **wanted: Any) -> httpx.Response:
        """The same, and whatever is answered."""
        message = {
            "recipient": {"eboxType": "citizen", "ssin": "81050103522"},
            "subject": {"nl": "Uw pensioen"},
            "messageTypeId": "PENSION_STATEMENT",
            "senderApplicationId": "demo.pensions",
            "attachments": [{"httpPartName": "upfile1", "isMainContent": True}],
            **wanted,
        }
        files: dict[str, Any] = {
            "messageToPublish": (None, json.dumps(message), "application/json"),
            "upfile1": ("pensioen.pdf", make_pdf(), "application/pdf"),
        }
        return await self.ebox.http.post(MESSAGES, files=files, headers=self.ebox.as_("partner"))

    async def inbox(self) -> set[UUID]:
        """What An's inbox shows."""
        await self.ebox.caught_up()
        answer = await self.ebox.http.get(MESSAGES, headers=self.ebox.as_("an"))
        assert answer.status_code == 200, answer.text
        return {UUID(item["messageId"]) for item in answer.json()["items"]}

    async def content(self, message_id: UUID, **headers: str) -> httpx.Response:
        """The document of a message, as An asks for it."""
        [attachment] = self.events_of(message_id)[0].attachments  # type: ignore[attr-defined]
        return await self.ebox.http.get(
            f"{MESSAGES}/{message_id}/attachments/{attachment.id}/content",
            headers={**self.ebox.as_("an"), **headers},
        )

    async def pass_time(self, by: timedelta) -> None:
        """Move the clock, and let everybody log in anew: tokens live for minutes."""
        self.clock.advance(by)
        await self.ebox.log_in()

    async def keep_time(self) -> int:
        """What the scheduler does once it looks at the clock; the number of facts that makes."""
        await self.ebox.caught_up()
        appended = self.ebox.system.timekeeper.keep_up()
        await self.ebox.caught_up()
        return appended

    def events_of(self, message_id: UUID) -> list[Event]:
        """What the log says of it."""
        return self.ebox.system.events.events_of(message_id)

    def topics(self, message_id: UUID) -> list[str]:
        """What happened to it, in a word each."""
        return [event.TOPIC for event in self.events_of(message_id)]

    def recorded(self, since: int, topic: str) -> int:
        """How many events of that topic there are behind a position."""
        follower = self.ebox.system.events.follow(since)
        try:
            count = 0
            while page := follower.next_page(wait_seconds=0):
                count += sum(one.stored.topic == topic for one in page)
            return count
        finally:
            follower.close()

    async def position(self) -> int:
        """The log's last position."""
        return await self.ebox.system.events.latest_position()

    def at(self, **ahead: float) -> str:
        """A moment that far ahead, as JSON has it."""
        moment: datetime = self.clock.now() + timedelta(**ahead)
        return moment.isoformat()
