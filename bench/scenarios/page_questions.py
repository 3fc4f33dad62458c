"""The questions that pages are asked for with: every filter, at none, a few, some, half and all messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from bench.mailboxes import BEGIN, FIVE, HALF, RARE, SPAN, VALID, application, message_type, word

PAGE_SIZE: Final = 100
_PARTS: Final = {RARE: 0.005, FIVE: 0.05, HALF: 0.5}


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and the part of a mailbox's messages that it is about."""

    name: str
    part: float
    wanted: Mapping[str, Any] = field(default_factory=dict)
    is_deep: bool = False

    def body(self, size: int, number: int) -> dict[str, Any]:
        """The question, put in a way in which it was not put before: `number` counts."""
        asked = {"pageSize": PAGE_SIZE, **self.wanted}
        if "changedAfterPosition" in asked:
            return asked | {"receivedAfter": _moment(BEGIN.replace(year=2000, microsecond=number))}
        if self.is_deep:
            asked["page"] = min(size, 10_000) // PAGE_SIZE
        elif not self.wanted:
            # A further filter would be another question: the total would no longer be known beforehand.
            return {"page": 1 + number % 9, "pageSize": PAGE_SIZE - number // 9 % 9}
        after = asked.get("receivedAfter", BEGIN.replace(year=2000))
        return asked | {"receivedAfter": _moment(after.replace(microsecond=number))}


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")


def _questions() -> list[Question]:
    found = [Question("everything", 1)]
    found += [Question(f"{name}", 0.5, {"readStatus": name == "read"}) for name in ("unread", "read")]
    for part, share in _PARTS.items():
        found.append(Question(f"type, {part}", share, {"messageTypeId": message_type(part)}))
        found.append(Question(f"application, {part}", share, {"senderApplicationId": application(part)}))
    found.append(Question("type, none", 0, {"messageTypeId": "UNKNOWN"}))
    found.append(Question("application, none", 0, {"senderApplicationId": "unknown"}))
    found.append(Question("organisation, all", 1, {"senderOrganizationId": "0206731645"}))
    found.append(Question("organisation, none", 0, {"senderOrganizationId": "0884303369"}))
    found += [Question("registered, 5 %", 0.05, {"isRegisteredMail": True})]
    found += [Question("not registered, 95 %", 0.95, {"isRegisteredMail": False})]
    found += [
        Question("hidden, none", 0, {"visible": False}),
        Question("archived, none", 0, {"archived": True}),
    ]
    for name, share in {"none": 0.0, **_PARTS, "all": 1.0}.items():
        before, after = BEGIN + SPAN * share, BEGIN + SPAN * (1 - share)
        found += [
            Question(f"received before, {name}", share, {"receivedBefore": _moment(before)}),
            Question(f"received after, {name}", share, {"receivedAfter": after}),
            Question(f"expired before, {name}", share, {"expiredBefore": _moment(before + VALID)}),
            Question(f"expired after, {name}", share, {"expiredAfter": _moment(after + VALID)}),
        ]
    found += [_words(f"words, {part}", share, word(part)) for part, share in _PARTS.items()]
    found += [_words("words, none", 0, "afwezig"), _words("words, all", 1, "pensioen")]
    found += [
        _words(f"words + unread, {part}", share / 2, word(part), readStatus=False)
        for part, share in _PARTS.items()
    ]
    found += [
        _words("words + type, 5 % of half", 0.025, word(HALF), messageTypeId=message_type(FIVE)),
        _words("words, of the type's name alone, 5 %", 0.05, "a1-attest"),
        _words("words, of the type's name alone, half", 0.5, "pensioenoverzicht"),
        _words("two letters, half", 0.5, "ss"),
        _words("two letters, rare", 0.005, "ka"),
        _words("two letters, none", 0, "zq"),
    ]
    changed = {"changedAfterPosition": 0}
    found += [Question("changed, all", 1, changed)]
    found += [Question("changed, none", 0, {"changedAfterPosition": 2**40})]
    return [*found, Question("the last page that is counted", 1, is_deep=True)]


def _words(name: str, part: float, words: str, **more: Any) -> Question:
    return Question(name, part, {"q": words, "qlang": "nl", **more})


QUESTIONS: Final = _questions()
