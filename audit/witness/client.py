"""Asks the witnesses of a policy to cosign a checkpoint, on behalf of the log that made it.

All of them at once. It comes back when the quorum is met, and those that are quick have had a moment more:
one that hangs keeps nobody waiting. Who fails is left alone for a while, longer each time.
"""

from __future__ import annotations

import ssl
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from time import monotonic

import httpx

from audit.tlog.notes import Note, Signature
from audit.tlog.policies import NONE, KnownWitness, Policy
from audit.witness.asking import Asking, Prove
from domain.clock import Clock


@dataclass(frozen=True, slots=True)
class AskingLimits:
    """Seconds: for a connection, for each read or write, for everything, and for the slower ones after the
    quorum is met.
    """

    connect_seconds: float = 3.0
    answer_seconds: float = 5.0
    whole_seconds: float = 10.0
    grace_seconds: float = 0.25


class Witnesses:
    """Those of a policy that have a URL. `submit` is for one thread at a time."""

    def __init__(
        self, policy: Policy, clock: Clock, trust: ssl.SSLContext, limits: AskingLimits | None = None
    ) -> None:
        """`trust`: whom https believes. Raises ValueError where nobody can be asked."""
        asked = [(witness, _address(witness)) for witness in policy.witnesses if witness.url is not None]
        if policy.quorum != NONE and not asked:
            raise ValueError("a quorum is wanted, and no witness has a URL to be asked at")
        self._policy = policy
        self._limits = limits or AskingLimits()
        self._http = httpx.Client(
            verify=trust,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(self._limits.answer_seconds, connect=self._limits.connect_seconds),
            limits=httpx.Limits(keepalive_expiry=4.0),  # servers commonly close after five seconds
        )
        self._askings = [
            Asking(witness.name, witness.vkey, address, self._http, clock) for witness, address in asked
        ]
        self._threads = ThreadPoolExecutor(max(1, len(asked)), thread_name_prefix="witness")

    def submit(self, note: bytes, prove: Prove) -> list[str]:
        """The lines of those cosignatures that came in time, each checked.

        Blocks for some seconds at most. Raises what `prove` raises; a witness that is away, or does not
        cosign, is never an error.
        """
        ends = monotonic() + self._limits.whole_seconds
        due = [asking for asking in self._askings if asking.is_due]
        pending = {self._threads.submit(asking.ask, note, prove, ends) for asking in due}
        cosigned: list[Signature] = []
        until = ends
        while pending and (left := until - monotonic()) > 0:
            done, pending = wait(pending, left, FIRST_COMPLETED)
            cosigned += [signature for one in done if (signature := one.result()) is not None]
            if until == ends and self._is_enough(note, cosigned):
                until = min(ends, monotonic() + self._limits.grace_seconds)
        return [signature.line for signature in cosigned]

    def close(self) -> None:
        """Ask nobody any more; what is under way is left behind."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._http.close()

    def _is_enough(self, note: bytes, cosigned: list[Signature]) -> bool:
        together = Note.parse(note).with_signatures(cosigned)
        return bool(cosigned) and self._policy.judge(together.encode()).is_satisfied


def _address(witness: KnownWitness) -> str:
    """Where to post. Raises ValueError."""
    try:
        url = httpx.URL(f"{(witness.url or '').rstrip('/')}/add-checkpoint")
        is_usable = url.scheme in {"https", "http"} and bool(url.host) and not (url.userinfo or url.fragment)
    except (httpx.InvalidURL, UnicodeError):
        is_usable = False
    if not is_usable:
        raise ValueError(f"the URL of the witness {witness.name!r} is none that can be posted to")
    return str(url)
