"""Makes multipart bodies, good and bad, byte by byte."""

from __future__ import annotations

import json
from typing import Any

BOUNDARY = b"----a-boundary"
CONTENT_TYPE = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY.decode()}"}


def message(**changes: Any) -> dict[str, Any]:
    """A good `messageToPublish` with its body as main content."""
    good = {
        "recipient": {"eboxType": "citizen", "ssin": "81050103522"},
        "subject": {"nl": "Uw overzicht"},
        "messageTypeId": "PENSION_STATEMENT",
        "senderApplicationId": "demo.pensions",
        "isBodyMainContent": True,
        "bodyContent": {"nl": "Beste"},
    }
    return good | changes


def with_attachment(**changes: Any) -> dict[str, Any]:
    """A good `messageToPublish` whose main content is the file in `upfile1`."""
    attachments = [{"httpPartName": "upfile1", "isMainContent": True}]
    return message(isBodyMainContent=False, bodyContent=None, attachments=attachments, **changes)


def part(name: str, content: bytes, *headers: bytes, file_name: str | None = None) -> bytes:
    """One part, with its boundary before it."""
    disposition = f'Content-Disposition: form-data; name="{name}"'
    if file_name is not None:
        disposition += f'; filename="{file_name}"'
    head = b"".join(header + b"\r\n" for header in (disposition.encode(), *headers))
    return b"--" + BOUNDARY + b"\r\n" + head + b"\r\n" + content + b"\r\n"


def json_part(document: Any) -> bytes:
    """The part `messageToPublish`."""
    return part("messageToPublish", json.dumps(document).encode(), b"Content-Type: application/json")


def form(*parts: bytes) -> bytes:
    """The whole body."""
    return b"".join(parts) + b"--" + BOUNDARY + b"--\r\n"
