"""The promise that a sender gets with the answer to a publication: that the event will be in the audit log.

It is a signed note (C2SP `signed-note`) by a key of its own, so that a sender can hold it against eBox, which
cannot deny it later. Its text:

    eBox promise of <origin of the log>
    publication <message id> event <event id> position <n> accepted <time> logged by <time>

with one such line for each publication that it is for. The key's name is that origin with `/promises` behind
it: no promise can be taken for a checkpoint, and no checkpoint for a promise.

In normal running the event is in the log a second later, and certainly within a minute. What is promised is
24 hours: the log may stand still while an operator mends something, and eBox promises no more than it can
keep. A promise is kept when there is a proof of the entry, taken by then; `check` compares the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

import msgspec

from application.accepted import Accepted
from audit import leaf
from audit.tlog.checkpoints import CheckpointInvalid
from audit.tlog.merkle import ProofInvalid
from audit.tlog.notes import Note, NoteMalformed, SignatureInvalid, SignerKey, VerifierKey, sign_note
from audit.tlog.proofs import ProofMalformed, TlogProof
from domain.errors import Retryable
from domain.events.message import MessagePublished

WITHIN: Final = timedelta(hours=24)
"""From the acceptance of a publication to its place in the log, at the longest."""

_BEGINNING: Final = "eBox promise of "
_KEY_OF: Final = "/promises"
_TIME: Final = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z"
_UUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_LINE: Final = re.compile(
    rf"publication ({_UUID}) event ({_UUID}) position ([1-9]\d{{0,18}}) "
    rf"accepted ({_TIME}) logged by ({_TIME})",
    re.ASCII,
)


class PromiseInvalid(ValueError):
    """Not a promise, or not one that a known key signed; says why."""


class PromiseBroken(ValueError):
    """The proof shows something else than what was promised; says what."""


@dataclass(frozen=True, slots=True)
class Promised:
    """One publication of a promise, and until when its event was to be in the log."""

    accepted: Accepted
    by: datetime

    @property
    def line(self) -> str:
        """As it stands in the promise."""
        one = self.accepted
        return (
            f"publication {one.message_id} event {one.event_id} position {one.position} "
            f"accepted {_written(one.at)} logged by {_written(self.by)}"
        )


class PromiseKeySource(Protocol):
    """Where promises' keys are kept."""

    async def current(self) -> SignerKey:
        """The key that signs now. Raises `Retryable`."""
        ...

    async def published(self) -> Sequence[VerifierKey]:
        """Every key whose promises still count, that which signs now first. Raises `Retryable`."""
        ...


class Promises:
    """Makes promises about one log."""

    def __init__(self, origin: str, keys: PromiseKeySource) -> None:
        self._origin = origin
        self._keys = keys

    async def about(self, accepted: Sequence[Accepted]) -> str | None:
        """The promise about these publications, which the event store has.

        None where there are none, or where nobody can sign now: a publication that is kept for good is
        answered all the same, and a repeat of the request gives the promise.
        """
        if not accepted:
            return None
        try:
            key = await self._keys.current()
        except Retryable:
            return None
        return promise(self._origin, accepted, key)

    async def vkeys(self) -> Sequence[VerifierKey]:
        """What checks promises, the current key first. Raises `Retryable`."""
        return await self._keys.published()


def key_name(origin: str) -> str:
    """The name of the keys that sign promises about the log of this origin."""
    return origin + _KEY_OF


def promise(origin: str, accepted: Sequence[Accepted], key: SignerKey) -> str:
    """The promise about these publications, signed."""
    lines = [Promised(one, one.at + WITHIN).line for one in accepted]
    return sign_note("\n".join((_BEGINNING + origin, *lines, "")), key).encode().decode()


def read(note: bytes | str, keys: Iterable[VerifierKey]) -> list[Promised]:
    """What is promised. Raises `PromiseInvalid` unless one of the keys signed it under the right name."""
    return _opened(note, keys)[1]


def _opened(note: bytes | str, keys: Iterable[VerifierKey]) -> tuple[str, list[Promised]]:
    """About which log, and what."""
    try:
        parsed = Note.parse(note)
        first, *lines = parsed.text.removesuffix("\n").split("\n")
        if not first.startswith(_BEGINNING) or not lines:
            raise PromiseInvalid("this is no promise")
        origin = first.removeprefix(_BEGINNING)
        signers = parsed.signers([key for key in keys if key.name == key_name(origin)])
    except (NoteMalformed, SignatureInvalid) as error:
        raise PromiseInvalid(str(error)) from error
    if not signers:
        raise PromiseInvalid("no known key signed this promise")
    return origin, [_promised(line) for line in lines]


def check(note: bytes | str, keys: Sequence[VerifierKey], proof: bytes) -> Promised:
    """That a promise was kept for the publication that the proof is of.

    `keys`: those of promises and of the log. `proof`: a `tlog-proof` file with the entry in `extra`. Raises
    `PromiseInvalid` where one of the two is not what it should be, `PromiseBroken` where both are good and
    the log has it otherwise than promised.
    """
    origin, lines = _opened(note, keys)
    promised = {str(one.accepted.event_id): one for one in lines}
    entry = _proven_entry(proof, [key for key in keys if key.name == origin])
    found = promised.get(entry.event)
    if found is None:
        raise PromiseInvalid("the proof is of another event than those promised")
    one = found.accepted
    if (entry.kind, entry.position) != (MessagePublished.TOPIC, one.position):
        raise PromiseBroken(f"the log has the event as {entry.kind} at position {entry.position}")
    if _moment(entry.time) != one.at:
        raise PromiseBroken("the log has the event with another time than that of its acceptance")
    if _moment(entry.logged) > found.by:
        raise PromiseBroken(f"it was logged at {entry.logged}, later than promised")
    return found


def _proven_entry(proof: bytes, keys: Sequence[VerifierKey]) -> leaf.Entry:
    try:
        parsed = TlogProof.parse(proof)
        if parsed.extra is None:
            raise PromiseInvalid("the proof has no entry with it")
        parsed.verify(parsed.extra, keys)
        return leaf.decode(parsed.extra)
    except (ProofMalformed, ProofInvalid, CheckpointInvalid) as error:
        raise PromiseInvalid(f"the proof is not good: {error}") from error
    except msgspec.DecodeError as error:
        raise PromiseInvalid("the proof's entry is none of an eBox log") from error


def _promised(line: str) -> Promised:
    found = _LINE.fullmatch(line)
    if found is None:
        raise PromiseInvalid("a line of the promise is not of its form")
    message, event, position, accepted, by = found.groups()
    try:
        return Promised(Accepted(UUID(message), UUID(event), int(position), _moment(accepted)), _moment(by))
    except ValueError:
        raise PromiseInvalid("a time in the promise does not exist") from None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
