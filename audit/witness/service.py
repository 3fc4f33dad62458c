"""What a witness decides: whether a checkpoint continues what it cosigned of that log, and then it cosigns.

In the order of C2SP tlog-witness. Comparing with what was cosigned last, and storing what is cosigned now, is
one transaction, and the cosignature is handed out after that is on disk. A witness killed in between has
remembered more than it said, which does no harm: it cosigns the same checkpoint again when asked.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import structlog

from audit.tlog.checkpoints import Checkpoint, CheckpointInvalid, open_checkpoint
from audit.tlog.cosignatures import CosignerKey, cosign
from audit.tlog.encoding import encode_base64
from audit.tlog.merkle import ProofInvalid, verify_consistency
from audit.tlog.notes import Note, NoteMalformed
from audit.witness.errors import (
    ClockWrong,
    NotCosigned,
    OldSizeTooLarge,
    OriginUnknown,
    ProofWrong,
    RequestMalformed,
    RootConflict,
    SignatureMissing,
    SizeConflict,
)
from audit.witness.logs import Logs
from audit.witness.requests import AddCheckpoint
from audit.witness.state import Latest, Refused, State
from domain.clock import Clock

CLOCK_STEP: Final = timedelta(seconds=60)
"""A clock set back by so much is put up with: the time of the last cosignature is said again meanwhile."""

_log = structlog.get_logger(__name__)


class Witness:
    """One key, the logs it watches, and what it remembers of them. For one thread at a time."""

    def __init__(self, key: CosignerKey, logs: Logs, state: State, clock: Clock) -> None:
        self._key = key
        self._logs = logs
        self._state = state
        self._clock = clock

    def add_checkpoint(self, body: bytes) -> str:
        """The lines of the cosignature. Raises `NotCosigned`; `sqlite3.Error` where it cannot remember."""
        request = AddCheckpoint.parse(body)
        checkpoint, text = self._opened(request.checkpoint)
        if request.old_size > checkpoint.size:
            raise OldSizeTooLarge("the old size is larger than the checkpoint's")
        at = self._remember(request, checkpoint)
        return cosign(self._key, text, at).line

    def close(self) -> None:
        """Close the file of what it remembers."""
        self._state.close()

    def _opened(self, note: bytes) -> tuple[Checkpoint, str]:
        try:
            text = Note.parse(note).text
            origin = Checkpoint.parse(text).origin
        except (NoteMalformed, CheckpointInvalid) as error:
            raise RequestMalformed(str(error)) from None
        keys = self._logs.get(origin)
        if keys is None:
            raise OriginUnknown("no such log is watched here")
        try:
            checkpoint, _ = open_checkpoint(note, keys)
        except CheckpointInvalid as error:
            raise SignatureMissing(str(error)) from None
        return checkpoint, text

    def _remember(self, request: AddCheckpoint, checkpoint: Checkpoint) -> datetime:
        """When it was cosigned: now, and this is on disk. Raises `NotCosigned`."""
        with self._state.exclusive() as records:
            latest = records.latest(checkpoint.origin)
            refusal = _objection(latest, checkpoint, request)
            if refusal is None:
                at = self._time_after(records.cosigned_at())
                records.remember(checkpoint.origin, checkpoint.size, checkpoint.root, request.checkpoint, at)
                return at
            if isinstance(refusal, ProofWrong | RootConflict):
                is_fork = isinstance(refusal, RootConflict)
                records.keep(self._evidence(request, checkpoint, latest, is_fork=is_fork))
        raise refusal

    def _time_after(self, last: datetime) -> datetime:
        """Now, and never before the last cosignature: back then this tree was not the largest."""
        now = self._clock.now()
        if now < last - CLOCK_STEP:
            _log.error("witness.clock_is_behind", last_cosignature=last.isoformat())
            raise ClockWrong("the clock is behind the last cosignature; somebody has to set it right")
        return max(now, last)

    def _evidence(
        self, request: AddCheckpoint, checkpoint: Checkpoint, latest: Latest, *, is_fork: bool
    ) -> Refused:
        _log.warning(
            "witness.fork" if is_fork else "witness.unproven",
            origin=checkpoint.origin,
            size=checkpoint.size,
            root=encode_base64(checkpoint.root),
            cosigned_size=latest.size,
        )
        return Refused(
            checkpoint.origin,
            checkpoint.size,
            checkpoint.root,
            is_fork,
            request.checkpoint,
            latest.checkpoint,
            self._clock.now(),
        )


def _objection(latest: Latest, checkpoint: Checkpoint, request: AddCheckpoint) -> NotCosigned | None:
    if request.old_size != latest.size:
        return SizeConflict("the old size is not the one last cosigned", latest.size)
    if checkpoint.size == latest.size and checkpoint.root != latest.root:
        return RootConflict("a tree of this size and another root was cosigned", latest.size)
    if latest.size == 0:  # which everything begins with; a proof would show nothing, so there is none
        return ProofWrong("from the empty tree on there is no proof") if request.proof else None
    try:
        verify_consistency(latest.size, latest.root, checkpoint.size, checkpoint.root, request.proof)
    except ProofInvalid as error:
        return ProofWrong(str(error))
    return None
