"""The codes on record: replaced, limited and guessed at, also by many at once. On both databases."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from domain.errors import LimitReached
from eventstore.keystore import KeyStore
from eventstore.verifications import AddressVerifications
from tests.logbook import CITIZEN, key_store_at

AT = datetime(2026, 5, 6, 7, 8, 9, 101112, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture(params=["sqlite", "postgresql"])
def key_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[KeyStore]:
    is_postgresql = request.param == "postgresql"
    url = (
        request.getfixturevalue("postgres_database") if is_postgresql else f"sqlite:///{tmp_path}/keys.sqlite"
    )
    store = key_store_at(url)
    store.create_tables()
    yield store
    store.close()


@pytest.fixture
def verifications(key_store: KeyStore) -> AddressVerifications:
    return key_store.verifications


@pytest.fixture
def mailbox(key_store: KeyStore) -> UUID:
    mailbox_id = key_store.parties.find_or_create(CITIZEN).mailbox_id
    assert mailbox_id is not None
    return mailbox_id


def issue(verifications: AddressVerifications, mailbox: UUID, at: datetime = AT) -> bytes:
    nonce = os.urandom(16)
    verifications.issue(mailbox, nonce, 3, at, limit=2, period=HOUR)
    return nonce


def test_the_last_one_issued_counts(verifications: AddressVerifications, mailbox: UUID) -> None:
    assert verifications.latest(mailbox) is None
    issue(verifications, mailbox)
    last = issue(verifications, mailbox)

    found = verifications.latest(mailbox)
    assert found is not None
    assert (found.nonce, found.entered_version, found.issued_at, found.tries) == (last, 3, AT, 0)


def test_too_many_are_refused_until_the_first_is_old_enough(
    verifications: AddressVerifications, mailbox: UUID
) -> None:
    issue(verifications, mailbox)
    last = issue(verifications, mailbox, AT + 10 * SECOND)
    with pytest.raises(LimitReached) as raised:
        issue(verifications, mailbox, AT + HOUR - SECOND / 2)
    assert raised.value.retry_after == 1
    found = verifications.latest(mailbox)
    assert found is not None
    assert found.nonce == last

    issue(verifications, mailbox, AT + HOUR)
    with pytest.raises(LimitReached):
        issue(verifications, mailbox, AT + HOUR)


def test_a_refusal_leaves_nothing_locked(verifications: AddressVerifications, mailbox: UUID) -> None:
    def one() -> str:
        try:
            issue(verifications, mailbox)
        except LimitReached:
            return "refused"
        return "issued"

    with ThreadPoolExecutor(8) as threads:
        outcomes = [future.result(20) for future in [threads.submit(one) for _ in range(16)]]

    assert sorted(outcomes) == ["issued"] * 2 + ["refused"] * 14


def test_many_guesses_at_once_are_counted_to_the_limit(
    verifications: AddressVerifications, mailbox: UUID
) -> None:
    nonce = issue(verifications, mailbox)
    with ThreadPoolExecutor(8) as threads:
        counted = [
            future.result(20)
            for future in [
                threads.submit(verifications.count_try, mailbox, nonce, limit=5) for _ in range(16)
            ]
        ]

    assert sorted(count for count in counted if count is not None) == [1, 2, 3, 4, 5]
    assert verifications.count_try(mailbox, os.urandom(16), limit=5) is None
