"""Asks witnesses for their cosignatures, beside the work: a checkpoint is out before they are asked.

Only the newest checkpoint is asked for, again and again until the policy's quorum is met. While witnesses are
slow or away the log goes on; what they cosigned is added to the checkpoint as long as there is no newer one,
and kept as `checkpoint-witnessed` where the quorum is met.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from threading import Condition, Thread
from typing import Final, Protocol

import structlog

from audit.logfiles.port import LogFiles
from audit.sequencer.errors import Interrupted
from audit.sequencer.publishing import Publisher
from audit.tlog.checkpoints import Checkpoint, CheckpointInvalid
from audit.tlog.notes import Note, NoteMalformed, Signature
from audit.tlog.policies import Policy
from audit.tlog.tree import TileInvalid, TileMissing, TileTree
from domain.causes import cause_of
from domain.errors import Retryable

APART_SECONDS: Final = 1.0
"""A busy log does not ask more often than so."""
AGAIN_SECONDS: Final = (2.0, 5.0, 15.0, 60.0)
"""When the same checkpoint is asked for again, while nothing newer came."""

_STOP_SECONDS: Final = 5.0
_log = structlog.get_logger(__name__)

Prove = Callable[[int], Sequence[bytes]]
"""The proof that the checkpoint's tree begins with that of so many leaves (at least one)."""


class Cosigning(Protocol):
    """All witnesses of a policy, over HTTP: `audit.witness.client`."""

    def submit(self, note: bytes, prove: Prove) -> Sequence[str]:
        """The signature lines of those witnesses that cosigned this checkpoint, checked.

        Blocks, for some seconds at most. One that is away or refuses gives none: that is never an error.
        """
        ...


class Witnessing:
    """A thread of its own that asks. `offer` may be called by any thread, and returns at once."""

    def __init__(self, cosigning: Cosigning, policy: Policy, files: LogFiles) -> None:
        self._cosigning = cosigning
        self._policy = policy
        self._files = files
        self._publisher: Publisher | None = None
        self._newest: bytes | None = None
        self._changed = Condition()
        self._stopped = False
        self._thread: Thread | None = None

    def start(self, publisher: Publisher) -> None:
        """Ask for what this publisher publishes from now on."""
        self._publisher = publisher
        if self._thread is None:
            self._thread = Thread(target=self._run, name="witnessing", daemon=True)
            self._thread.start()

    def offer(self, note: bytes) -> None:
        """This checkpoint is the newest one."""
        with self._changed:
            self._newest = note
            self._changed.notify()

    def stop(self) -> None:
        """End, after the question that is under way, or leave it behind after some seconds."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        asked: bytes | None = None
        failures = 0
        while True:
            note = self._next(asked, failures)
            if note is None:
                return
            failures = 0 if note != asked else failures
            asked = note
            failures = -1 if self._ask(note) else failures + 1
            self._rest()

    def _next(self, asked: bytes | None, failures: int) -> bytes | None:
        """What to ask for now; None when stopped. `failures`: of what was asked last; -1 where it is done."""
        pause = None if failures <= 0 else AGAIN_SECONDS[min(failures, len(AGAIN_SECONDS)) - 1]
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or self._newest != asked, pause)
            return None if self._stopped else self._newest

    def _rest(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopped, APART_SECONDS)

    def _ask(self, note: bytes) -> bool:
        """Whether nothing more is to be asked about this checkpoint."""
        try:
            size = Checkpoint.parse(Note.parse(note).text).size
            prove = partial(_consistency, TileTree(self._files.read, size))
            lines = self._cosigning.submit(note, prove)
            cosigned = Note.parse(note).with_signatures([Signature.parse(line) for line in lines])
            is_satisfied = self._policy.judge(cosigned.encode()).is_satisfied
            self._publish(cosigned, is_satisfied=is_satisfied)
        except (NoteMalformed, CheckpointInvalid) as error:
            _log.warning("witnesses.useless_answer", error=type(error).__name__)
            return False
        except (Retryable, Interrupted, TileMissing, TileInvalid) as error:
            _log.warning("witnesses.interrupted", error=type(error).__name__, cause=cause_of(error))
            return False
        return is_satisfied

    def _publish(self, cosigned: Note, *, is_satisfied: bool) -> None:
        publisher = self._publisher
        if publisher is None:
            return
        publisher.show_cosigned(cosigned)
        if is_satisfied:
            publisher.keep_witnessed(cosigned.encode())


def _consistency(tree: TileTree, old_size: int) -> list[bytes]:
    return tree.consistency(old_size)
