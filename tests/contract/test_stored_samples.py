"""What an earlier release stored, this one reads: a sample of each event and version, never edited."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import pytest

from domain.events import EVENTS
from domain.personal import ERASED
from eventstore.fields import shape_of
from tests.contract.samples import FOLDER, Sample, digests, sample_mapper
from tests.contract.stored.common import PARTY
from tests.contract.stored_events import EXPECTED

_SAMPLES = sorted(path.name.removesuffix(".json") for path in FOLDER.glob("*.json"))


def _sample(name: str) -> Sample:
    return msgspec.json.decode((FOLDER / f"{name}.json").read_bytes(), type=Sample)


@pytest.mark.parametrize("name", _SAMPLES)
def test_a_stored_event_reads_as_it_always_did(name: str, tmp_path: Path) -> None:
    assert sample_mapper(tmp_path).to_domain_event(_sample(name).stored()) == EXPECTED[name]


@pytest.mark.parametrize("topic", sorted(EVENTS))
def test_every_event_has_a_sample_of_each_of_its_versions(topic: str) -> None:
    versions = range(1, getattr(EVENTS[topic], "class_version", 1) + 1)
    assert {f"{topic}.v{version}" for version in versions} <= set(_SAMPLES)


@pytest.mark.parametrize("topic", sorted(EVENTS))
def test_an_event_is_stored_under_a_topic_of_its_own(topic: str) -> None:
    assert vars(EVENTS[topic])["TOPIC"] == topic


def test_every_topic_that_was_ever_stored_still_has_its_event() -> None:
    assert {_sample(name).topic for name in _SAMPLES} == set(EVENTS)


@pytest.mark.parametrize("name", _SAMPLES)
def test_a_sample_was_never_edited(name: str) -> None:
    assert digests()[f"{name}.json"] == hashlib.sha256((FOLDER / f"{name}.json").read_bytes()).hexdigest()


def test_the_samples_meet_every_personal_field_there_is() -> None:
    for name, event in EXPECTED.items():
        if not name.endswith(f".v{getattr(type(event), 'class_version', 1)}"):
            continue  # an earlier version could not tell what a later one does
        shape = shape_of(type(event))
        assert all(getattr(event, field.name) is not None for field in shape.personal), name


def test_an_erased_partys_sample_still_reads(tmp_path: Path) -> None:
    mapper = sample_mapper(tmp_path)
    mapper._keys.learn(PARTY, None)
    event = mapper.to_domain_event(_sample("mailbox.created.v1").stored())
    assert vars(event)["identifier"] is ERASED
