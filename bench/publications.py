"""Publications as a partner's software would send them, to as many citizens as there are connections."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from bench.load.messages import Part, http_request, multipart_request, write_request
from bench.load.plan import DISTINCT

PATH = "/messageRegistry/v3/ebox/messages"
_JSON = "application/json"


def message_json(recipient: str, *, with_document: bool) -> bytes:
    """The JSON of a message of about 700 bytes; its main content is its body, or the part `upfile1`."""
    message: dict[str, object] = {
        "recipient": {"eboxType": "citizen", "ssin": recipient},
        "subject": {"nl": "Uw pensioenoverzicht " + DISTINCT.decode(), "fr": "Votre aperçu de pension"},
        "messageTypeId": "PENSION_STATEMENT",
        "senderApplicationId": "demo.pensions",
        "businessDataList": [{"key": "year", "values": [{"nl": "2026"}]}],
    }
    text = "U vindt hier uw overzicht van dit jaar. Bewaar het goed; vragen beantwoorden wij graag. " * 3
    if with_document:
        message["attachments"] = [{"httpPartName": "upfile1", "isMainContent": True}]
    else:
        message |= {"isBodyMainContent": True, "bodyContent": {"nl": text}}
    return json.dumps(message, ensure_ascii=False).encode()


def multipart_publications(
    folder: Path, token: str, recipients: list[str], document: bytes | None = None
) -> list[str]:
    """One request file for each recipient, for our own API."""
    headers = {"Authorization": f"Bearer {token}"}
    paths = []
    for recipient in recipients:
        content = message_json(recipient, with_document=document is not None)
        parts = [Part("messageToPublish", content, _JSON)]
        if document is not None:
            parts.append(Part("upfile1", document, "application/pdf", "overzicht.pdf"))
        request = multipart_request(PATH, headers, parts)
        paths.append(write_request(folder, f"publication-{recipient}", request))
    return paths


def plain_publications(folder: Path, recipients: list[str]) -> list[str]:
    """The same JSON as a request body of its own, for peers."""
    paths = []
    for recipient in recipients:
        request = http_request(
            "POST", "/", {"Content-Type": _JSON}, message_json(recipient, with_document=False)
        )
        paths.append(write_request(folder, f"plain-{recipient}", request))
    return paths


def national_numbers(count: int) -> list[str]:
    """So many valid national numbers, of people born in the first days of 1950."""
    return list(islice(_national_numbers(), count))


def _national_numbers() -> Iterator[str]:
    for day in range(1, 29):
        for serial in range(1, 999):
            first_nine = f"5001{day:02}{serial:03}"
            yield f"{first_nine}{97 - int(first_nine) % 97:02}"
