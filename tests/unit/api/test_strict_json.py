"""What is not JSON, or says one thing to one reader and another to the next, is refused."""

from __future__ import annotations

import json

import pytest

from tests.unit.api.forms import message
from tests.unit.api.parsing import issues


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "notJson"),
        (b"{} trailing", "notJson"),
        (b'{"subject": NaN}', "notJson"),
        (b'{"subject": -Infinity}', "notJson"),
        (b"\xef\xbb\xbf{}", "notJson"),
        (b'{"subject": "\xff"}', "notUtf8"),
        (b"[" * 10_000, "tooDeep"),
        (b'{"a":' * 10_000, "tooDeep"),
        (b'{"subject": 1, "subject": 2}', "repeatedName"),
        (json.dumps({f"field{n}": 1 for n in range(1000)}).encode(), "tooMany"),
        (b"[]", "schemaViolation"),
        (b"3", "schemaViolation"),
        (b"null", "schemaViolation"),
    ],
)
def test_what_is_not_the_json_of_a_message_is_refused(data: bytes, code: str) -> None:
    assert issues(data) == {"messageToPublish": code}


def test_a_number_of_a_million_digits_is_a_wrong_type_like_any_other() -> None:
    document = json.dumps(message()).encode().replace(b'"PENSION_STATEMENT"', b"9" * 1_000_000)
    assert issues(document) == {"messageToPublish.messageTypeId": "schemaViolation"}
