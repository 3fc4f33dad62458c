"""The client: one method for each thing that a partner organisation can do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self
from uuid import UUID

import httpx

from ebox_client.answers import KeptDocument, Published
from ebox_client.documents import File
from ebox_client.errors import Problem, UnexpectedAnswer
from ebox_client.messages import BatchItem, Message, Recipient, message_json
from ebox_client.retrying import REPEATABLE, Retries
from ebox_client.statuses import MessageReference, MessageStatus
from ebox_client.tokens import TokenSource
from ebox_client.transport import Form, Json, Lines, Transport

API: Final = "/messageRegistry/v3"
MAX_BATCH: Final = 1000
"""Messages in one batch."""

_TIMEOUT: Final = httpx.Timeout(connect=10.0, write=30.0, read=120.0, pool=None)
"""In seconds. A batch is answered once all of it is committed: that is what reading waits for. A free
connection is waited for as long as others' requests last, which have these timeouts.
"""


class EboxClient:
    """eBox at `url`, for the client that `tokens` speak for. Use it as an asynchronous context manager.

    Every method repeats what may succeed later (see `Retries`), always with an Idempotency-Key: yours, or one
    that it makes. Each raises `Refused`, `Unavailable` or `UnexpectedAnswer`. Any number of tasks may share
    one client; `connections` is how many requests are under way at once.
    """

    def __init__(
        self, url: str, tokens: TokenSource, *, retries: Retries | None = None, connections: int = 16
    ) -> None:
        self._retries = retries or Retries()
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        self._http = httpx.AsyncClient(base_url=url.rstrip("/") + API, limits=limits, timeout=_TIMEOUT)
        self._transport = Transport(self._http, tokens, self._retries)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def publish(
        self,
        message: Message | Mapping[str, Any],
        files: Mapping[str, File] | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> Published:
        """Publish a message with its files. Answered once it is kept for good.

        `message` may be `messageToPublish` as it is; then `files` are those it announces, by part
        (`upfile1`). Files are opened for each attempt and read bit by bit; `OSError` where one cannot be.
        """
        if isinstance(message, Message):
            files = message.files()
        form = Form({"messageToPublish": message_json(message)}, files or {})
        answer = await self._transport.post("/ebox/messages", form, idempotency_key)
        is_replayed = answer.headers.get("idempotency-replayed") == "true"
        return Published.of(_object(answer), is_replayed=is_replayed)

    async def keep(
        self,
        file: File,
        *,
        keep_until: datetime | None = None,
        digest: str | None = None,
        idempotency_key: str | None = None,
    ) -> KeptDocument:
        """Upload a document once, for many messages to refer to (`Attachment.document_id`)."""
        wishes: dict[str, Any] = {}
        if keep_until is not None:
            wishes["keepUntil"] = keep_until.isoformat()
        if digest is not None:
            wishes["digest"] = {"digestMethod": "sha_256", "digestValue": digest}
        form = Form({"documentToKeep": wishes} if wishes else {}, {"upfile1": file})
        answer = await self._transport.post("/documents", form, idempotency_key)
        return KeptDocument.of(_object(answer))

    async def publish_batch(self, items: Sequence[BatchItem]) -> list[Published | Problem]:
        """Publish up to 1,000 messages whose documents are there already; what became of each, in order.

        Those that may succeed later are repeated, the others are not. Where the attempts are used up, the
        problem that was answered last stands for the message.
        """
        if len(items) > MAX_BATCH:
            raise ValueError(f"at most {MAX_BATCH} messages in a batch")
        outcomes: list[Published | Problem] = []
        waiting = list(range(len(items)))
        for attempt in range(1, self._retries.attempts + 1):
            answers = await self._send_batch([items[place] for place in waiting])
            if not outcomes:
                outcomes = list(answers)
            for place, answer in zip(waiting, answers, strict=True):
                outcomes[place] = answer
            waiting = [place for place in waiting if _may_succeed_later(outcomes[place])]
            if not waiting:
                break
            if attempt < self._retries.attempts:
                await asyncio.sleep(self._retries.wait_after(attempt))
        return outcomes

    async def search_status(self, messages: Sequence[MessageReference]) -> list[MessageStatus]:
        """How up to 100 messages stand, in order."""
        question = Json({"items": [message.json() for message in messages]})
        items = _object(await self._transport.post("/ebox/messages/status/search", question)).get("items")
        if not isinstance(items, list) or len(items) != len(messages):
            raise UnexpectedAnswer("another number of statuses than was asked for")
        return [MessageStatus.of(item) for item in items]

    async def withdraw(
        self, message_id: UUID, reason: str | None = None, recipient: Recipient | None = None
    ) -> None:
        """Take a message back that nobody has opened, from one recipient or from all.

        `Refused` with 409 where somebody has opened it: then it is withdrawn from nobody.
        """
        await self._take_back(message_id, "withdraw", reason, recipient)

    async def recall(
        self, message_id: UUID, reason: str | None = None, recipient: Recipient | None = None
    ) -> None:
        """Withhold a message that was delivered wrongly. Its reader is told; everything stays on record."""
        await self._take_back(message_id, "recall", reason, recipient)

    async def _take_back(
        self, message_id: UUID, how: str, reason: str | None, recipient: Recipient | None
    ) -> None:
        wishes = {"reason": reason, "recipient": recipient.json() if recipient else None}
        body = Json({name: wish for name, wish in wishes.items() if wish is not None})
        await self._transport.post(f"/ebox/messages/{message_id}/{how}", body)

    async def _send_batch(self, items: Sequence[BatchItem]) -> list[Published | Problem]:
        if not items:
            return []
        lines = [
            json.dumps({"idempotencyKey": one.idempotency_key, "messageToPublish": message_json(one.message)})
            for one in items
        ]
        answer = await self._transport.post("/ebox/messages/batch", Lines("\n".join(lines) + "\n"))
        try:
            results = [_outcome(json.loads(line)) for line in answer.content.split(b"\n") if line]
        except ValueError:
            raise UnexpectedAnswer("a batch was answered with something else than NDJSON") from None
        if len(results) != len(items):
            raise UnexpectedAnswer("a batch was answered with another number of results")
        return results


def _object(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        document = answer.json()
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise UnexpectedAnswer("eBox answered something else than an object")
    return document


def _outcome(result: Any) -> Published | Problem:
    if not isinstance(result, dict) or not isinstance(result.get("status"), int):
        raise UnexpectedAnswer("a result of a batch without a status")
    if result["status"] < 300:
        return Published.of(result)
    return Problem.of(result.get("problem"), result["status"])


def _may_succeed_later(outcome: Published | Problem) -> bool:
    return isinstance(outcome, Problem) and outcome.status in REPEATABLE
