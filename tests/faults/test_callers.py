"""What publishers and readers write down of an answer, and which answers they find odd."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from uuid import uuid4

import pytest

from tests.faults.callers import NOTHING_WAS_DONE, Publisher, Reader, Token
from tests.faults.documents import KIB, Document, body_of
from tests.faults.ledger import Ledger, Outcome, Publication
from tests.servers.ports import LOOPBACK

PROBLEM = {"Content-Type": "application/problem+json", "Retry-After": "1"}
DOCUMENT = Document("a", 3 * KIB)


@dataclass
class Server:
    """Answers every request with what the test sets; hangs up where that is no status at all."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    url: str = ""


@pytest.fixture
def server() -> Iterator[Server]:
    """An HTTP server on loopback."""
    answer = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if not answer.status:
                return
            self.send_response(answer.status)
            for name, value in (answer.headers | {"Ebox-Request-Id": str(uuid4())}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_POST = do_GET  # noqa: N815 - the library's name

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer((LOOPBACK, 0), Handler) as http:
        answer.url = f"http://{LOOPBACK}:{http.server_port}"
        thread = Thread(target=http.serve_forever, args=(0.02,))
        thread.start()
        yield answer
        http.shutdown()
        thread.join()


def publish(server: Server, *, key: str | None = None) -> tuple[Publication, bool, Ledger]:
    """One try: the publication afterwards, whether it is over, and the ledger."""
    ledger, publication = Ledger(), Publication("a", "an", None, key, 1)
    with Publisher([server.url], Token("partner", "text"), ledger, 1) as publisher:
        is_over = publisher.publish_once(publication)
    return publication, is_over, ledger


def download(server: Server, content: bytes) -> Ledger:
    """What the ledger says after the document came with this content."""
    server.status, server.body = 200, content
    ledger = Ledger()
    one = Publication("a", "an", DOCUMENT, None, 1, Outcome.ACKNOWLEDGED, uuid4())
    with Reader([server.url], Token("an", "text"), ledger, 1) as reader:
        assert reader.content(one, uuid4(), DOCUMENT, None)
    return ledger


def test_a_201_acknowledges(server: Server) -> None:
    message_id = uuid4()
    server.status, server.body = 201, f'{{"messageId": "{message_id}"}}'.encode()
    publication, is_over, _ = publish(server)
    assert (publication.outcome, publication.message_id, is_over) == (Outcome.ACKNOWLEDGED, message_id, True)


def test_a_503_that_promises_is_a_refusal_and_one_that_does_not_leaves_the_outcome_unknown(
    server: Server,
) -> None:
    server.status, server.headers = 503, PROBLEM
    server.body = f'{{"detail": "{NOTHING_WAS_DONE}; come again."}}'.encode()
    assert publish(server)[0].outcome is Outcome.REFUSED
    server.body = b'{"detail": "It may have been done."}'
    publication, is_over, ledger = publish(server)
    assert (publication.outcome, is_over, ledger.oddities) == (Outcome.UNKNOWN, True, [])


def test_with_a_key_a_503_and_a_broken_connection_are_tried_again(server: Server) -> None:
    for server.status in (503, 0):
        server.headers, server.body = PROBLEM, b"{}"
        publication, is_over, ledger = publish(server, key="k")
        assert (publication.outcome, is_over, ledger.unavailable) == (Outcome.UNKNOWN, False, 1)


def test_another_5xx_and_a_503_that_is_no_problem_are_odd(server: Server) -> None:
    for server.status, server.headers in ((500, PROBLEM), (503, {}), (403, PROBLEM)):
        assert len(publish(server)[2].oddities) == 1


def test_other_bytes_than_were_published_are_found(server: Server) -> None:
    content = DOCUMENT.content()
    assert download(server, content).oddities == []
    for altered in (content[:-1], content[:100] + b"?" + content[101:]):
        (oddity,) = download(server, altered).oddities
        assert oddity.is_altered


def test_another_body_than_was_published_is_found(server: Server) -> None:
    ledger, one = Ledger(), Publication("a", "an", None, None, 1, Outcome.ACKNOWLEDGED, uuid4())
    with Reader([server.url], Token("an", "text"), ledger, 1) as reader:
        for text in (body_of("a"), body_of("b")):
            server.body = f'{{"en": "{text}"}}'.encode()
            assert reader.body(one)
    (oddity,) = ledger.oddities
    assert oddity.is_altered
    assert [read.what for read in ledger.reads] == ["body", "body"], "both are reads all the same"
