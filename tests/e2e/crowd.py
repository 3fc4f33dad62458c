"""Many partners publish at once, for as long as they are answered, and remember what they were told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any

import httpx

from tests.e2e.caller import MESSAGES, TIMEOUT, TLS, Caller, announcement, form, with_document
from tests.pdfs import make_pdf

PDF = make_pdf(size=40_000)
MOST = 2_000
"""No publisher sends more: a crowd that is never interrupted ends."""


def request_of(key: str) -> dict[str, Any]:
    """The publication with this key: every second one has a document. Its subject is its key."""
    has_document = key.endswith(("1", "3", "5", "7", "9"))
    message = (with_document if has_document else announcement)(subject={"en": key})
    return form(message, PDF if has_document else None)


@dataclass
class Crowd:
    """`size` publishers. `acknowledged` maps keys to message ids; `unanswered` were sent, to no known end."""

    partner: Caller
    size: int
    acknowledged: dict[str, str] = field(default_factory=dict)
    unanswered: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)
    _enough: Event = field(default_factory=Event)

    def publish_until_cut_off(self, turn: int, acknowledgements: int, cut_off: Callable[[], None]) -> None:
        """Publish all together; after so many acknowledgements, `cut_off` while they go on."""
        self._enough.clear()
        wanted = len(self.acknowledged) + acknowledgements
        token = self.partner.authorization()
        with ThreadPoolExecutor(self.size) as threads:
            work = [threads.submit(self._publish, token, turn, number, wanted) for number in range(self.size)]
            assert self._enough.wait(timeout=60), f"{len(self.acknowledged)} of {wanted} acknowledgements"
            cut_off()
            for one in work:
                one.result(timeout=60)

    def _publish(self, token: dict[str, str], turn: int, number: int, wanted: int) -> None:
        with httpx.Client(timeout=TIMEOUT, verify=TLS, headers=token) as http:
            for count in range(MOST):
                key = f"key-{turn}-{number}-{count}"
                with self._lock:
                    self.unanswered.add(key)
                try:
                    answer = http.post(
                        f"{self.partner.installation.url}{MESSAGES}",
                        headers={"Idempotency-Key": key},
                        **request_of(key),
                    )
                except httpx.TransportError:
                    return
                assert answer.status_code == httpx.codes.CREATED, answer.text
                with self._lock:
                    self.unanswered.discard(key)
                    self.acknowledged[key] = answer.json()["messageId"]
                    if len(self.acknowledged) >= wanted:
                        self._enough.set()
