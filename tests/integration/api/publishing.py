"""Messages that tests publish through the API."""

from __future__ import annotations

import json
from typing import Any

from tests.integration.api.embedded import AN, Embedded

PATH = "/messageRegistry/v3/ebox/messages"


def body_only(title: str, **more: Any) -> dict[str, Any]:
    """A message to An whose body is all it has."""
    return {
        "recipient": {"eboxType": "citizen", "ssin": AN.number},
        "subject": {"nl": title},
        "messageTypeId": "PENSION_STATEMENT",
        "senderApplicationId": "demo.pensions",
        "isBodyMainContent": True,
        "bodyContent": {"nl": f"Beste, {title}"},
        **more,
    }


async def publish(ebox: Embedded, message: dict[str, Any], **headers: str) -> str:
    """The id of the message, once it is in the recipient's list."""
    files = {"messageToPublish": (None, json.dumps(message), "application/json")}
    response = await ebox.http.post(PATH, files=files, headers=ebox.as_("partner") | headers)
    assert response.status_code == 201, response.text
    await ebox.caught_up()
    message_id: str = response.json()["messageId"]
    return message_id
