"""A mailbox whose owner gets another number, or turns out to have another mailbox."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from domain.errors import Conflict
from domain.events.mailbox import CreatedBecause, Frequency, IdentifierReplaced
from domain.identifiers import EnterpriseNumber, Identifier, Ssin
from domain.mailbox import Mailbox

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LATER = AT + timedelta(days=1)
OLD, NEW, ENTERPRISE = Ssin("92321506985"), Ssin("92521506931"), EnterpriseNumber("0316380841")


def mailbox_of(owner: Identifier) -> Mailbox:
    return Mailbox.create(uuid4(), uuid4(), owner, CreatedBecause.PUBLISHED_TO, AT)


def in_use(owner: Identifier, address: str, language: str) -> Mailbox:
    mailbox = mailbox_of(owner)
    mailbox.activate("2026-1", AT)
    mailbox.enter_email(address, AT)
    mailbox.verify_email(AT)
    mailbox.prefer(language=language, frequency=Frequency.DAILY, at=AT)
    return mailbox


def test_a_number_is_replaced_once() -> None:
    mailbox = mailbox_of(OLD)
    for _ in range(2):
        mailbox.replace_identifier(NEW, LATER)
    facts = mailbox.new_facts()
    assert [type(fact) for fact in facts[1:]] == [IdentifierReplaced]
    mailbox.replace_identifier(OLD, LATER)
    assert len(mailbox.new_facts()) == 1


def test_a_number_of_another_register_replaces_none() -> None:
    with pytest.raises(Conflict):
        mailbox_of(OLD).replace_identifier(ENTERPRISE, LATER)


def test_a_mailbox_is_merged_once_and_stays_merged() -> None:
    mailbox, survivor = mailbox_of(OLD), mailbox_of(NEW)
    mailbox.merge_into(survivor, LATER)
    count = mailbox.version
    mailbox.merge_into(survivor, LATER)
    assert (mailbox.version, mailbox.is_merged, mailbox.merged_into) == (count, True, survivor.id)
    with pytest.raises(Conflict):
        mailbox.merge_into(mailbox_of(NEW), LATER)
    with pytest.raises(Conflict):
        survivor.merge_into(mailbox, LATER)


CHANGES: list[Callable[[Mailbox], None]] = [
    lambda mailbox: mailbox.activate("2026-1", LATER),
    lambda mailbox: mailbox.enter_email("an@example.org", LATER),
    lambda mailbox: mailbox.verify_email(LATER),
    lambda mailbox: mailbox.prefer(language="nl", frequency=Frequency.DAILY, at=LATER),
    lambda mailbox: mailbox.replace_identifier(NEW, LATER),
]


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_of_a_merged_mailbox_changes(change: Callable[[Mailbox], None]) -> None:
    mailbox = in_use(OLD, "lea@example.org", "fr")
    mailbox.merge_into(mailbox_of(NEW), LATER)
    with pytest.raises(Conflict):
        change(mailbox)
    version = mailbox.version
    mailbox.reject_email("5.1.1", LATER)
    assert mailbox.version == version


def test_a_survivor_that_nobody_took_into_use_takes_over_what_was_chosen() -> None:
    mailbox, survivor = in_use(OLD, "lea@example.org", "fr"), mailbox_of(NEW)
    mailbox.merge_into(survivor, LATER)
    assert (survivor.address, survivor.is_verified, survivor.language) == ("lea@example.org", True, "fr")
    assert survivor.activated_at == LATER
    assert survivor.frequency is Frequency.DAILY


def test_a_survivor_in_use_keeps_what_its_owner_chose() -> None:
    mailbox, survivor = in_use(OLD, "lea@example.org", "fr"), in_use(NEW, "new@example.org", "de")
    version = survivor.version
    mailbox.merge_into(survivor, LATER)
    assert (survivor.version, survivor.address, survivor.language) == (version, "new@example.org", "de")


def test_a_citizens_and_an_enterprises_mailbox_are_never_one() -> None:
    with pytest.raises(Conflict):
        mailbox_of(OLD).merge_into(mailbox_of(ENTERPRISE), LATER)
    mailbox = mailbox_of(OLD)
    with pytest.raises(Conflict):
        mailbox.merge_into(mailbox, LATER)
