"""A client of version 2.1: it changes nothing but the base URL."""

from __future__ import annotations

import json
from typing import Any

import httpx

from tests import samples
from tests.integration.api.embedded import AN, Embedded
from tests.integration.api.v2.description import BASE, Description

PDF = samples.SOUND["application/pdf"][1]


def to(number: str = AN.number, kind: str = "citizen") -> dict[str, str]:
    """An `EboxId`."""
    return {"eboxType": kind, "eboxIdValue": number}


def message(title: str = "Kennisgeving", **more: Any) -> dict[str, Any]:
    """A `messageToPublish` whose body is all it has."""
    return {
        "recipient": to(),
        "subject": {"nl": title},
        "messageTypeId": "PENSION_STATEMENT",
        "senderOrganizationId": "0206731645",
        "senderApplicationId": "demo.pensions",
        "bodyMainContent": True,
        "bodyContent": {"nl": f"Beste, {title}"},
        "replyAuthorized": False,
        **more,
    }


def with_file(title: str = "Overzicht", **more: Any) -> dict[str, Any]:
    """A `messageToPublish` whose main content comes in the part `upfile1`."""
    attachment = {"httpPartName": "upfile1", "mainContent": True, "attachmentSigned": False}
    found = message(title, bodyMainContent=False, attachments=[attachment], **more)
    del found["bodyContent"]
    return found


class V2Client:
    """Calls version 2.1, and holds each answer against the description where that is at hand."""

    def __init__(self, ebox: Embedded, described: Description | None) -> None:
        self.ebox = ebox
        self.described = described
        self.answers: list[httpx.Response] = []

    async def call(self, method: str, path: str, who: str | None = "an", **options: Any) -> httpx.Response:
        """One request; the whole answer."""
        headers = (self.ebox.as_(who) if who else {}) | options.pop("headers", {})
        answer = await self.ebox.http.request(method, f"{BASE}{path}", headers=headers, **options)
        if self.described is not None:
            self.described.check_answer(answer)
        self.answers.append(answer)
        return answer

    async def get(self, path: str, who: str | None = "an", **options: Any) -> Any:
        """The JSON of a good answer."""
        answer = await self.call("GET", path, who, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def send(
        self, said: dict[str, Any], *files: bytes, who: str = "partner", **headers: str
    ) -> httpx.Response:
        """What publishing this is answered with."""
        parts: dict[str, Any] = {"messageToPublish": (None, json.dumps(said))}
        for number, content in enumerate(files, 1):
            parts[f"upfile{number}"] = ("overzicht.pdf", content, "application/pdf")
        return await self.call("POST", "/publishMessage", who, files=parts, headers=headers)

    async def publish(self, said: dict[str, Any], *files: bytes) -> str:
        """The id of the message, once it is in the recipient's list."""
        answer = await self.send(said, *files)
        assert answer.status_code == 201, answer.text
        await self.ebox.caught_up()
        return str(answer.json()["messageId"])

    async def refused(self, said: dict[str, Any], *files: bytes, **headers: str) -> tuple[int, str, str]:
        """The status, the code and the message with which publishing this is refused."""
        answer = await self.send(said, *files, **headers)
        told = answer.json()
        return answer.status_code, told["code"], told["message"]
