"""The example that receivers are given to verify signatures with does what it says."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from http_message_signatures import InvalidSignature

from tests.integration.webhooks.verifying import KEY
from webhooks.signing import Post, Signer

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "receive-webhooks.md"
URL = "https://hooks.example.org/ebox"
X = base64.urlsafe_b64encode(KEY.private.public_key().public_bytes_raw()).decode().rstrip("=")
JWKS = {"keys": [{"kid": KEY.key_id, "kty": "OKP", "crv": "Ed25519", "x": X}]}


@pytest.fixture
def example() -> dict[str, Any]:
    """What the page's Python defines."""
    code = PAGE.read_text().partition("```python\n")[2].partition("```")[0]
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(code, PAGE.name, "exec", dont_inherit=True), names)  # noqa: S102 - it is ours
    return names


def check(example: dict[str, Any], post: Post, body: bytes | None = None, jwks: Any = JWKS) -> None:
    """Verify the post as the page says."""
    request = example["Request"](post.method, post.url, post.headers)
    example["verify"](request, post.body if body is None else body, jwks)


def a_post(at: datetime | None = None) -> Post:
    """A signed one."""
    post = Post(URL, b"{}", {"Content-Type": "application/cloudevents+json"})
    Signer(lambda: KEY).sign(post, at or datetime.now(UTC))
    return post


def test_the_example_takes_what_is_ours(example: dict[str, Any]) -> None:
    check(example, a_post())


def test_the_example_refuses_what_is_not(example: dict[str, Any]) -> None:
    post = a_post()
    elsewhere = Post(URL + "/other", post.body, post.headers)
    late = a_post(datetime.now(UTC) - timedelta(minutes=6))
    unsigned = Post(URL, b"{}", {"Content-Type": "application/json"})
    refused: list[tuple[Post, bytes, Any]] = [
        (post, b'{"a": 1}', JWKS),
        (elsewhere, b"{}", JWKS),
        (post, b"{}", {"keys": []}),
        (late, b"{}", JWKS),
        (unsigned, b"{}", JWKS),
    ]
    for one, body, jwks in refused:
        with pytest.raises(InvalidSignature):
            check(example, one, body, jwks)
