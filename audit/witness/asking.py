"""One witness, as the log that it watches sees it: asked over HTTP, and told where it is behind.

No answer is believed: a cosignature counts when it is the witness's, of this very checkpoint. Redirects are
not followed, and of an answer no more is read than one can be.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from threading import Lock
from time import monotonic
from typing import Final

import httpx
import structlog

from audit.tlog.checkpoints import Checkpoint
from audit.tlog.cosignatures import CosignatureInvalid, WitnessKey, verify_cosignature
from audit.tlog.encoding import parse_decimal
from audit.tlog.notes import Note, NoteMalformed, Signature
from audit.witness.requests import AddCheckpoint
from domain.clock import Clock

Prove = Callable[[int], Sequence[bytes]]
"""The proof that the checkpoint's tree begins with that of so many leaves, at least one."""

TRIES: Final = 3
"""Requests for one checkpoint: what the witness knew may have to be learnt from it first."""

FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 300.0
LARGEST_ANSWER: Final = 16 * 1024
AHEAD: Final = timedelta(seconds=60)
"""How far in the future a cosignature's time may be. Later ones would look fresh long after."""

_SIZE_TYPE: Final = "text/x.tlog.size"
_REASONS: Final = {
    400: "malformed",
    403: "knows_other_keys",
    404: "does_not_watch_this_log",
    422: "holds_another_history",
}

_log = structlog.get_logger(__name__)


class _Failed(Exception):
    """No cosignature; why, in a word for the log."""


class Asking:
    """Remembers how far the witness is, and leaves it alone for a while after a failure."""

    def __init__(self, name: str, vkey: WitnessKey, address: str, http: httpx.Client, clock: Clock) -> None:
        self._name = name
        self._vkey = vkey
        self._address = address
        self._http = http
        self._clock = clock
        self._known_size = 0
        self._failures = 0
        self._due_at = 0.0
        self._told: str | None = None
        self._under_way = Lock()

    @property
    def is_due(self) -> bool:
        """Whether to ask it now: not while an earlier question is open, nor soon after a failure."""
        return not self._under_way.locked() and monotonic() >= self._due_at

    def ask(self, note: bytes, prove: Prove, ends: float) -> Signature | None:
        """Its cosignature of the checkpoint; None where it gives none before `ends` (monotonic).

        Raises what `prove` raises.
        """
        with self._under_way:
            try:
                signature = self._cosignature(note, prove, ends)
            except _Failed as failed:
                self._failed(str(failed))
                return None
            if self._told is not None:
                _log.info("witness.cosigns_again", witness=self._name)
            self._failures, self._told = 0, None
            return signature

    def _cosignature(self, note: bytes, prove: Prove, ends: float) -> Signature:
        text = Note.parse(note).text
        size = Checkpoint.parse(text).size
        reason = "cannot_be_reached"
        for _ in range(TRIES):
            if monotonic() > ends:
                break
            if self._known_size > size:
                # It saw a checkpoint of this log that the log itself no longer knows of.
                self._known_size = 0
                raise _Failed("is_ahead_of_the_log")
            old_size = self._known_size
            proof = tuple(prove(old_size)) if 0 < old_size < size else ()
            try:
                status, content_type, body = self._post(AddCheckpoint(old_size, proof, note).encode(), ends)
            except (httpx.RemoteProtocolError, httpx.ReadError):
                continue  # it had closed the connection meanwhile
            except (httpx.HTTPError, httpx.InvalidURL):
                break
            if status == 200:
                signature = self._checked(text, body)
                self._known_size = size
                return signature
            if status != 409:
                raise _Failed(_REASONS.get(status, f"answers_{status}"))
            self._known_size = _size_of(content_type, body)
            reason = "other_size_each_time"
            if self._known_size == old_size:
                raise _Failed("holds_another_tree_of_this_size")
        raise _Failed(reason)

    def _post(self, body: bytes, ends: float) -> tuple[int, str, bytes]:
        answer = bytearray()
        headers = {"Content-Type": "text/plain; charset=utf-8", "Accept-Encoding": "identity"}
        with self._http.stream("POST", self._address, content=body, headers=headers) as response:
            for chunk in response.iter_raw():
                answer += chunk
                if len(answer) > LARGEST_ANSWER or monotonic() > ends:
                    raise _Failed("answers_without_end")
            return response.status_code, response.headers.get("content-type", ""), bytes(answer)

    def _checked(self, text: str, body: bytes) -> Signature:
        try:
            signatures = Signature.parse_lines(body.decode())
            for signature in signatures:
                if (signature.name, signature.key_id) == (self._vkey.name, self._vkey.key_id):
                    at = verify_cosignature(self._vkey, text, signature)
                    if at > self._clock.now() + AHEAD:
                        raise _Failed("clock_is_ahead")
                    return signature
        except (UnicodeDecodeError, NoteMalformed, CosignatureInvalid):
            raise _Failed("cosignature_is_not_good") from None
        raise _Failed("cosigns_with_another_key")

    def _failed(self, reason: str) -> None:
        pause = min(FIRST_PAUSE * 2 ** min(self._failures, 20), LONGEST_PAUSE)
        self._due_at = monotonic() + pause * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, hides nothing
        self._failures += 1
        if reason != self._told:
            _log.warning("witness.does_not_cosign", witness=self._name, reason=reason)
            self._told = reason


def _size_of(content_type: str, body: bytes) -> int:
    if content_type.partition(";")[0].strip().lower() == _SIZE_TYPE and body.endswith(b"\n"):
        with suppress(ValueError):
            return parse_decimal(body[:-1].decode("ascii"))
    raise _Failed("conflict_without_a_size")
