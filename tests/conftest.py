"""The real servers as fixtures: started when the first test asks, stopped at the end of the run.

A server that is not installed is an error that says what to install, never a skipped test: a green run has
met them all.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from tests.servers.ceph import Ceph
from tests.servers.clamd import Clamd
from tests.servers.postfix import Postfix
from tests.servers.postgres import Postgres
from tests.servers.smtp_script import SmtpScript


@pytest.fixture
def logging_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands in this process leave the loggers alone, which would outlive the stream they were given."""
    monkeypatch.setattr("structlog.configure", lambda **_: None)
    monkeypatch.setattr("logging.basicConfig", lambda **_: None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL cluster for the whole run, without fsync; tests of durability start one of their own."""
    with Postgres() as server:
        yield server


@pytest.fixture
def postgres_database(postgres: Postgres) -> Iterator[str]:
    """The URL of a fresh, empty PostgreSQL database."""
    url = postgres.create_database()
    yield url
    postgres.drop_database(url)


@pytest.fixture(scope="session")
def ceph() -> Iterator[Ceph]:
    """An S3 server for the whole run; a test that takes it away brings it back (`start_gateway`)."""
    with Ceph() as server:
        yield server


@pytest.fixture
def s3_url(ceph: Ceph) -> str:
    """The EBOX_OBJECT_STORE_URL of a fresh, empty bucket."""
    ceph.start_gateway()
    return ceph.create_bucket(f"test-{uuid.uuid4()}")


@pytest.fixture(scope="session")
def postfix_server() -> Iterator[Postfix]:
    """The mail server of the whole run; tests take `postfix`."""
    with Postfix() as server:
        yield server


@pytest.fixture
def postfix(postfix_server: Postfix) -> Postfix:
    """A real mail server for `…@example.test`, with an empty mailbox."""
    postfix_server.clear()
    return postfix_server


@pytest.fixture(scope="session")
def clamd_server() -> Iterator[Clamd]:
    """The malware scanner of the whole run; tests take `clamd`."""
    with Clamd() as server:
        yield server


@pytest.fixture
def clamd(clamd_server: Clamd) -> Clamd:
    """A real malware scanner that finds the EICAR test string. A test may leave it stopped or hanging."""
    clamd_server.bring_back()
    return clamd_server


@pytest.fixture
def smtp_script() -> Iterator[SmtpScript]:
    """A mail server that answers what the test tells it to."""
    with SmtpScript() as server:
        yield server
