"""The access history as its owner is told it: an embargo withholds what happened, not that it did."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from domain.access import AuditLook, BasisKind, ScopeBasis
from domain.events.audit import LookedAt
from projections import access_history, access_history_owner
from projections.access_history import HistoryFilter, HistoryRow
from tests.unit.projections.story import NOON, Story, a_citizen, a_look, a_message, an_access, an_auditor

MAILBOX, OTHER = uuid4(), uuid4()
END = NOON + timedelta(days=60)
BEFORE = END - timedelta(microseconds=1)
ROOT = Path(__file__).parents[3]
FOR_AUDITORS = {"application/auditing.py", "application/exporting.py"}
"""Who may read the history with nothing withheld."""


def owners(story: Story, now: datetime, *mailboxes: UUID) -> list[HistoryRow]:
    return story.told(access_history_owner.page, mailboxes or (MAILBOX,), now, limit=100)


def one_row(story: Story, position: int, now: datetime, *mailboxes: UUID) -> HistoryRow | None:
    return story.told(access_history_owner.row_at, mailboxes, position, now)


def auditors(story: Story) -> list[HistoryRow]:
    return story.told(access_history.page, HistoryFilter(), limit=100)


def test_until_the_embargo_ends_a_look_keeps_its_place_and_its_time_alone(story: Story) -> None:
    look = a_look(an_auditor(), MAILBOX, NOON, END)
    story.when(*look.new_facts())
    [row] = owners(story, BEFORE)
    told = {name: value for name, value in asdict(row).items() if value is not None}
    assert told == {
        "position": story.position,
        "at": NOON,
        "kind": "withheld",
        "mailbox_id": MAILBOX,
        "is_actor_erased": False,
        "withheld_until": END,
    }
    assert row.is_withheld


def test_when_the_embargo_ends_all_of_it_is_told(story: Story) -> None:
    story.when(*a_look(an_auditor(), MAILBOX, NOON, END).new_facts())
    assert owners(story, END) == auditors(story)
    assert not owners(story, END)[0].is_withheld


def test_a_look_without_an_embargo_is_told_at_once(story: Story) -> None:
    story.when(*a_look(an_auditor(), MAILBOX, NOON).new_facts())
    [row] = owners(story, NOON)
    assert (row.kind, row.actor_kind) == ("audit.replayed", "auditor")


def test_nothing_is_withheld_from_auditors(story: Story) -> None:
    story.when(*a_look(an_auditor(), MAILBOX, NOON, END).new_facts())
    [row] = auditors(story)
    assert (row.kind, row.is_withheld, row.detail is not None) == ("audit.replayed", False, True)


def test_an_export_is_withheld_as_a_look_is(story: Story) -> None:
    under = ScopeBasis(BasisKind.AUDIT_SCOPE, uuid4(), 2, "2026/17", "complaint", END)
    asked = LookedAt(mailbox_id=MAILBOX)
    story.when(*AuditLook.exported("jsonl", MAILBOX, an_auditor(), under, NOON, asked).new_facts())
    assert [row.kind for row in owners(story, BEFORE)] == ["withheld"]
    [row] = owners(story, END)
    assert (row.kind, row.what) == ("audit.exported", "export")


def test_a_look_at_no_single_mailbox_is_in_no_owners_history(story: Story) -> None:
    story.when(*a_look(an_auditor(), None, NOON).new_facts())
    assert (owners(story, END), len(auditors(story))) == ([], 1)


def test_between_others_no_line_is_missing_and_pages_go_on(story: Story) -> None:
    message, an = a_message(MAILBOX), a_citizen()
    story.given(*message.new_facts())
    story.given(*a_look(an_auditor(), MAILBOX, NOON, END).new_facts())
    story.when(*an_access(message, an, NOON).new_facts())
    all_of_it = ["access.recorded", "withheld", "message.published"]
    assert [row.kind for row in owners(story, BEFORE)] == all_of_it
    paged: list[HistoryRow] = []
    while page := story.told(
        access_history_owner.page,
        (MAILBOX,),
        BEFORE,
        limit=1,
        before=paged[-1].position if paged else None,
    ):
        paged += page
    assert [row.kind for row in paged] == all_of_it


def test_it_is_withheld_in_a_merged_mailbox_too_and_where_one_line_is_asked_for(story: Story) -> None:
    story.when(*a_look(an_auditor(), OTHER, NOON, END).new_facts())
    [row] = owners(story, BEFORE, MAILBOX, OTHER)
    assert row.is_withheld
    assert one_row(story, row.position, BEFORE, MAILBOX, OTHER) == row
    assert one_row(story, row.position, END, MAILBOX, OTHER) == auditors(story)[0]
    assert one_row(story, row.position, END, MAILBOX) is None
    assert one_row(story, row.position + 1, END, OTHER) is None


def test_nobody_but_auditors_reads_the_history_with_nothing_withheld() -> None:
    folders = ("api", "application", "audit", "bootstrap", "web")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    readers = {str(path.relative_to(ROOT)) for path in files if "access_history.page" in path.read_text()}
    assert readers == FOR_AUDITORS
