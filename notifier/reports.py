"""What a mail that came back says: a delivery status notification (RFC 3464), in the styles that there are.

Read are two fields, `Action` and `Status`. What is not such a report (an automatic answer, a server's own
prose) says nothing that could be relied on.

Anybody who got a mail of ours may send one, and the parser's work grows with the depth of what it is given,
times its lines. So it is given the beginning alone, where the report is, and nothing that nests deep.
"""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import Message
from enum import StrEnum
from typing import Final

from notifier.statuses import status_at_start


class Fate(StrEnum):
    """What became of a mail, as a report has it."""

    FAILED = "failed"
    DELAYED = "delayed"


_UNSPECIFIC = {Fate.FAILED: "5.0.0", Fate.DELAYED: "4.0.0"}

LOOKED_AT: Final = 64 * 1024
"""Octets. The delivery status comes second (RFC 3464 §2), before the mail that is returned with it."""
_MOST: Final = {b"boundary": 30, b"message/": 30, b";": 5_000}
"""How often these may be there: the first two bound the depth, the last what one header costs to take apart.
A report that returns a mail within a mail has a handful of the two; a page of HTML may have many of the last.
"""


@dataclass(frozen=True, slots=True)
class Report:
    """`status` is an enhanced code (RFC 3463)."""

    fate: Fate
    status: str


def read_report(content: bytes) -> Report | None:
    """The report that a mail is; None where it is none, or tells of neither failure nor delay.

    Of several recipients (an address may stand for more) one failure counts for all. Takes half a second at
    most; raises what the parser raises where its own faults are met.
    """
    beginning = content[:LOOKED_AT]
    if len(beginning) < len(content):
        beginning = beginning[: beginning.rfind(b"\n") + 1]  # half a line may say something else
    lowered = beginning.lower()
    if any(lowered.count(word) > most for word, most in _MOST.items()):
        return None
    reports = list(_reports(beginning))
    failed = next((report for report in reports if report.fate is Fate.FAILED), None)
    return failed or next(iter(reports), None)


def _reports(content: bytes) -> Iterator[Report]:
    mail = email.message_from_bytes(content, policy=email.policy.compat32)
    if mail.get_content_type() != "multipart/report" or not mail.is_multipart():
        return
    statuses = (part for part in _inside(mail) if part.get_content_type() == "message/delivery-status")
    for status in statuses:
        # The first group is about the mail, each of the others about one recipient (RFC 3464 §2.1).
        for group in _inside(status)[1:]:
            report = _report(group)
            if report is not None:
                yield report


def _inside(part: Message) -> Sequence[Message]:
    """The part's parts; of a delivery status its groups of fields."""
    parts = part.get_payload()
    return [one for one in parts if isinstance(one, Message)] if isinstance(parts, list) else []


def _report(recipient: Message) -> Report | None:
    action = str(recipient.get("Action", "")).partition("(")[0].strip().lower()
    if action not in set(Fate):
        return None
    fate = Fate(action)
    status = status_at_start(str(recipient.get("Status", ""))) or _UNSPECIFIC[fate]
    if status.endswith(".0.0"):
        status = _diagnosed(str(recipient.get("Diagnostic-Code", ""))) or status
    return Report(fate, status)


def _diagnosed(diagnostic: str) -> str | None:
    """The other server's own code, where the reporting one only says `5.0.0`: `smtp; 550 5.1.1 …`."""
    kind, _, answer = diagnostic.partition(";")
    reply, _, text = answer.strip().replace("-", " ", 1).partition(" ")
    return status_at_start(text) if kind.strip().lower() == "smtp" and reply.isdecimal() else None
