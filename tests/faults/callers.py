"""Those who publish and read, over HTTP, as long as a round lasts; what they were told they write down."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import httpx

from application.demo.people import PEOPLE
from tests.e2e.caller import MESSAGES, TLS
from tests.faults.documents import Document, body_of, request_of
from tests.faults.ledger import Ledger, Outcome, Publication, Read

TIMEOUT_SECONDS = 12.0
NUMBERS = {person.key: person.number for person in PEOPLE}
NOTHING_WAS_DONE = "Nothing was done"
_OK = (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT)


@dataclass(frozen=True, slots=True)
class Token:
    """Who somebody is: a demo person's key, or `partner`."""

    person: str
    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass
class Caller:
    """One HTTP client that spreads its requests over the API processes, as a balancer would.

    `answered_at`: when (monotonic) the last request began that came to a good end.
    """

    urls: Sequence[str]
    token: Token
    ledger: Ledger
    round: int
    answered_at: float = 0.0
    _turn: int = 0
    _http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        headers = {"Authorization": f"Bearer {self.token.text}"}
        self._http = httpx.Client(timeout=TIMEOUT_SECONDS, verify=TLS, headers=headers)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def request(self, method: str, path: str, **options: Any) -> httpx.Response | None:
        """The answer, or None where there was none. 503 is counted; any other 5xx is odd."""
        self._turn += 1
        began = time.monotonic()
        try:
            answer = self._http.request(method, f"{self.urls[self._turn % len(self.urls)]}{path}", **options)
        except httpx.TransportError:
            self.ledger.was_unavailable()
            return None
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            self.ledger.was_unavailable()
            is_problem = answer.headers.get("Content-Type") == "application/problem+json"
            if not (is_problem and "Retry-After" in answer.headers):
                self.ledger.is_odd(self.round, f"{method} was answered a 503 that is no problem")
        elif answer.is_server_error:
            self.ledger.is_odd(self.round, f"{method} was answered {answer.status_code}")
        else:
            self.answered_at = max(self.answered_at, began)
        return answer


class Publisher(Caller):
    """Publishes one message after the other."""

    def publish_once(self, publication: Publication) -> bool:
        """One try; False where another one with the same key may still help."""
        publication.tries += 1
        headers = {"Idempotency-Key": publication.key} if publication.key else {}
        parts = request_of(publication.tag, NUMBERS[publication.recipient], publication.document)
        answer = self.request("POST", MESSAGES, headers=headers, **parts)
        if answer is not None and answer.status_code == httpx.codes.CREATED:
            publication.message_id = UUID(answer.json()["messageId"])
            publication.outcome = Outcome.ACKNOWLEDGED
            return True
        if answer is None or answer.is_server_error:
            is_promise = answer is not None and NOTHING_WAS_DONE in answer.text
            if publication.key is None and is_promise:
                publication.outcome = Outcome.REFUSED
            return publication.key is None
        self.ledger.is_odd(self.round, f"publishing {publication.tag} was answered {answer.status_code}")
        return True


class Reader(Caller):
    """Reads in one mailbox."""

    def list(self, page: int) -> bool:
        """One page of the inbox; whether it came."""
        asked = {"page": str(page), "pageSize": "25"}
        answer = self._get(MESSAGES, "list", params=asked)
        return answer is not None

    def detail(self, publication: Publication) -> bool:
        """A message without its content. It may be too new for the read models."""
        path = f"{MESSAGES}/{publication.message_id}"
        return self._get(path, "message", publication, may_be_too_new=True) is not None

    def body(self, publication: Publication) -> bool:
        """The body, and whether it is the one that was published."""
        answer = self._get(f"{MESSAGES}/{publication.message_id}/body", "body", publication)
        if answer is None:
            return False
        if answer.json().get("en") != body_of(publication.tag):
            self.ledger.is_odd(self.round, f"the body of {publication.tag}", is_altered=True)
        return True

    def content(
        self, publication: Publication, attachment: UUID, document: Document, part: tuple[int, int] | None
    ) -> bool:
        """The document, or the bytes from `part[0]` to `part[1]`, and whether they are those published."""
        path = f"{MESSAGES}/{publication.message_id}/attachments/{attachment}/content"
        headers = {"Range": f"bytes={part[0]}-{part[1]}"} if part else {}
        answer = self._get(path, "attachment", publication, attachment=attachment, headers=headers)
        if answer is None:
            return False
        start, end = part or (0, document.size - 1)
        if answer.content != document.content()[start : end + 1]:
            self.ledger.is_odd(self.round, f"the document of {publication.tag}", is_altered=True)
        return True

    def _get(
        self,
        path: str,
        what: str,
        publication: Publication | None = None,
        *,
        attachment: UUID | None = None,
        may_be_too_new: bool = False,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response | None:
        begun = time.time()
        answer = self.request("GET", path, params=params, headers=headers)
        if answer is None or answer.is_server_error:
            return None
        if answer.status_code not in _OK:
            if not (may_be_too_new and answer.status_code == httpx.codes.NOT_FOUND):
                name = publication.tag if publication else ""
                self.ledger.is_odd(self.round, f"reading {what} {name} was answered {answer.status_code}")
            return None
        self.ledger.read(
            Read(
                self.round,
                begun,
                time.time(),
                self.token.person,
                self.token.sha256,
                UUID(answer.headers["Ebox-Request-Id"]),
                what,
                publication.message_id if publication else None,
                attachment,
                answer.status_code == httpx.codes.PARTIAL_CONTENT,
                _digest(answer, params) if what == "list" else None,
            )
        )
        return answer


def _digest(answer: httpx.Response, asked: Mapping[str, str] | None) -> str:
    """What was asked and shown, as one short text."""
    return hashlib.sha256(json.dumps([asked, answer.json()], sort_keys=True).encode()).hexdigest()
