"""What the entries of a partners file are made of: texts by language, ids, addresses."""

from __future__ import annotations

import re
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from domain.identifiers import ClientIdentifier, EnterpriseNumber

LANGUAGES: Final = frozenset({"nl", "fr", "de", "en"})
RESERVED: Final = frozenset({"ebox-portal"})
"""Names that access records have for our own portal: nobody else's looks may go by them."""
MAX_TEXT: Final = 1000
MAX_URL: Final = 2000

_SAFE_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]*", re.ASCII)
_THIS_MACHINE: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class Entry(BaseModel):
    """Any entry of the file: no unknown fields. What is wrong is never repeated: it may be a number."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=to_camel, hide_input_in_errors=True
    )


def _in_known_languages(texts: dict[str, str]) -> dict[str, str]:
    if not texts or not texts.keys() <= LANGUAGES:
        raise ValueError(
            f"give a text in one or more of {', '.join(sorted(LANGUAGES))}, and no other language"
        )
    return texts


def _not_ours(client_id: str) -> str:
    if client_id in RESERVED:
        raise ValueError("this name is eBox's own")
    return client_id


def _safe_id(text: str) -> str:
    if not _SAFE_ID.fullmatch(text):
        raise ValueError("letters, digits, `.`, `_`, `~` and `-`, and a letter or digit first")
    return text


def _is_safe_redirect(uri: str) -> str:
    if not _is_https_or_local(uri) or urlsplit(uri).fragment:
        raise ValueError(
            "an https:// address (http:// on this machine alone) without a fragment (RFC 6749 §3.1.2)"
        )
    return uri


def _is_webhook(uri: str) -> str:
    parts = urlsplit(uri)
    if not _is_https_or_local(uri) or parts.fragment or parts.username is not None:
        raise ValueError(
            "an https:// address (http:// on this machine alone) without a fragment, a user or a password"
        )
    return uri


def _is_page(uri: str) -> str:
    parts = urlsplit(uri)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        raise ValueError("an http(s):// address without a user or a password")
    return uri


def _is_https_or_local(uri: str) -> bool:
    parts = urlsplit(uri)
    is_local = parts.scheme == "http" and parts.hostname in _THIS_MACHINE
    return bool(parts.hostname) and (parts.scheme == "https" or is_local)


Texts = Annotated[
    dict[str, Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]], AfterValidator(_in_known_languages)
]
Number = Annotated[str, AfterValidator(lambda text: EnterpriseNumber(text).number)]
ClientId = Annotated[
    str, AfterValidator(lambda text: ClientIdentifier(text).number), AfterValidator(_not_ours)
]
ReferenceId = Annotated[str, Field(min_length=1, max_length=100)]
"""The id of an application or a message type."""
SafeId = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_safe_id)]
"""The id of something smaller: it may stand in an address as it is."""
RedirectUri = Annotated[str, AfterValidator(_is_safe_redirect)]
WebhookUrl = Annotated[str, Field(max_length=MAX_URL), AfterValidator(_is_webhook)]
PageUrl = Annotated[str, Field(max_length=MAX_URL), AfterValidator(_is_page)]
PageUrls = Annotated[dict[str, PageUrl], AfterValidator(_in_known_languages)]
Contact = Annotated[str, Field(min_length=1, max_length=500)]
"""A help desk: an address, a number, a form. Never a person."""
