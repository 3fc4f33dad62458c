"""Asks a timestamp authority over HTTP (RFC 3161 §3.4)."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import httpx

from audit.timestamps.tokens import LARGEST_ANSWER, TimestampInvalid, request_for, time_in

CONNECT_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 10.0

_QUERY: Final = "application/timestamp-query"


class AuthorityUnavailable(Exception):
    """It does not answer, or not with a timestamp; why, in a word or two for the log."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """An authority's answer, and the time it tells. Its signature is for verifiers to check."""

    answer: bytes
    at: datetime


class Authority:
    """One authority at its address. Blocks."""

    def __init__(self, url: str, trust: ssl.SSLContext) -> None:
        """`trust`: whom https believes."""
        self._url = url
        self._http = httpx.Client(
            verify=trust,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
        )

    def stamp(self, message: bytes) -> Stamp:
        """The authority's word that these bytes are there now. Raises `AuthorityUnavailable`."""
        request = request_for(message)
        answer = bytearray()
        headers = {"Content-Type": _QUERY, "Accept-Encoding": "identity"}
        try:
            with self._http.stream("POST", self._url, content=request.body, headers=headers) as response:
                if response.status_code != httpx.codes.OK:
                    raise AuthorityUnavailable(f"answers {response.status_code}")
                for chunk in response.iter_raw():
                    answer += chunk
                    if len(answer) > LARGEST_ANSWER:
                        raise AuthorityUnavailable("answers without end")
            return Stamp(bytes(answer), time_in(bytes(answer), request))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise AuthorityUnavailable(type(error).__name__) from None
        except TimestampInvalid as error:
            raise AuthorityUnavailable(f"answers, but {error}") from None

    def close(self) -> None:
        """End the connections."""
        self._http.close()
