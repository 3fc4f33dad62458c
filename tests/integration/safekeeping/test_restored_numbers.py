"""Replaced numbers and merged mailboxes after a restore, whenever the keys were backed up."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from application.progress import Silent
from application.replacing import Replacing
from bootstrap.system import System
from domain.identifiers import Ssin
from tests.integration.api.embedded import embedded_ebox
from tests.integration.safekeeping.places import Place, publish

OLD, NEWER, NEW = Ssin("92321506985"), Ssin("92521506931"), Ssin("19082416188")


def replacing(system: System) -> Replacing:
    """The operator's commands, which wait for no other process here."""
    return Replacing(
        events=system.events,
        parties=system.parties,
        replacements=system.key_store.replacements,
        threads=system._key_store_threads,
        clock=system.clock,
        settling_seconds=0.0,
    )


async def party_of(system: System, number: Ssin) -> UUID | None:
    """Whom the number leads to."""
    party = await system.parties.find(number)
    return party.party_id if party else None


@pytest.mark.parametrize("is_older", [False, True], ids=["keys of then", "keys of before"])
async def test_every_number_leads_where_it_led(
    places: tuple[Place, Place], tmp_path: Path, is_older: bool
) -> None:
    lost, new = places
    async with embedded_ebox(lost.folder, **lost.settings) as ebox:
        await publish(ebox, OLD.number, 1)
        await publish(ebox, NEW.number, 1)
        await lost.back_up(tmp_path / "backup", tmp_path / "keys of before")
        one = await party_of(ebox.system, OLD)
        survivor = await party_of(ebox.system, NEW)
        await replacing(ebox.system).replace(OLD, NEWER)
        await replacing(ebox.system).merge(OLD, NEW, Silent())
        await lost.back_up(tmp_path / "backup", tmp_path / "keys of then")
    keys = tmp_path / ("keys of before" if is_older else "keys of then")
    await new.restore(tmp_path / "backup", keys)
    new.take_over_partners(lost)
    async with embedded_ebox(new.folder, **new.settings) as ebox:
        found = {await party_of(ebox.system, number) for number in (OLD, NEWER, NEW)}
        assert found == {survivor}
        assert survivor is not None
        assert one is not None
        assert await ebox.system.parties.identifier_of(survivor) == NEW
        merged = await ebox.system.parties.by_id(one)
        assert merged is not None
        assert merged.merged_into == survivor
        assert ebox.system.key_store.replacements.unfinished() == []
        ebox.system.key_store.hashed_numbers.check()
