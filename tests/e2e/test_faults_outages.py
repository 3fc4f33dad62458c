"""What eBox depends on goes away and comes back: callers are told, nothing is lost, nobody has to help."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx

from application.demo.people import ADDRESS_OF_AN
from tests.e2e.caller import AN, MESSAGES, Caller, announcement, form, publish, published, with_document
from tests.e2e.real_parts import RealParts
from tests.pdfs import make_pdf
from tests.servers.postfix import Postfix
from tests.servers.process import wait_until

RECOVERY_SECONDS = 60.0
PDF = make_pdf(size=50_000)


@contextmanager
def postgres_halted(parts: RealParts) -> Iterator[None]:
    parts.postgres.halt()
    try:
        yield
    finally:
        parts.postgres.start()


@contextmanager
def s3_halted(parts: RealParts) -> Iterator[None]:
    parts.ceph.stop_gateway()
    try:
        yield
    finally:
        parts.ceph.start_gateway()


def assert_unavailable(answer: httpx.Response) -> None:
    """A 503 as promised: a problem, and when to come again."""
    assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE, (answer.request.url.path, answer.text)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:problem-type:belgif:serviceUnavailable"
    assert int(answer.headers["Retry-After"]) >= 1


def assert_down(parts: RealParts, *dependencies: str) -> None:
    """The health check names exactly what is down."""
    status, health = parts.installation.health()
    down = {name for name, check in health["dependencies"].items() if check["status"] == "DOWN"}
    assert (status, down) == (httpx.codes.SERVICE_UNAVAILABLE, set(dependencies))


def wait_until_told(parts: RealParts, postfix: Postfix, count: int) -> None:
    """An got so many mails, and that is on record."""
    postfix.wait_for_messages(count, to=ADDRESS_OF_AN, within=RECOVERY_SECONDS)
    wait_until(lambda: not parts.waiting_mails(), RECOVERY_SECONDS, lambda: "the outcomes are not on record")
    assert len(postfix.messages(ADDRESS_OF_AN)) == count


def test_without_the_object_store_nothing_is_recorded_and_it_recovers_by_itself(
    parts: RealParts, postfix: Postfix
) -> None:
    partner = Caller(parts.installation, "partner", headers={"Idempotency-Key": "while-s3-is-away"})
    an = Caller(parts.installation, "citizen", AN.key)
    earlier = publish(Caller(parts.installation, "partner"), with_document(), PDF)
    at_least = {"Ebox-Position": str(earlier.position)}
    (document,) = an.get(f"{MESSAGES}/{earlier.message_id}", headers=at_least)["attachments"]["items"]
    wait_until_told(parts, postfix, 1)
    events, objects = parts.event_count(), parts.object_count()

    with s3_halted(parts):
        assert_unavailable(partner.request("POST", MESSAGES, **form(with_document(), PDF)))
        assert_unavailable(an.request("GET", document["contentHref"]))
        assert_down(parts, "objectStore")
        assert parts.event_count() == events, "neither the publication nor the reading is on record"

    parts.installation.wait_until_ready()
    assert parts.object_count() == objects
    publish(partner, with_document(), PDF)
    assert parts.object_count() == objects + 1
    assert an.request("GET", document["contentHref"]).content == PDF
    wait_until_told(parts, postfix, 2)


def test_without_postgresql_every_request_is_503_and_it_recovers_by_itself(
    parts: RealParts, postfix: Postfix
) -> None:
    partner = Caller(parts.installation, "partner", headers={"Idempotency-Key": "while-postgresql-is-away"})
    an, auditor = Caller(parts.installation, "citizen", AN.key), Caller(parts.installation, "auditor")
    earlier = publish(Caller(parts.installation, "partner"), announcement()).message_id
    for caller in (partner, an, auditor):
        caller.authorization()  # while there is somebody to ask for a token
    wait_until_told(parts, postfix, 1)
    events, objects = parts.event_count(), parts.object_count()

    with postgres_halted(parts):
        requests = (
            lambda: partner.request("POST", MESSAGES, **form(announcement())),
            lambda: partner.request("POST", MESSAGES, **form(with_document(), PDF)),
            lambda: an.request("GET", "/messageRegistry/v3/ebox"),
            lambda: an.request("GET", MESSAGES),
            lambda: an.request("GET", f"{MESSAGES}/{earlier}"),
            lambda: an.request("GET", f"{MESSAGES}/{earlier}/body"),
            lambda: auditor.request("GET", "/audit/access-history"),
            lambda: auditor.request("POST", "/audit/mailboxes/search", json={"ssin": AN.number}),
        )
        with ThreadPoolExecutor(len(requests)) as threads:
            for answer in threads.map(lambda request: request(), requests):
                assert_unavailable(answer)
        assert_down(parts, "eventStore", "keyStore", "readModels")
        for role in ("site", "citizen"):
            refused = parts.installation.run("dev", "token", "--as", role)
            assert "answered 503" in refused.stderr or "got 503" in refused.stderr, refused.stderr
        assert httpx.get(f"{parts.installation.url}/health/live").status_code == httpx.codes.OK

    parts.installation.wait_until_ready()
    assert (parts.event_count(), parts.object_count()) == (events, objects)
    message = publish(partner, announcement())
    at_least = {"Ebox-Position": str(message.position)}

    def is_listed() -> bool:
        newest = an.get(MESSAGES, headers=at_least)["items"][0]
        return bool(newest["messageId"] == message.message_id)

    wait_until(is_listed, RECOVERY_SECONDS, lambda: "the projector did not come back")
    wait_until_told(parts, postfix, 2)


def test_without_a_mail_relay_publishing_goes_on_and_mails_wait(parts: RealParts, postfix: Postfix) -> None:
    partner = Caller(parts.installation, "partner")
    sent = parts.event_count("notification.sent")
    tried = _tries_without_a_relay(parts)

    postfix.halt()
    try:
        for _ in range(3):
            published(partner.request("POST", MESSAGES, **form(announcement())))
        wait_until(lambda: parts.waiting_mails() == 3, RECOVERY_SECONDS, lambda: "the mails are not queued")
        wait_until(
            lambda: _tries_without_a_relay(parts) > tried, RECOVERY_SECONDS, lambda: "nobody tried the relay"
        )
        assert parts.event_count("notification.sent") == sent
    finally:
        postfix.start()

    wait_until_told(parts, postfix, 3)
    assert parts.event_count("notification.sent") == sent + 3
    assert parts.event_count("notification.failed") == 0


def _tries_without_a_relay(parts: RealParts) -> int:
    return parts.installation.log().count("relay.unavailable")
