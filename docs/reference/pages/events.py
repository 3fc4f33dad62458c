"""`events.md`: every event that a log can hold, by stream, with its fields and whose data they are."""

from __future__ import annotations

import dataclasses
import inspect
import types
import typing
from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from typing import Any, Final

from docs.reference.pages.tables import page, prose, table
from domain.events.base import EVENTS, Event, FirstEvent
from domain.personal import Erasure, OwnedBy

OWNERS: Final = {
    "party_id": "the mailbox's owner (of a kept document: its sender)",
    "actor_party": "whoever acted",
}
"""Whose the datum is, by the field that names the party."""

STREAMS: Final = {
    "access": "one for each access",
    "access_denied": "one for each refusal",
    "audit": "one for each look",
    "audit_log": "one: what the audit log says of itself",
    "auditor": "one for each auditor",
    "document": "one for each document that a sender keeps with us",
    "enterprise": "one for each enterprise with partitions or roles",
    "erasure": "one for each request to erase a mailbox's owner",
    "mailbox": "one for each mailbox; its id is the mailbox's",
    "message": "one for each message; its id is the publication's, or made of that and the mailbox's",
    "notification": "one for each mail that somebody is to get; its id is in the mail's Message-ID",
    "officer": "one for each officer who approves erasures",
    "publication": "one for each publication that went to more than one mailbox",
    "retention": "one for each step of the access history's beginning; its id is made of the moment",
    "scope": "one for each scope that an auditor asked for",
    "sender": "one for each partner organisation",
    "site": "one for each integrating site",
}
"""What a stream is about."""


INTRODUCTION: Final = """\
# Events

What the event store holds: facts in the past tense, never changed and never removed. Every event has,
besides its own fields, `originator_id` (the stream), `originator_version` (its place in the stream, from
1), `timestamp` (when it became true: UTC, microseconds) and `event_id` (its name for ever).

● marks a personal field: it is ciphertext in the store, under the key of the party that is named, and reads
as erased once that key is destroyed. Any personal field may also be empty. [How to add or change an
event](../howto/add-an-event.md).
"""


def events() -> str:
    """The page."""
    streams: dict[str, list[type[Event]]] = {}
    for topic, event in sorted(EVENTS.items()):
        streams.setdefault(topic.partition(".")[0], []).append(event)
    records = _records(list(EVENTS.values()))
    return page(
        INTRODUCTION,
        *_contents(streams),
        *(line for name, members in streams.items() for line in _stream(name, members)),
        "",
        "## Records",
        "",
        "What several fields together say; they are part of the events above.",
        *(line for record in records for line in _record(record)),
    )


def _contents(streams: dict[str, list[type[Event]]]) -> list[str]:
    rows = []
    for name, members in streams.items():
        topics = ", ".join(f"[`{one.TOPIC.partition('.')[2]}`](#{_anchor(one.TOPIC)})" for one in members)
        rows.append((f"`{name}`", STREAMS[name], topics))
    return table(("stream", "how many", "events"), rows)


def _anchor(heading: str) -> str:
    return heading.replace(".", "").lower()


def _stream(name: str, members: list[type[Event]]) -> Iterator[str]:
    yield from ("", f"## {name}")
    for event in sorted(members, key=lambda one: not issubclass(one, FirstEvent)):
        begins = ", begins the stream" if issubclass(event, FirstEvent) else ""
        yield from ("", f"### {event.TOPIC}", "", f"Version {getattr(event, 'class_version', 1)}{begins}.")
        yield from ("", prose(event.__doc__), "")
        yield from _fields(event, list(event.__annotations__))


def _record(record: type[Any]) -> Iterator[str]:
    yield from ("", f"### {record.__name__}", "", prose(record.__doc__), "")
    if issubclass(record, Enum):
        yield ", ".join(f"`{member.value}`" for member in record)
    else:
        yield from _fields(record, [field.name for field in dataclasses.fields(record)])


def _fields(owner: type[Any], names: list[str]) -> list[str]:
    hints = typing.get_type_hints(owner, include_extras=True)
    rows = [(f"`{name}`", *_typed(hints[name])) for name in names if name != "TOPIC"]
    return table(("field", "type", "personal"), rows) if rows else []


def _typed(hint: Any) -> tuple[str, str]:
    """How a type is written, and whose datum it is."""
    if typing.get_origin(hint) is not typing.Annotated:
        return _spelled(hint), ""
    inner, *marks = typing.get_args(hint)
    parts = [one for one in _alternatives(inner) if one not in (types.NoneType, Erasure) and not _erased(one)]
    owner = next(mark.attribute for mark in marks if isinstance(mark, OwnedBy))
    return " or ".join(map(_spelled, parts)), f"● {OWNERS[owner]}"


def _erased(hint: Any) -> bool:
    return typing.get_origin(hint) is typing.Literal


def _alternatives(hint: Any) -> tuple[Any, ...]:
    return typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, types.UnionType) else (hint,)


def _spelled(hint: Any) -> str:
    parts = _alternatives(hint)
    if len(parts) > 1:
        return " or ".join("nothing" if one is types.NoneType else _spelled(one) for one in parts)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is list:
        return f"list of {_spelled(arguments[0])}"
    if origin is dict:
        return "JSON object" if arguments[1] is Any else f"{_spelled(arguments[1])}s by key"
    return (
        f"[{hint.__name__}](#{_anchor(hint.__name__)})" if _is_ours(hint) else WORDS.get(hint, hint.__name__)
    )


WORDS: Final = {str: "text", int: "whole number", bool: "true or false", datetime: "time (UTC)"}


def _is_ours(hint: Any) -> bool:
    return inspect.isclass(hint) and hint.__module__.startswith("domain.")


def _records(owners: list[type[Any]]) -> list[type[Any]]:
    """The records and enumerations that the fields of these are made of, by name."""
    found: dict[str, type[Any]] = {}
    waiting = list(owners)
    while waiting:
        owner = waiting.pop()
        names = owner.__annotations__ if not issubclass(owner, Enum) else {}
        hints = typing.get_type_hints(owner, include_extras=True) if names else {}
        for name in names:
            for one in _classes_in(hints[name]):
                if one.__name__ not in found:
                    found[one.__name__] = one
                    waiting.append(one)
    return [found[name] for name in sorted(found)]


def _classes_in(hint: Any) -> Iterator[type[Any]]:
    if _is_ours(hint) and hint is not Erasure and not issubclass(hint, OwnedBy):
        yield hint
    for argument in typing.get_args(hint):
        if typing.get_origin(hint) is not typing.Literal:
            yield from _classes_in(argument)
