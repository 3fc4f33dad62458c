"""The rules that the JSON of a publication can break by itself, each named by the caller's own field."""

from __future__ import annotations

from collections.abc import Iterator

from domain.draft import (
    MAX_ATTACHMENTS,
    MAX_BODY_BYTES,
    MAX_BUSINESS_BYTES,
    MAX_BUSINESS_DATA,
    MAX_BUSINESS_VALUE_CHARACTERS,
    MAX_LABEL_CHARACTERS,
    MAX_TITLE_CHARACTERS,
    ROOT,
    AttachmentDraft,
    MessageDraft,
)
from domain.errors import InvalidInput, Issue
from domain.events.message import BusinessDatum

_EMPTY = "leave it out or give it a text"


def check_draft(draft: MessageDraft) -> None:
    """Raise `InvalidInput` with an issue for each rule that is broken."""
    if issues := draft_issues(draft):
        raise InvalidInput(*issues)


def draft_issues(draft: MessageDraft) -> list[Issue]:
    """An issue for each rule that is broken."""
    return [*_texts(draft), *_main_content(draft), *_parts(draft), *_business_data(draft)]


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
        yield from _source(f"{where}[{index}]", one)
        if one.part is not None and one.part in seen:
            yield Issue(
                f"{where}[{index}].httpPartName", "repeated", "another attachment names this part too"
            )
        seen.add(one.part or "")


def _source(where: str, attachment: AttachmentDraft) -> Iterator[Issue]:
    if attachment.part is None and attachment.document_id is None:
        yield Issue(f"{where}.httpPartName", "required", "give httpPartName, or documentId in its place")
    elif attachment.part is not None and attachment.document_id is not None:
        yield Issue(f"{where}.documentId", "notBoth", "give httpPartName or documentId, not both")


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
