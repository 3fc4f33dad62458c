"""What a partner asks to be published, and the rules it must keep, each named by the caller's own field.

Limits and rules: the e-Box Message Registry's, as the design's contract lists them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from domain.clock import BRUSSELS, end_of_day_in_brussels
from domain.errors import InvalidInput, Issue
from domain.events.message import Addressee, BusinessDatum
from domain.events.reference import Validity
from domain.identifiers import Identifier

MAX_ATTACHMENTS: Final = 6
MAX_TITLE_CHARACTERS: Final = 400
"""Subject, titles and names of business data, in each language."""
MAX_BODY_BYTES: Final = 64 * 1024
MAX_BUSINESS_DATA: Final = 50
MAX_BUSINESS_BYTES: Final = 64 * 1024
"""All business data of a message: a list shows them whole."""
MAX_BUSINESS_VALUE_CHARACTERS: Final = 256
MAX_LABEL_CHARACTERS: Final = 100
MAX_FILE_NAME_CHARACTERS: Final = 255
MAX_AHEAD: Final = timedelta(days=366)
"""How far ahead a publish time may be requested."""

ROOT: Final = "messageToPublish"

_EMPTY = "leave it out or give it a text"


@dataclass(frozen=True, slots=True, repr=False)
class AttachmentDraft:
    """A file as the message's JSON announces it; `part` is the name of the multipart part that carries it."""

    part: str
    is_main: bool
    is_signed: bool
    title: dict[str, str] | None
    sha256: bytes | None


@dataclass(frozen=True, slots=True, repr=False)
class MessageDraft:
    """The JSON of a publication, with types but not yet judged."""

    recipient: Identifier
    subject: dict[str, str]
    message_type: str
    application: str
    attachments: list[AttachmentDraft]
    is_body_main: bool
    body: dict[str, str] | None
    sender: str | None = None
    expires: datetime | None = None
    publish_at: datetime | None = None
    attention_of: Addressee | None = None
    business_data: list[BusinessDatum] = field(default_factory=list)
    non_sensitive_title: dict[str, str] | None = None


def check_draft(draft: MessageDraft) -> None:
    """Every rule that the JSON alone can break; raises `InvalidInput` with an issue for each."""
    issues = [*_texts(draft), *_main_content(draft), *_parts(draft), *_business_data(draft)]
    if issues:
        raise InvalidInput(*issues)


def visible_from(draft: MessageDraft, now: datetime) -> datetime:
    """When the message comes into its reader's sight: at once, or at the publish time if that lies ahead."""
    if draft.publish_at is None or draft.publish_at <= now:
        return now
    if draft.publish_at > now + MAX_AHEAD:
        detail = f"a publish time lies at most {MAX_AHEAD.days} days ahead"
        raise InvalidInput(Issue(f"{ROOT}.requestedPublishTime", "tooFarAhead", detail))
    return draft.publish_at


def expiry(draft: MessageDraft, validity: Validity, visible_at: datetime) -> datetime:
    """When the message ends: the message type's validity, or earlier if the sender says so; never later.

    Both are the end of a day in Europe/Brussels, and count from when its reader can see it.
    """
    latest = end_of_day_in_brussels(_after(visible_at.astimezone(BRUSSELS), validity).date())
    if draft.expires is None:
        return latest
    asked = end_of_day_in_brussels(draft.expires.astimezone(BRUSSELS).date())
    where = f"{ROOT}.expirationDate"
    if asked <= visible_at:
        raise InvalidInput(Issue(where, "inThePast", "the message would expire before anybody could see it"))
    if asked > latest:
        raise InvalidInput(
            Issue(where, "beyondValidity", "the message type's validity may be shortened, never lengthened")
        )
    return asked


def _after(start: datetime, validity: Validity) -> datetime:
    year = start.year + validity.years
    try:
        moved = start.replace(year=year)
    except ValueError:  # 29 February
        moved = start.replace(year=year, day=28)
    return moved + timedelta(days=validity.days)


