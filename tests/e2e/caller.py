"""Those who call the API in these tests: over HTTP, each with a token of `ebox dev token`."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from application.demo.people import PEOPLE
from tests.e2e.installation import Installation

MESSAGES = "/messageRegistry/v3/ebox/messages"
AN, LEA = PEOPLE[0], PEOPLE[1]
TIMEOUT = 30.0
TLS = ssl.create_default_context()
"""Made once: httpx takes longer to make one than eBox takes to answer."""


@dataclass(frozen=True)
class Published:
    """What a partner was answered."""

    message_id: str
    position: int


@dataclass
class Caller:
    """One caller. `headers` are sent with each of its requests."""

    installation: Installation
    role: str
    subject: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request, whatever the answer; a connection of its own, so that any process may answer it."""
        headers = {**self.authorization(), **self.headers, **options.pop("headers", {})}
        url = path if path.startswith("http") else f"{self.installation.url}{path}"
        return httpx.request(method, url, headers=headers, timeout=TIMEOUT, verify=TLS, **options)

    def get(self, path: str, **options: Any) -> Any:
        """The JSON of a good answer."""
        answer = self.request("GET", path, **options)
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.json()

    def authorization(self) -> dict[str, str]:
        """The header with this caller's token."""
        return {"Authorization": f"Bearer {self.installation.token(self.role, self.subject)}"}


def announcement(number: str = AN.number, **more: Any) -> dict[str, Any]:
    """A `messageToPublish` with a body and no attachment, but for what is given."""
    return {
        "recipient": {"eboxType": "citizen", "ssin": number},
        "subject": {"nl": "Kennisgeving", "en": "Announcement"},
        "messageTypeId": "PENSION_STATEMENT",
        "senderApplicationId": "demo.pensions",
        "isBodyMainContent": True,
        "bodyContent": {"nl": "Wij deden iets.", "en": "We did something."},
        **more,
    }


def with_document(number: str = AN.number, **more: Any) -> dict[str, Any]:
    """A `messageToPublish` whose main content comes in the part `upfile1`."""
    message = announcement(number, isBodyMainContent=False, **more)
    del message["bodyContent"]
    message["attachments"] = [{"httpPartName": "upfile1", "isMainContent": True}]
    return message


def form(
    message: Mapping[str, Any], document: bytes | None = None, file_name: str = "document.pdf"
) -> dict[str, Any]:
    """httpx' arguments for the multipart form of a publication."""
    files = {"messageToPublish": (None, json.dumps(message), "application/json")}
    parts: dict[str, Any] = dict(files)
    if document is not None:
        parts["upfile1"] = (file_name, document)  # httpx declares what the name's ending says
    return {"files": parts}


def publish(
    partner: Caller,
    message: Mapping[str, Any],
    document: bytes | None = None,
    file_name: str = "document.pdf",
) -> Published:
    """Publish, and have it acknowledged."""
    return published(partner.request("POST", MESSAGES, **form(message, document, file_name)))


def published(answer: httpx.Response) -> Published:
    """An acknowledgement, read."""
    assert answer.status_code == httpx.codes.CREATED, answer.text
    return Published(answer.json()["messageId"], int(answer.headers["Ebox-Position"]))
