"""How requests get there: with a token, a key that makes repeats safe, and files that are read bit by bit."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx

from ebox_client.documents import File
from ebox_client.errors import NotAuthenticated, Refused, Unavailable, UnexpectedAnswer, problem_in
from ebox_client.retrying import Retries, repeated
from ebox_client.tokens import TokenSource


class Body(Protocol):
    """What a request carries; made anew for each attempt."""

    def arguments(self, stack: ExitStack) -> dict[str, Any]:
        """The arguments that httpx takes for it. Files are open until the stack is closed."""
        ...


@dataclass(frozen=True, slots=True)
class Json:
    """An object, as `application/json`. Implements `Body`."""

    document: Mapping[str, Any] = field(repr=False)

    def arguments(self, stack: ExitStack) -> dict[str, Any]:
        """The object; httpx writes it."""
        return {"json": self.document}


@dataclass(frozen=True, slots=True)
class Lines:
    """One JSON object a line, as `application/x-ndjson`. Implements `Body`."""

    text: str = field(repr=False)

    def arguments(self, stack: ExitStack) -> dict[str, Any]:
        """The lines as they are."""
        return {"content": self.text, "headers": {"Content-Type": "application/x-ndjson"}}


@dataclass(frozen=True, slots=True)
class Form:
    """JSON parts and files, as `multipart/form-data`. Implements `Body`."""

    parts: Mapping[str, Any] = field(repr=False)
    files: Mapping[str, File] = field(repr=False)

    def arguments(self, stack: ExitStack) -> dict[str, Any]:
        """The parts; httpx reads the files as it sends them."""
        form: list[tuple[str, Any]] = [
            (name, (None, json.dumps(part), "application/json")) for name, part in self.parts.items()
        ]
        form += [(name, file.part(stack)) for name, file in self.files.items()]
        return {"files": form}


class Transport:
    """POSTs to eBox, and repeats what may succeed later."""

    def __init__(self, http: httpx.AsyncClient, tokens: TokenSource, retries: Retries) -> None:
        self._http = http
        self._tokens = tokens
        self._retries = retries

    async def post(self, path: str, body: Body, key: str | None = None) -> httpx.Response:
        """A good answer. Raises `Refused`, `Unavailable`, `UnexpectedAnswer`, and `OSError` for a file."""
        key = key or uuid.uuid4().hex

        async def attempt() -> httpx.Response:
            token = await self._tokens.token()
            answer = await self._post_once(path, body, key, token)
            if answer.status_code == httpx.codes.UNAUTHORIZED:
                token = await self._tokens.token(refused=token)
                answer = await self._post_once(path, body, key, token)
            return answer

        try:
            answer = await repeated(attempt, self._retries, key)
        except Unavailable as error:  # it may be the token's endpoint that was; what is repeated is this
            raise Unavailable(key, error.problem) from error
        if answer.is_success:
            return answer
        if answer.is_redirect:
            raise UnexpectedAnswer("eBox answered with a redirect: is its address right?")
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise NotAuthenticated(problem_in(answer))
        raise Refused(problem_in(answer))

    async def _post_once(self, path: str, body: Body, key: str, token: str) -> httpx.Response:
        with ExitStack() as stack:
            arguments = body.arguments(stack)
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": _as_string(key)}
            arguments["headers"] = {**headers, **arguments.get("headers", {})}
            return await self._http.post(path, **arguments)


def _as_string(key: str) -> str:
    """The key as a string of RFC 9651 §3.3.3, which any printable ASCII may stand in."""
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
