"""What an event looks like in the log, and that it comes back the same, or erased, or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from eventsourcing.persistence import StoredEvent
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.events.message import Addressee, BusinessDatum, MessagePublished
from domain.personal import ERASED
from eventstore.errors import EventUnreadable, KeyMissing
from eventstore.keys import KeyRing
from eventstore.mapper import EventMapper
from eventstore.personal import PartyKey, commitment, context
from tests.logbook import (
    NOW,
    a_mailbox,
    a_publication,
    an_access,
    an_address,
    an_attachment,
    an_opening,
    changed,
    know,
)

_texts = st.text(max_size=40)
_by_language = st.dictionaries(st.sampled_from(["nl", "fr", "de", "en"]), _texts, max_size=4)
_attachments = st.lists(
    st.builds(an_attachment, file_name=_texts, title=st.none() | _by_language), max_size=3
)
_data = st.lists(
    st.builds(
        BusinessDatum, key=_texts, name=st.none() | _by_language, values=st.lists(_by_language, max_size=2)
    ),
    max_size=2,
)


def _state(stored: StoredEvent) -> dict[str, Any]:
    return msgspec.json.decode(stored.state, type=dict[str, Any])


def _changed(stored: StoredEvent, state: dict[str, Any]) -> StoredEvent:
    return replace(stored, state=msgspec.json.encode(state))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    subject=_by_language,
    body=st.none() | _by_language,
    attachments=_attachments,
    business_data=st.none() | _data,
    attention_of=st.none() | st.builds(Addressee, ssin=st.none() | _texts, label=st.none() | _texts),
    actor=_texts,
)
def test_whatever_was_published_comes_back_the_same(
    keys: KeyRing, mapper: EventMapper, attachments: Any, actor: str, **fields: Any
) -> None:
    party, actor_party = know(keys, uuid4()), know(keys, uuid4())
    access = an_access(actor_party, actor)
    event = changed(a_publication(party, actor_party, {}), attachments=attachments, access=access, **fields)
    assert mapper.to_domain_event(mapper.to_stored_event(event)) == event


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(secret=st.text("abcdefghijklmnopqrstuvwxyz0123456789 ", min_size=12, max_size=40))
def test_nothing_personal_is_readable_in_the_stored_bytes(
    keys: KeyRing, mapper: EventMapper, secret: str
) -> None:
    party, actor_party = know(keys, uuid4()), know(keys, uuid4())
    event = a_publication(
        party, actor_party, {"nl": secret}, {"nl": secret}, [an_attachment(secret, {"nl": secret})]
    )
    stored = mapper.to_stored_event(changed(event, access=an_access(actor_party, secret)))
    assert secret.encode() not in stored.state


def test_everything_else_is_readable_in_the_stored_bytes(keys: KeyRing, mapper: EventMapper) -> None:
    event = a_mailbox(know(keys, uuid4()), "85073003328")
    state = _state(mapper.to_stored_event(event))
    sealed = state.pop("identifier")
    assert sealed.keys() == {"owner", "sealed", "commitment"}
    assert sealed["owner"] == str(event.party_id)
    assert state == {
        "timestamp": "2026-03-04T05:06:07.891011Z",
        "originator_topic": "mailbox",
        "event_id": str(event.event_id),
        "party_id": str(event.party_id),
        "owner_kind": "citizen",
        "scheme": "ssin",
        "because": "published_to",
    }


def test_each_personal_field_is_sealed_under_its_own_owners_key(keys: KeyRing, mapper: EventMapper) -> None:
    party, actor_party = know(keys, uuid4()), know(keys, uuid4())
    event = a_publication(
        party, actor_party, {"nl": "s"}, attachments=[an_attachment("a.pdf"), an_attachment("b")]
    )
    state = _state(mapper.to_stored_event(event))
    assert state["subject"]["owner"] == str(party)
    assert state["attachments"][1]["file_name"]["owner"] == str(party)
    assert state["access"]["actor"]["owner"] == str(actor_party)


def test_what_is_committed_to_is_the_fields_json_at_its_place(mapper: EventMapper, keys: KeyRing) -> None:
    party, actor_party = know(keys, uuid4(), bytes(32)), know(keys, uuid4())
    event = a_publication(party, actor_party, {"nl": "s"}, attachments=[an_attachment("a.pdf")])
    stored = mapper.to_stored_event(event)
    place = context(event.originator_id, 1, party, "message.published", "attachments.0.file_name")
    salt = PartyKey(bytes(32)).salt(place)
    recorded = msgspec.convert(_state(stored)["attachments"][0]["file_name"]["commitment"], bytes)
    assert recorded == commitment(salt, b'"a.pdf"')


def test_an_absent_datum_is_null_and_needs_no_key(mapper: EventMapper) -> None:
    event = changed(an_address(uuid4(), "a@example.org"), address=None)
    stored = mapper.to_stored_event(event)
    assert _state(stored)["address"] is None
    assert mapper.to_domain_event(stored) == event


def test_an_erased_partys_data_read_erased_and_the_rest_stays(keys: KeyRing, mapper: EventMapper) -> None:
    party, actor_party = know(keys, uuid4()), know(keys, uuid4())
    event = a_publication(party, actor_party, {"nl": "s"}, attachments=[an_attachment("a.pdf")])
    stored = mapper.to_stored_event(event)
    keys.learn(party, None)
    found = mapper.to_domain_event(stored)
    assert isinstance(found, MessagePublished)
    assert found.subject is ERASED
    assert found.attachments[0].file_name is ERASED
    assert found.attachments[0].size == event.attachments[0].size
    assert found.access == event.access
    assert found.body is None


def test_nothing_is_written_for_a_party_without_a_key(mapper: EventMapper) -> None:
    party = uuid4()
    with pytest.raises(KeyMissing) as refusal:
        mapper.to_stored_event(an_address(party, "a@example.org"))
    assert refusal.value.party_id == party
    assert "a@example.org" not in str(refusal.value)


def test_what_was_erased_cannot_be_written_again(keys: KeyRing, mapper: EventMapper) -> None:
    event = changed(an_address(know(keys, uuid4()), ""), address=ERASED)
    with pytest.raises(ValueError, match="erased"):
        mapper.to_stored_event(event)


@pytest.mark.parametrize(
    ("one", "other"),
    [("subject", "body"), ("subject", "non_sensitive_title")],
)
def test_two_fields_of_an_event_cannot_be_exchanged(
    keys: KeyRing, mapper: EventMapper, one: str, other: str
) -> None:
    event = a_publication(know(keys, uuid4()), know(keys, uuid4()), {"nl": "1"}, {"nl": "2"})
    stored = mapper.to_stored_event(changed(event, non_sensitive_title={"nl": "3"}))
    state = _state(stored)
    state[one], state[other] = state[other], state[one]
    with pytest.raises(EventUnreadable):
        mapper.to_domain_event(_changed(stored, state))


def test_a_field_cannot_claim_to_have_been_written_elsewhere(keys: KeyRing, mapper: EventMapper) -> None:
    event = a_publication(know(keys, uuid4()), know(keys, uuid4()), {"nl": "1"}, {"nl": "2"})
    stored = mapper.to_stored_event(event)
    state = _state(stored)
    state["subject"] = state["body"] | {"path": "body"}
    with pytest.raises(EventUnreadable):
        mapper.to_domain_event(_changed(stored, state))


def test_two_attachments_cannot_exchange_their_keys(keys: KeyRing, mapper: EventMapper) -> None:
    files = [an_attachment("a.pdf"), an_attachment("b.pdf")]
    stored = mapper.to_stored_event(
        a_publication(know(keys, uuid4()), know(keys, uuid4()), {}, attachments=files)
    )
    state = _state(stored)
    first, second = state["attachments"]
    first["document_key"], second["document_key"] = second["document_key"], first["document_key"]
    with pytest.raises(EventUnreadable):
        mapper.to_domain_event(_changed(stored, state))


@pytest.mark.parametrize("change", [{"originator_id": uuid4()}, {"originator_version": 2}])
def test_an_event_cannot_be_moved_to_another_place(
    keys: KeyRing, mapper: EventMapper, change: dict[str, Any]
) -> None:
    stored = mapper.to_stored_event(an_address(know(keys, uuid4()), "a@example.org"))
    with pytest.raises(EventUnreadable) as refusal:
        mapper.to_domain_event(replace(stored, **change))
    assert "a@example.org" not in str(refusal.value)


def test_a_field_cannot_be_given_to_another_owner(keys: KeyRing, mapper: EventMapper) -> None:
    stored = mapper.to_stored_event(an_address(know(keys, uuid4()), "a@example.org"))
    state = _state(stored)
    state["address"]["owner"] = str(know(keys, uuid4()))
    with pytest.raises(EventUnreadable):
        mapper.to_domain_event(_changed(stored, state))


@pytest.mark.parametrize("state", [b"", b"{", b"[]", b"{}", b"\xff", b'{"timestamp": 1}'])
def test_bytes_that_are_no_such_event_are_refused(mapper: EventMapper, state: bytes) -> None:
    stored = replace(mapper.to_stored_event(an_opening()), state=state)
    with pytest.raises(EventUnreadable, match=r"message\.opened"):
        mapper.to_domain_event(stored)


def test_a_topic_that_is_no_events_is_never_imported(mapper: EventMapper) -> None:
    stored = replace(mapper.to_stored_event(an_opening()), topic="os:system")
    with pytest.raises(EventUnreadable, match="no event has this topic"):
        mapper.to_domain_event(stored)


def test_a_field_of_the_wrong_type_is_never_written(keys: KeyRing, mapper: EventMapper) -> None:
    with pytest.raises(TypeError, match=r"message\.opened"):
        mapper.to_stored_event(changed(an_opening(), access_id="no id"))
    with pytest.raises(TypeError, match="subject") as refusal:
        mapper.to_stored_event(a_publication(know(keys, uuid4()), know(keys, uuid4()), "one text"))  # type: ignore[arg-type]
    assert "one text" not in str(refusal.value)


@pytest.mark.parametrize("moment", [NOW.replace(tzinfo=None), NOW.astimezone(timezone(timedelta(hours=1)))])
def test_an_events_time_is_in_utc(mapper: EventMapper, moment: datetime) -> None:
    with pytest.raises(ValueError, match="UTC"):
        mapper.to_stored_event(changed(an_opening(), timestamp=moment))


def test_a_time_without_a_zone_is_never_written(keys: KeyRing, mapper: EventMapper) -> None:
    event = a_publication(know(keys, uuid4()), know(keys, uuid4()), {})
    with pytest.raises(TypeError, match=r"message\.published"):
        mapper.to_stored_event(changed(event, due_at=NOW.replace(tzinfo=None)))


def test_a_page_is_decoded_in_its_order(keys: KeyRing, mapper: EventMapper) -> None:
    party: UUID = know(keys, uuid4())
    events = [an_opening(), an_address(party, "a@example.org"), an_opening()]
    assert mapper.to_domain_events([mapper.to_stored_event(event) for event in events]) == events
