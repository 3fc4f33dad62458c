"""When owners are told: at once or once a day, never in their quiet hours, and not of what they have read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from domain.clock import FixedClock
from domain.events.mailbox import Frequency, QuietHours
from domain.events.notification import (
    NotificationCancelled,
    NotificationKind,
    NotificationQueued,
    NotificationSent,
    NotificationSummarised,
)
from domain.ids import notification_id, summary_id, verification_id
from domain.notification import Notification
from tests.integration.notifier.house import House, Resident, Urls, notification_of
from tests.integration.notifier.publications import EXPIRES_AT
from tests.servers.ports import free_port
from tests.servers.smtp_script import SmtpScript
from tests.waiting import until

AN = "an@example.test"
NIGHT = QuietHours("22:00", "07:00", "Europe/Brussels")
NOON = datetime(2026, 1, 15, 11, 0, tzinfo=UTC)
"""In winter, Brussels is an hour ahead."""
TOMORROW_AT_EIGHT = datetime(2026, 1, 16, 7, 0, tzinfo=UTC)
TOMORROW = TOMORROW_AT_EIGHT.date()
NOWHERE = f"smtp://127.0.0.1:{free_port()}"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def house(tmp_path: Path, clock: FixedClock) -> Iterator[House]:
    with House(Urls.sqlite(tmp_path), clock) as house:
        yield house


def set_to(clock: FixedClock, at: datetime) -> None:
    clock.advance(at - clock.now())


async def filled(house: House) -> None:
    """Let a filler read the whole log, and no mail be sent."""
    end = house.events.max_position()
    last = house.publish(house.resident(AN))
    async with house.notifying(house.sender(NOWHERE)):
        await until(lambda: bool(house.told(last)) and house.outbox.position() > end)
    house.open(last)


async def caught_up(house: House, smtp: SmtpScript) -> None:
    """Let whatever is due be sent: a mail that is due last has gone."""
    last = house.publish(house.resident("last@example.test"))
    async with house.notifying(house.sender(smtp.url)):
        await until(lambda: house.is_settled(last))
        await until(lambda: not waits_for_now(house))


def waits_for_now(house: House) -> bool:
    backlog = house.outbox.backlog()
    is_due = backlog.due_since is not None and backlog.due_since <= house.clock.now()
    return is_due or backlog.rows["claimed"] > 0


def mails_to(smtp: SmtpScript, address: str = AN) -> list[str]:
    return [str(mail.message["Subject"]) for mail in smtp.accepted if mail.recipients == (address,)]


def events(house: House, stream: UUID) -> list[type]:
    return [type(event) for event in house.events.events_of(stream)]


async def test_a_day_of_documents_makes_one_summary_in_the_morning(
    house: House, clock: FixedClock, smtp_script: SmtpScript
) -> None:
    resident = house.resident(AN, frequency=Frequency.DAILY)
    first = house.publish_to([resident] * 2)
    await caught_up(house, smtp_script)
    clock.advance(timedelta(hours=5))
    second = house.publish(resident)
    await caught_up(house, smtp_script)
    set_to(clock, TOMORROW_AT_EIGHT - timedelta(seconds=1))
    await caught_up(house, smtp_script)
    assert mails_to(smtp_script) == []

    set_to(clock, TOMORROW_AT_EIGHT)
    await caught_up(house, smtp_script)

    assert mails_to(smtp_script) == ["3 nieuwe documenten in uw eBox"]
    *_, summarised = house.events.events_of(summary_id(resident.mailbox_id, TOMORROW))
    assert isinstance(summarised, NotificationSummarised)
    assert sorted(summarised.message_ids) == sorted([*first, second])
    assert [house.told(one) for one in (*first, second)] == [[], [], []]


async def test_what_comes_after_the_summary_goes_into_the_next_days(
    house: House, clock: FixedClock, smtp_script: SmtpScript
) -> None:
    resident = house.resident(AN, frequency=Frequency.DAILY)
    for day in (0, 1):
        house.publish(resident)
        await caught_up(house, smtp_script)
        set_to(clock, TOMORROW_AT_EIGHT + timedelta(days=day))
        await caught_up(house, smtp_script)

    assert len(mails_to(smtp_script)) == 2
    for day in (0, 1):
        stream = summary_id(resident.mailbox_id, TOMORROW + timedelta(days=day))
        assert events(house, stream) == [NotificationQueued, NotificationSent, NotificationSummarised]


async def test_a_summary_leaves_out_what_was_read_and_is_cancelled_when_nothing_is_left(
    house: House, clock: FixedClock, smtp_script: SmtpScript
) -> None:
    some, all_of_it = (house.resident(AN, frequency=Frequency.DAILY) for _ in range(2))
    read, unread, also_read = house.publish_to([some, some, all_of_it])
    await caught_up(house, smtp_script)
    house.open(read)
    house.open(also_read)
    set_to(clock, TOMORROW_AT_EIGHT)
    await caught_up(house, smtp_script)

    assert mails_to(smtp_script) == ["1 nieuw document in uw eBox"]
    *_, summarised = house.events.events_of(summary_id(some.mailbox_id, TOMORROW))
    assert isinstance(summarised, NotificationSummarised)
    assert summarised.message_ids == [unread]
    assert events(house, summary_id(all_of_it.mailbox_id, TOMORROW))[-1] is NotificationCancelled


async def test_nobody_is_mailed_in_their_quiet_hours_and_everybody_after_them(
    house: House, clock: FixedClock, smtp_script: SmtpScript
) -> None:
    resident = house.resident(AN, quiet_hours=NIGHT)
    set_to(clock, datetime(2026, 1, 15, 21, 0, tzinfo=UTC))
    message_id = house.publish(resident)
    for hour in range(9):
        set_to(clock, datetime(2026, 1, 15, 21, 0, tzinfo=UTC) + timedelta(hours=hour))
        await caught_up(house, smtp_script)
        assert mails_to(smtp_script) == []

    set_to(clock, datetime(2026, 1, 16, 6, 0, tzinfo=UTC))
    await caught_up(house, smtp_script)

    _, sent = house.told(message_id)
    assert isinstance(sent, NotificationSent)
    assert sent.attempts == 1
    assert len(mails_to(smtp_script)) == 1


async def test_reading_cancels_what_is_pending_before_anybody_would_send_it(
    house: House, clock: FixedClock, smtp_script: SmtpScript
) -> None:
    resident = house.resident(AN, quiet_hours=NIGHT)
    set_to(clock, datetime(2026, 1, 15, 22, 0, tzinfo=UTC))
    message_id = house.publish(resident)
    await caught_up(house, smtp_script)
    house.open(message_id)
    await caught_up(house, smtp_script)

    *_, cancelled = house.told(message_id)
    assert isinstance(cancelled, NotificationCancelled)
    assert cancelled.reason == "opened"
    assert house.outbox.counts()["cancelled"] == 1


@pytest.mark.parametrize("reason", ["opened", "hidden", "expired"])
async def test_what_need_not_be_told_any_more_is_cancelled_instead_of_mailed(
    house: House, clock: FixedClock, smtp_script: SmtpScript, reason: str
) -> None:
    message_id = house.publish(house.resident(AN))
    await filled(house)
    steps = {
        "opened": lambda one: one.open(one.id, clock.now()),
        "hidden": lambda one: one.change(one.published.access, clock.now(), is_visible=False),
        "expired": lambda one: one.expire(EXPIRES_AT),
    }
    house.change(message_id, steps[reason])
    await caught_up(house, smtp_script)

    *_, cancelled = house.told(message_id)
    assert isinstance(cancelled, NotificationCancelled)
    assert cancelled.reason == reason
    assert mails_to(smtp_script) == []


async def test_a_scheduled_message_is_told_of_once_it_is_released(
    house: House, clock: FixedClock, smtp_script: SmtpScript
) -> None:
    later = NOON + timedelta(days=3)
    message_id = house.publish(house.resident(AN), visible_from=later)
    await caught_up(house, smtp_script)
    assert house.told(message_id) == []

    set_to(clock, later)
    house.change(message_id, lambda one: one.release(clock.now()))
    await caught_up(house, smtp_script)

    assert events(house, notification_of(message_id)) == [NotificationQueued, NotificationSent]
    assert len(mails_to(smtp_script)) == 1


def reminded(house: House, message_id: UUID) -> None:
    house.change(message_id, lambda one: one.remind(house.clock.now()))


def warned(house: House, message_id: UUID) -> None:
    house.change(message_id, lambda one: one.announce_expiry(house.clock.now()))


async def test_an_unread_message_is_reminded_of_and_warned_about_once_each(
    house: House, clock: FixedClock, smtp_script: SmtpScript
) -> None:
    message_id = house.publish(house.resident(AN, frequency=Frequency.DAILY))
    clock.advance(timedelta(days=15))
    reminded(house, message_id)
    await caught_up(house, smtp_script)
    set_to(clock, EXPIRES_AT - timedelta(days=7))
    warned(house, message_id)
    await caught_up(house, smtp_script)

    subjects = mails_to(smtp_script)
    assert sum("nog een ongelezen document" in subject for subject in subjects) == 1
    assert sum("nog te lezen tot 1 januari 2036" in subject for subject in subjects) == 1
    for kind in (NotificationKind.REMINDER, NotificationKind.EXPIRY_WARNING):
        stream = notification_id(message_id, kind.value)
        assert events(house, stream) == [NotificationQueued, NotificationSent]


async def test_who_wants_no_reminders_gets_none(
    house: House, clock: FixedClock, smtp_script: SmtpScript
) -> None:
    message_id = house.publish(house.resident(AN, reminders=False))
    await caught_up(house, smtp_script)
    clock.advance(timedelta(days=15))
    reminded(house, message_id)
    await caught_up(house, smtp_script)

    assert len(mails_to(smtp_script)) == 1
    assert events(house, notification_id(message_id, NotificationKind.REMINDER.value)) == []


def asked_for_a_code(house: House, resident: Resident) -> UUID:
    stream = verification_id(resident.mailbox_id, "0" * 32)
    kind = NotificationKind.EMAIL_VERIFICATION
    queued = Notification.of(stream, resident.mailbox_id, kind, house.clock.now())
    house.events.append_now(*queued.new_facts())
    return stream


async def test_a_code_goes_at_once_to_the_address_that_is_not_verified_yet(
    house: House, clock: FixedClock, smtp_script: SmtpScript
) -> None:
    resident = house.resident(AN, verified=False, quiet_hours=NIGHT, frequency=Frequency.DAILY)
    set_to(clock, datetime(2026, 1, 15, 23, 0, tzinfo=UTC))
    stream = asked_for_a_code(house, resident)
    house.codes.valid[stream] = "042137"
    await caught_up(house, smtp_script)

    (mail,) = [mail for mail in smtp_script.accepted if mail.recipients == (AN,)]
    assert "042137" not in mail.message["Subject"]
    assert all("042137" in str(part.get_content()) for part in mail.message.iter_parts())
    assert events(house, stream) == [NotificationQueued, NotificationSent]


async def test_a_code_that_is_void_by_now_is_not_mailed(house: House, smtp_script: SmtpScript) -> None:
    stream = asked_for_a_code(house, house.resident(AN, verified=False))
    await caught_up(house, smtp_script)

    assert mails_to(smtp_script) == []
    assert events(house, stream) == [NotificationQueued, NotificationCancelled]


async def test_what_the_log_has_an_outcome_for_is_not_mailed_again(
    house: House, clock: FixedClock, smtp_script: SmtpScript
) -> None:
    message_id = house.publish(house.resident(AN), visible_from=NOON + timedelta(days=1))
    told = Notification.queue(
        house.events.load(message_id).published.mailbox_id,
        message_id,
        NotificationKind.NEW_DOCUMENT,
        clock.now(),
    )
    told.sent(1, clock.now())
    house.events.append_now(*told.new_facts())
    clock.advance(timedelta(days=1))
    house.change(message_id, lambda one: one.release(clock.now()))
    await caught_up(house, smtp_script)

    assert mails_to(smtp_script) == []
