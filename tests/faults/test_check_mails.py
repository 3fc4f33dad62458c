"""The checker finds whoever was not told, or told twice, and mails that nobody ordered."""

from __future__ import annotations

from uuid import UUID, uuid4

from tests.faults.check_mails import NEW_DOCUMENT, Mail, MailCheck
from tests.faults.log_facts import LogFacts, Told

NOON = 1_000_000.0
MESSAGE, NOTIFICATION = uuid4(), uuid4()
MAIL = Mail(str(NOTIFICATION), "an@example.test")


def queued(notification: UUID = NOTIFICATION) -> Told:
    return Told(1, NOON, notification, "queued", MESSAGE, NEW_DOCUMENT)


def told(topic: str, at: float = NOON, *, permanent: bool = False) -> Told:
    return Told(
        2, at, NOTIFICATION, topic, MESSAGE, permanent=permanent, smtp_code=550 if permanent else None
    )


def check(*events: Told, mails: tuple[Mail, ...] = (), is_final: bool = True, **facts: object) -> list[str]:
    """What is wrong with how the owner of the message was told."""
    log = LogFacts(told=list(events))
    if "opened_at" in facts:
        log.opened[MESSAGE] = float(str(facts["opened_at"]))
    one = MailCheck([MESSAGE], [(NOON - 10, NOON + 10)], is_final)
    return [finding.kind for finding in one.check(log, mails)]


def test_one_notification_and_one_mail_are_fine() -> None:
    assert check(queued(), told("sent"), mails=(MAIL,)) == []


def test_the_same_mail_again_is_counted_and_no_finding() -> None:
    one = MailCheck([MESSAGE])
    assert list(one.check(LogFacts(told=[queued(), told("sent")]), (MAIL, MAIL))) == []
    assert one.repeats == 1


def test_nobody_told_is_found_in_the_end_and_counted_before() -> None:
    assert check() == ["not told"]
    assert check(queued()) == ["not told"]
    assert check(queued(), told("sent")) == ["not told"], "there is an event and no mail"
    one = MailCheck([MESSAGE], is_final=False)
    assert list(one.check(LogFacts(told=[queued()]), ())) == []
    assert one.waiting == 1


def test_a_second_notification_of_a_message_is_found() -> None:
    assert check(queued(), queued(uuid4()), told("sent"), mails=(MAIL,)) == ["told twice"]


def test_a_second_outcome_is_found() -> None:
    assert check(queued(), told("sent"), told("sent"), mails=(MAIL,)) == ["told twice"]


def test_a_mail_of_which_the_log_knows_nothing_is_found() -> None:
    stranger = Mail(str(uuid4()), "an@example.test")
    assert check(queued(), told("sent"), mails=(MAIL, stranger)) == ["surplus"]


def test_giving_up_is_fine_only_while_a_relay_refuses() -> None:
    assert check(queued(), told("failed", permanent=True)) == []
    assert check(queued(), told("failed", at=NOON + 60, permanent=True)) == ["not told"]


def test_a_temporary_failure_is_no_end() -> None:
    assert check(queued(), told("failed")) == ["not told"]
    assert check(queued(), told("failed"), told("sent"), mails=(MAIL,)) == []


def test_cancelling_is_fine_only_once_the_message_was_opened() -> None:
    assert check(queued(), told("cancelled"), opened_at=NOON - 1) == []
    assert check(queued(), told("cancelled"), opened_at=NOON + 1) == ["not told"]
    assert check(queued(), told("cancelled")) == ["not told"]
