"""The story on PostgreSQL, an S3 server and Postfix, each role in processes of its own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from application.demo.people import ADDRESS_OF_AN
from tests.e2e.plain_sight import in_bucket, in_database, readable
from tests.e2e.real_parts import RealParts
from tests.e2e.story import DOCUMENT_BYTES, SECRETS, Story
from tests.servers.ceph import Ceph
from tests.servers.postfix import Postfix
from tests.servers.postgres import Postgres


@pytest.fixture
def parts(durable_postgres: Postgres, ceph: Ceph, postfix: Postfix, tmp_path: Path) -> Iterator[RealParts]:
    """Two API processes, a projector and a notifier, once `ebox run` has brought the demo people."""
    parts = RealParts(durable_postgres, ceph, tmp_path, postfix.url)
    installation = parts.installation
    try:
        parts.bring_the_demo_people()
        installation.start("api", "--processes", "2")
        installation.start("project")
        installation.start("notify")
        installation.wait_until_ready()
        yield parts
        installation.stop()
        parts.assert_discreet()
    finally:
        installation.kill()


def test_the_story_on_postgresql_s3_and_postfix(parts: RealParts, postfix: Postfix) -> None:
    story = Story(parts.installation)
    message = story.the_partner_publishes()
    story.the_inbox_lists_it(message)

    (mail,) = postfix.wait_for_messages(1, to=ADDRESS_OF_AN)
    bodies = {part.get_content_type(): part.get_content() for part in mail.walk() if not part.is_multipart()}
    assert bodies.keys() == {"text/plain", "text/html"}
    headers = [f"{name}: {value}" for name, value in mail.items()]
    story.the_mail_says_nothing_of_it(mail["To"], mail["Subject"], "\n".join([*headers, *bodies.values()]))

    story.an_reads_it(message)
    story.the_auditor_sees_it(message)
    story.the_auditors_look_is_on_record(message)
    assert len(postfix.messages(ADDRESS_OF_AN)) == 1, "she is told once"

    story.nothing_in_the_log()
    kept = [in_database(parts.databases[part]) for part in ("event_store", "key_store", "outbox")]
    assert readable({**SECRETS, **DOCUMENT_BYTES}, chain(in_bucket(parts.bucket), *kept)) == set()
    for_readers = readable(SECRETS, in_database(parts.databases["read_model"]))
    assert any("subject" in one for one in for_readers), "the search itself finds what is there"