def _texts(draft: MessageDraft) -> Iterator[Issue]:
    if not draft.subject:
        yield Issue(f"{ROOT}.subject", "required", "give the subject in at least one language")
    yield from _too_long(f"{ROOT}.subject", draft.subject, MAX_TITLE_CHARACTERS)
    yield from _too_long(f"{ROOT}.nonSensitiveTitle", draft.non_sensitive_title, MAX_TITLE_CHARACTERS)
    for index, attachment in enumerate(draft.attachments):
        where = f"{ROOT}.attachments[{index}].attachmentTitle"
        yield from _too_long(where, attachment.title, MAX_TITLE_CHARACTERS)
    for language, text in (draft.body or {}).items():
        where = f"{ROOT}.bodyContent.{language}"
        if not text.strip():
            yield Issue(where, "empty", _EMPTY)
        if len(text.encode()) > MAX_BODY_BYTES:
            yield Issue(where, "tooLong", f"at most {MAX_BODY_BYTES} bytes")
    label = draft.attention_of.label if draft.attention_of else None
    if label is not None:
        yield from _too_long(f"{ROOT}.forTheAttentionOf", {"label": label}, MAX_LABEL_CHARACTERS)


def _too_long(where: str, texts: dict[str, str] | None, limit: int) -> Iterator[Issue]:
    for language, text in (texts or {}).items():
        if not text.strip():
            yield Issue(f"{where}.{language}", "empty", _EMPTY)
        if len(text) > limit:
            yield Issue(f"{where}.{language}", "tooLong", f"at most {limit} characters")


def _main_content(draft: MessageDraft) -> Iterator[Issue]:
    if draft.is_body_main and not draft.body:
        yield Issue(f"{ROOT}.bodyContent", "required", "isBodyMainContent is true, so there must be a body")
    count = sum(one.is_main for one in draft.attachments) + draft.is_body_main
    if count != 1:
        detail = f"exactly one of the body and the attachments is the main content; here {count} are"
        where = f"{ROOT}.attachments" if draft.attachments else f"{ROOT}.isBodyMainContent"
        yield Issue(where, "notOneMainContent", detail)


def _parts(draft: MessageDraft) -> Iterator[Issue]:
    where = f"{ROOT}.attachments"
    if len(draft.attachments) > MAX_ATTACHMENTS:
        yield Issue(where, "tooMany", f"at most {MAX_ATTACHMENTS} attachments")
    seen: set[str] = set()
    for index, one in enumerate(draft.attachments):
        if one.part in seen:
            yield Issue(
                f"{where}[{index}].httpPartName", "repeated", "another attachment names this part too"
            )
        seen.add(one.part)


def _business_data(draft: MessageDraft) -> Iterator[Issue]:
    where = f"{ROOT}.businessDataList"
    if len(draft.business_data) > MAX_BUSINESS_DATA:
        yield Issue(where, "tooMany", f"at most {MAX_BUSINESS_DATA} business data")
    for index, datum in enumerate(draft.business_data):
        yield from _too_long(f"{where}[{index}]", {"key": datum.key}, MAX_BUSINESS_VALUE_CHARACTERS)
        yield from _too_long(f"{where}[{index}].name", datum.name, MAX_TITLE_CHARACTERS)
        if not datum.values:
            yield Issue(f"{where}[{index}].values", "required", "a business datum has at least one value")
        for number, value in enumerate(datum.values):
            path = f"{where}[{index}].values[{number}]"
            if not value:
                yield Issue(path, "required", "give the value in at least one language")
            yield from _too_long(path, value, MAX_BUSINESS_VALUE_CHARACTERS)
    if sum(map(_bytes_of, draft.business_data)) > MAX_BUSINESS_BYTES:
        yield Issue(where, "tooLong", f"at most {MAX_BUSINESS_BYTES} bytes together")


def _bytes_of(datum: BusinessDatum) -> int:
    texts = [
        datum.key,
        *(datum.name or {}).values(),
        *(text for value in datum.values for text in value.values()),
    ]
    return sum(len(text.encode()) for text in texts)
