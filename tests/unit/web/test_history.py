"""The access history in sentences: one for everything that may be on it, in every language."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.events.access import What
from domain.events.enterprise import RoleAssigned
from domain.events.notification import NotificationQueued
from projections.access_history import MODEL, WITHHELD, HistoryRow
from web.languages import LANGUAGE_NAMES
from web.pages import environment
from web.sentences import Line

SENDER = {"nl": "Pensioendienst", "en": "Pension <office>"}
MESSAGE = UUID("0a3c5e70-1111-4222-8333-444455556666")
OF_MESSAGES = ("message.", "notification.sent", "notification.failed")


def line(kind: str, who: str = "you", what: str | None = None, **more: Any) -> Line:
    row: dict[str, Any] = dict.fromkeys(HistoryRow.__slots__)
    row |= {"position": 1, "event_id": uuid4(), "at": datetime(2026, 3, 2, tzinfo=UTC), "kind": kind}
    row |= {"what": what, "message_id": MESSAGE if kind.startswith(OF_MESSAGES) else None, **more}
    return Line(HistoryRow(**row), who, SENDER, None)


def sentence(one: Line, language: str = "en") -> str:
    module: Any = environment(language).get_template("_history_sentence.html").module
    return str(module.sentence(one)).strip()


@pytest.mark.parametrize("language", list(LANGUAGE_NAMES))
def test_everything_on_the_history_is_said_in_a_sentence(language: str) -> None:
    kinds = {event.TOPIC for event in MODEL.handles}
    assert len(kinds) > 20
    said = {kind: sentence(line(kind), language) for kind in kinds}
    assert all(words.endswith(".") for words in said.values()), said
    unseen_by_owners = {"retention.horizon_moved"}
    assert {kind for kind, words in said.items() if f"({kind})" in words} == unseen_by_owners


@pytest.mark.parametrize("language", list(LANGUAGE_NAMES))
def test_steps_that_the_history_has_no_row_of_are_said_too(language: str) -> None:
    steps = (NotificationQueued, RoleAssigned)
    said = [sentence(line(step.TOPIC, "ebox"), language) for step in steps]
    unheard_of = sentence(line("something.unheard_of", "ebox"), language)
    assert "(something.unheard_of)" in unheard_of
    assert not any("(" in words for words in said)
    assert len({*said, unheard_of}) == 3


def test_a_sentence_about_a_message_that_nobody_knows_any_more_leads_nowhere() -> None:
    for kind in ("message.published", "message.archived", "message.documents_purged"):
        said = sentence(line(kind, "ebox", message_id=None))
        assert "message" in said
        assert "href" not in said


@pytest.mark.parametrize("language", list(LANGUAGE_NAMES))
def test_what_was_done_so_long_ago_that_nobody_keeps_by_whom_names_nobody(language: str) -> None:
    kinds = ["opened", "archived", "confirmed", "hidden", "replied", "shown", "unarchived"]
    opened, *others = (sentence(line(f"message.{kind}", "ebox"), language) for kind in kinds)
    assert len({opened, *others}) == 2
    known = sentence(line("message.opened", "somebody"), language)
    assert opened.count(".") == 2
    assert opened != known


@pytest.mark.parametrize("who", ["you", "somebody"])
def test_each_way_of_looking_is_told_apart(who: str) -> None:
    of_one = {What.ATTACHMENT, What.BODY, What.MESSAGE, What.PAYMENT}
    looks = [
        line("access.recorded", who, what.value, message_id=MESSAGE if what in of_one else None)
        for what in What
    ]
    said = [sentence(look) for look in looks]
    assert all(words.startswith("You " if who == "you" else "Somebody else ") for words in said)
    assert len(set(said)) == (7 if who == "you" else 2)


def test_a_sentence_leads_to_its_message_and_trusts_no_name() -> None:
    said = sentence(line("message.published", "sender"))
    assert f'href="/messages/{MESSAGE}"' in said
    assert "Pension &lt;office&gt; put" in said


@pytest.mark.parametrize("language", list(LANGUAGE_NAMES))
def test_of_what_is_withheld_is_said_by_when_it_will_be_shown_and_nothing_else(language: str) -> None:
    until = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    told = sentence(line(WITHHELD, "withheld", withheld_until=until), language)
    assert "2026" in told
    vague = sentence(line("something.unheard_of"), language)
    shown = sentence(line("audit.replayed", "auditor", "access_history"), language)
    assert len({told, vague, shown}) == 3
