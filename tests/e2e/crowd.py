"""Many partners publish at once, for as long as they are answered, and remember what they were told."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any

import httpx

from tests.e2e.caller import MESSAGES, TIMEOUT, TLS, Caller, announcement, form, with_document
from tests.pdfs import make_pdf
from tests.servers.process import wait_until

PDF = make_pdf(size=40_000)
SECONDS = 60.0


def request_of(key: str) -> dict[str, Any]:
    """The publication with this key: every second one has a document. Its subject is its key."""
    has_document = key.endswith(("1", "3", "5", "7", "9"))
    message = (with_document if has_document else announcement)(subject={"en": key})
    return form(message, PDF if has_document else None)


@dataclass
class Crowd:
    """`size` publishers. `acknowledged` maps keys to message ids; `unanswered` were sent, to no known end."""

    name: str
    partner: Caller
    size: int = 32
    acknowledged: dict[str, str] = field(default_factory=dict)
    unanswered: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    @property
    def keys(self) -> set[str]:
        """Every key that was sent."""
        return self.acknowledged.keys() | self.unanswered

    def publish_through(self, turn: int, acknowledgements: int, trouble: Callable[[], None]) -> None:
        """Publish all together; after so many acknowledgements have `trouble`, and end after it."""
        wanted = len(self.acknowledged) + acknowledgements
        token, ends = self.partner.authorization(), Event()
        with ThreadPoolExecutor(self.size) as threads:
            work = [threads.submit(self._publish, token, turn, number, ends) for number in range(self.size)]
            try:
                wait_until(
                    lambda: len(self.acknowledged) >= wanted,
                    SECONDS,
                    lambda: f"{len(self.acknowledged)} of {wanted} acknowledgements",
                )
                trouble()
            finally:
                ends.set()
            for one in work:
                one.result(timeout=SECONDS)

    def _publish(self, token: dict[str, str], turn: int, number: int, ends: Event) -> None:
        with httpx.Client(timeout=TIMEOUT, verify=TLS, headers=token) as http:
            for count in itertools.count():
                key = f"{self.name}-{turn}-{number}-{count}"
                if ends.is_set() or not self._publish_one(http, key):
                    return

    def _publish_one(self, http: httpx.Client, key: str) -> bool:
        with self._lock:
            self.unanswered.add(key)
        url, headers = f"{self.partner.installation.url}{MESSAGES}", {"Idempotency-Key": key}
        try:
            answer = http.post(url, headers=headers, **request_of(key))
        except httpx.TransportError:
            return False
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            return False
        assert answer.status_code == httpx.codes.CREATED, answer.text
        with self._lock:
            self.unanswered.discard(key)
            self.acknowledged[key] = answer.json()["messageId"]
        return True
