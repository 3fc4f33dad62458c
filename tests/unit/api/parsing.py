"""Reads a `messageToPublish`, or tells what is wrong with it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from api.schemas.publish import parse_message
from domain.draft import MessageDraft
from domain.errors import InvalidInput


def parsed(document: Any) -> MessageDraft:
    return parse_message(json.dumps(document).encode())[0]


def issues(data: bytes | dict[str, Any]) -> dict[str, str]:
    """The refused fields, each with its code."""
    with pytest.raises(InvalidInput) as refusal:
        parse_message(data if isinstance(data, bytes) else json.dumps(data).encode())
    return {issue.field: issue.code for issue in refusal.value.issues}
