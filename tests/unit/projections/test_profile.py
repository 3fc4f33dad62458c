"""The profile of a mailbox's owner after these events."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from domain.events.mailbox import Frequency, MailboxCreated, OwnerKind, QuietHours
from domain.mailbox import Mailbox
from domain.personal import ERASED
from projections import profile
from projections.profile import Profile
from tests.unit.projections.story import NOON, Story, a_mailbox, as_erased

PARTY = uuid4()
LATER = NOON + timedelta(hours=1)


def profile_of(story: Story, mailbox_id: UUID) -> Profile:
    found = story.told(profile.profile, mailbox_id)
    assert found is not None
    return found


def activated() -> Mailbox:
    mailbox = a_mailbox(PARTY)
    mailbox.activate("2026-01", LATER)
    return mailbox


def test_a_mailbox_not_on_record_has_no_profile(story: Story) -> None:
    assert story.told(profile.profile, uuid4()) is None


def test_a_new_mailbox_is_not_activated_and_has_no_address(story: Story) -> None:
    mailbox = a_mailbox(PARTY)
    story.when(*mailbox.new_facts())
    assert profile_of(story, mailbox.id) == Profile(
        mailbox_id=mailbox.id,
        party_id=PARTY,
        owner_kind=OwnerKind.CITIZEN,
        created_at=NOON,
        activated_at=None,
        address=None,
        is_verified=False,
        language=None,
        frequency=Frequency.IMMEDIATE,
        quiet_hours=None,
        reminders=True,
        exclusively_ebox=False,
        show_title=False,
        is_erased=False,
        merged_into=None,
    )


def test_the_first_login_activates_the_mailbox(story: Story) -> None:
    mailbox = activated()
    story.when(*mailbox.new_facts())
    assert profile_of(story, mailbox.id).activated_at == LATER


def test_an_address_counts_once_it_is_verified_and_a_new_one_must_be_verified_again(story: Story) -> None:
    mailbox = activated()
    mailbox.enter_email("an@example.test", LATER)
    story.given(*mailbox.new_facts())
    assert (profile_of(story, mailbox.id).address, profile_of(story, mailbox.id).is_verified) == (
        "an@example.test",
        False,
    )
    mailbox.verify_email(LATER)
    story.when(*mailbox.new_facts())
    assert profile_of(story, mailbox.id).is_verified
    mailbox.enter_email("new@example.test", LATER)
    story.when(*mailbox.new_facts())
    found = profile_of(story, mailbox.id)
    assert (found.address, found.is_verified) == ("new@example.test", False)


def test_a_rejected_address_is_forgotten(story: Story) -> None:
    mailbox = activated()
    mailbox.enter_email("an@example.test", LATER)
    mailbox.verify_email(LATER)
    mailbox.reject_email("550", LATER)
    story.when(*mailbox.new_facts())
    found = profile_of(story, mailbox.id)
    assert (found.address, found.is_verified) == (None, False)


def test_preferences_are_those_of_the_last_change(story: Story) -> None:
    mailbox, night = activated(), QuietHours("22:00", "07:00", "Europe/Brussels")
    mailbox.prefer(language="nl", frequency=Frequency.DAILY, at=LATER)
    mailbox.prefer(
        language="fr",
        frequency=Frequency.IMMEDIATE,
        quiet_hours=night,
        reminders=False,
        exclusively_ebox=True,
        show_title=True,
        at=LATER,
    )
    story.when(*mailbox.new_facts())
    found = profile_of(story, mailbox.id)
    assert (found.language, found.frequency, found.quiet_hours) == ("fr", Frequency.IMMEDIATE, night)
    assert (found.reminders, found.exclusively_ebox, found.show_title) == (False, True, True)


def test_a_change_to_one_mailbox_leaves_the_others_alone(story: Story) -> None:
    one, other = a_mailbox(PARTY), a_mailbox(uuid4())
    story.given(*one.new_facts(), *other.new_facts())
    other.activate("2026-01", LATER)
    story.when(*other.new_facts())
    assert profile_of(story, one.id).activated_at is None


def test_an_erased_owner_has_no_address(story: Story) -> None:
    mailbox = activated()
    mailbox.enter_email("an@example.test", LATER)
    facts = mailbox.new_facts()
    story.when(
        *(
            as_erased(fact, **{"identifier" if isinstance(fact, MailboxCreated) else "address": ERASED})
            for fact in facts
        )
    )
    found = profile_of(story, mailbox.id)
    assert found.is_erased
    assert (found.address, found.activated_at) == (None, LATER)


def test_a_merged_mailbox_names_the_one_that_took_its_place(story: Story) -> None:
    mailbox, survivor = activated(), a_mailbox(uuid4())
    mailbox.enter_email("an@example.test", LATER)
    mailbox.verify_email(LATER)
    mailbox.merge_into(survivor, LATER)
    story.when(*mailbox.new_facts(), *survivor.new_facts())
    found = profile_of(story, mailbox.id)
    assert (found.merged_into, found.address, found.is_verified) == (survivor.id, None, False)
    found = profile_of(story, survivor.id)
    assert (found.merged_into, found.address, found.is_verified) == (None, "an@example.test", True)
