"""Is everybody told who is to be told, once? A mail may come again, but then it is the same mail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from tests.faults.findings import Finding
from tests.faults.log_facts import LogFacts, Told

NEW_DOCUMENT = "new_document"
_SETTLED = frozenset({"sent", "cancelled"})
_AFTER_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail that a server has taken: the part of its Message-ID before the @, and to whom."""

    message_id: str
    to: str


@dataclass
class MailCheck:
    """What the checker knows besides the log and the mails.

    `expected`: messages whose owner is to be told. `refusals`: when the relay refused for good, from and to,
    in seconds since 1970: only what was tried then may have failed.
    """

    expected: Sequence[UUID]
    refusals: Sequence[tuple[float, float]] = ()
    is_final: bool = True
    """Whether there was time enough for everything to be sent."""
    waiting: int = field(default=0, init=False)
    """How many notifications have not come to their end; none where this is final."""
    repeats: int = field(default=0, init=False)

    def check(self, facts: LogFacts, mails: Iterable[Mail]) -> Iterator[Finding]:
        """Compare publications, notifications and mails."""
        streams: dict[UUID, list[Told]] = {}
        for told in facts.told:
            streams.setdefault(told.notification_id, []).append(told)
        copies: dict[str, int] = {}
        for mail in mails:
            copies[mail.message_id] = copies.get(mail.message_id, 0) + 1
        self.repeats = sum(copies.values()) - len(copies)
        queued: dict[UUID | None, list[UUID]] = {}
        for stream, events in streams.items():
            if events[0].topic == "queued" and events[0].kind == NEW_DOCUMENT:
                queued.setdefault(events[0].message_id, []).append(stream)
        for message in self.expected:
            yield from self._check(message, queued.get(message, []), streams, copies, facts)
        known = {str(stream) for stream in streams}
        for name in copies.keys() - known:
            yield Finding("surplus", f"a mail {name} of which the log knows nothing")

    def _check(
        self,
        message: UUID,
        queued: list[UUID],
        streams: dict[UUID, list[Told]],
        copies: dict[str, int],
        facts: LogFacts,
    ) -> Iterator[Finding]:
        if not queued:
            self.waiting += 1
            if self.is_final:
                yield Finding("not told", f"no notification of {message} is on record")
            return
        if len(queued) > 1:
            yield Finding("told twice", f"{len(queued)} notifications of {message}")
        (stream, *_) = queued
        events = streams[stream]
        outcomes = [one for one in events if one.topic in _SETTLED or one.permanent]
        if len(outcomes) > 1:
            yield Finding("told twice", f"{len(outcomes)} outcomes of notification {stream}")
        if not outcomes:
            self.waiting += 1
            if self.is_final:
                yield Finding("not told", f"notification {stream} of {message} has no outcome")
            return
        yield from self._judge(message, outcomes[0], copies, facts)

    def _judge(
        self, message: UUID, outcome: Told, copies: dict[str, int], facts: LogFacts
    ) -> Iterator[Finding]:
        name = f"notification {outcome.notification_id} of {message}"
        if outcome.topic == "sent":
            if self.is_final and not copies.get(str(outcome.notification_id)):
                yield Finding("not told", f"{name} is on record as sent, and no mail came")
        elif outcome.topic == "cancelled":
            opened = facts.opened.get(message)
            if opened is None or opened > outcome.at:
                yield Finding("not told", f"{name} was cancelled, and nobody had opened the message")
        elif not self._was_refused_then(outcome):
            yield Finding("not told", f"{name} was given up ({outcome.smtp_code}) without a relay's refusal")

    def _was_refused_then(self, outcome: Told) -> bool:
        return any(start <= outcome.at <= end + _AFTER_SECONDS for start, end in self.refusals)
