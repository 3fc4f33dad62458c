"""A notifier process is really killed, on PostgreSQL: no mail is lost, and a repeat is the same mail."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from domain.events.notification import NotificationQueued, NotificationSent
from tests.integration.notifier.house import House, Urls, message_id_header
from tests.servers.process import wait_until
from tests.servers.smtp_conversation import Silence
from tests.servers.smtp_script import SmtpScript

_ROOT = Path(__file__).parents[3]
_SECONDS = 60.0


@contextmanager
def notifier_process(url: str, smtp_url: str) -> Iterator[subprocess.Popen[bytes]]:
    """A notifier at work; killed at the end, if not before."""
    command = [sys.executable, "-m", "tests.integration.notifier.process", url, smtp_url]
    process = subprocess.Popen(command, cwd=_ROOT)
    try:
        yield process
    finally:
        process.kill()
        process.wait(timeout=_SECONDS)


@pytest.fixture
def house(postgres_database: str) -> Iterator[House]:
    with House(Urls(postgres_database, postgres_database, postgres_database)) as house:
        yield house


def test_killed_between_data_and_recording_the_mail_is_sent_again_as_the_same_mail(
    house: House, postgres_database: str, smtp_script: SmtpScript
) -> None:
    # The relay has the mail and does not answer: the process is certainly between DATA and recording.
    smtp_script.script("data", *[Silence.HANG] * 3)
    message_ids = house.publish_to([house.resident("an@example.test") for _ in range(3)])
    with notifier_process(postgres_database, smtp_script.url) as process:
        smtp_script.wait_for_mails(3, within=_SECONDS)
        process.kill()
        process.wait(timeout=_SECONDS)
        held = smtp_script.received
    assert not house.is_settled(*message_ids)

    with notifier_process(postgres_database, smtp_script.url):
        wait_until(lambda: house.is_settled(*message_ids), _SECONDS, lambda: str(house.outbox.counts()))

    assert len(smtp_script.accepted) == 3
    assert {mail.content for mail in smtp_script.accepted} == {mail.content for mail in held}
    for message_id in message_ids:
        queued, sent = house.told(message_id)
        assert isinstance(queued, NotificationQueued)
        assert isinstance(sent, NotificationSent)
        assert sent.attempts == 2


def test_killed_at_work_again_and_again_everybody_is_told_and_it_is_on_record_once(
    house: House, postgres_database: str, smtp_script: SmtpScript
) -> None:
    message_ids = house.publish_to([house.resident("an@example.test")] * 60)
    for enough in (5, 20):
        with notifier_process(postgres_database, smtp_script.url) as process:
            smtp_script.wait_for_mails(enough, within=_SECONDS)
            process.kill()
            process.wait(timeout=_SECONDS)

    with notifier_process(postgres_database, smtp_script.url):
        wait_until(lambda: house.is_settled(*message_ids), _SECONDS, lambda: str(house.outbox.counts()))

    contents = {mail.message["Message-ID"]: mail.content for mail in smtp_script.accepted}
    assert contents.keys() == {message_id_header(message_id) for message_id in message_ids}
    assert all(contents[mail.message["Message-ID"]] == mail.content for mail in smtp_script.accepted)
    for message_id in message_ids:
        assert [type(event) for event in house.told(message_id)] == [NotificationQueued, NotificationSent]
