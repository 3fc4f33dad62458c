"""Partners publish up to a thousand messages with one request.

The request is received whole, within its bounds, before anything is published: a body that is no batch
changes nothing. The answer goes out chunk by chunk, as the messages are committed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api import problem_types as kinds
from api.document_response import DocumentResponse
from api.pacing import Pace, PacedBody
from api.parameters import StrictRoute, idempotency_key, key_parameter
from api.problem_types import UNSUPPORTED_MEDIA_TYPE
from api.refusals import Refusal
from api.responses import described
from api.schemas.batch import ItemAnswer, ItemAnswers, framed, item_answer, read_item, too_many
from api.schemas.messages import PREFIX
from api.security import guarded
from api.services import Services, services_of
from application.batching import CHUNK, MAX_ITEMS
from application.chunks import BatchResult, Outcome
from domain.actors import Actor
from domain.decisions import Operation

router = APIRouter(prefix=PREFIX, tags=["publish"], route_class=StrictRoute)

JSON: Final = "application/json"
NDJSON: Final = "application/x-ndjson"
MAX_BYTES: Final = 16 * 1024 * 1024
"""A thousand messages of 16 KiB each."""

_encode = msgspec.json.Encoder().encode
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": f"Up to {MAX_ITEMS} messages; as `{NDJSON}` one on each line.",
        "content": {
            JSON: {"schema": {"$ref": "#/components/schemas/MessagesInBatch"}},
            NDJSON: {"schema": {"$ref": "#/components/schemas/MessageInBatch"}},
        },
    },
    "parameters": [
        key_parameter(
            "Stands for the whole batch: an item without a key of its own has this one, with "
            "`/` and its place (from 0) behind it."
        )
    ],
}


_ANSWERS: Final = described(
    200, ItemAnswers, kinds.REQUEST_TIMEOUT, kinds.PAYLOAD_TOO_LARGE, kinds.UNSUPPORTED_MEDIA_TYPE
)
_ANSWERS[200]["content"][NDJSON] = {"schema": {"$ref": "#/components/schemas/ItemAnswer"}}


@router.post(
    "/ebox/messages/batch",
    summary="Publish many messages",
    responses=_ANSWERS,
    openapi_extra=_BODY,
)
async def publish_batch(actor: Annotated[Actor, guarded(Operation.PUBLISH)], request: Request) -> Response:
    """Each message is judged, published and answered by itself; the answer has the request's media type.

    Nobody waits for the whole: what is answered is kept for good. A repeat with the same keys answers what
    was published before, and publishes the rest.
    """
    key = idempotency_key(request.headers)
    services = services_of(request)
    media_type = (request.headers.get("content-type") or "").partition(";")[0].strip(" \t").lower()
    if media_type not in (JSON, NDJSON):
        raise Refusal(UNSUPPORTED_MEDIA_TYPE, f"Send {JSON} or {NDJSON}.")
    async with AsyncExitStack() as held:
        await held.enter_async_context(services.batching.place())
        messages = await _receive(request, services.uploads.pace, is_lines=media_type == NDJSON)
        chunks = _published(services, actor, messages, key, request.state.request_id)
        content = _lines(chunks) if media_type == NDJSON else _document(chunks, len(messages))
        return _Held(content, media_type, held.pop_all())


async def _receive(request: Request, pace: Pace, *, is_lines: bool) -> list[bytes]:
    """The messages, each still as it came. Raises `Refusal`, `InvalidInput`, `ClientGone`."""
    body = PacedBody(request.receive, pace, MAX_BYTES)
    lines: list[bytes] = []
    rest = bytearray()
    try:
        body.expect(request.headers.get("content-length"))
        while not body.is_finished:
            chunk = await body.next_chunk()
            rest += chunk
            if is_lines and b"\n" in chunk:
                *whole, rest = rest.split(b"\n")
                lines += _not_blank(whole)
                if len(lines) > MAX_ITEMS:
                    raise too_many()
    except Refusal as refusal:
        refusal.closes = not body.is_finished
        raise
    if not is_lines:
        return framed(bytes(rest))
    lines += _not_blank([rest])
    if len(lines) > MAX_ITEMS:
        raise too_many()
    return lines


def _not_blank(lines: Iterable[bytearray]) -> Iterator[bytes]:
    return (bytes(line) for line in lines if line.strip())


async def _published(
    services: Services, actor: Actor, messages: list[bytes], key: str | None, request_id: UUID
) -> AsyncIterator[list[bytes]]:
    """What became of the messages, as JSON, chunk by chunk."""
    for start in range(0, len(messages), CHUNK):
        items = [
            read_item(one, None if key is None else f"{key}/{place}")
            for place, one in enumerate(messages[start : start + CHUNK], start)
        ]
        outcomes = await services.batching.publish(actor, items)
        answers = [item_answer(one, request_id) for one in outcomes]
        await _promise(services, outcomes, answers)
        yield [_encode(one) for one in answers]


async def _promise(services: Services, outcomes: list[Outcome], answers: list[ItemAnswer]) -> None:
    """One signature for all that was published together, with the last of them."""
    published = [place for place, one in enumerate(outcomes) if isinstance(one, BatchResult)]
    accepted = [one.accepted for one in outcomes if isinstance(one, BatchResult)]
    promise = await services.promises.about(accepted)
    if promise is not None:
        answers[published[-1]].promise = promise


async def _lines(chunks: AsyncIterator[list[bytes]]) -> AsyncIterator[bytes]:
    async for answers in chunks:
        yield b"\n".join([*answers, b""])


async def _document(chunks: AsyncIterator[list[bytes]], count: int) -> AsyncIterator[bytes]:
    before = b'{"items":['
    async for answers in chunks:
        yield before + b",".join(answers)
        before = b","
    yield (before if count == 0 else b"") + b'],"totalItems":%d}' % count


class _Held(DocumentResponse):
    """An answer that holds something until it is over, however it ends."""

    def __init__(self, content: AsyncIterator[bytes], media_type: str, held: AsyncExitStack) -> None:
        super().__init__(content, 200, {"Cache-Control": "private, no-store"}, media_type)
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, then let go."""
        async with self._held:
            await super().__call__(scope, receive, send)
