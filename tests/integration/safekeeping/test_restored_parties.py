"""What the log says of a party counts after a restore, whenever the keys were backed up."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bootstrap import safekeeping
from domain.actors import DigitalKey
from domain.identifiers import Ssin
from identity.first_login import FirstLogin
from identity.ports import ProvenPerson
from tests.integration.api.embedded import AN, embedded_ebox
from tests.integration.safekeeping.places import AtStep, Place, publish

NEWCOMER = Ssin("92321506985")
WITHIN = 20.0


async def test_who_activated_while_a_backup_ran_accepts_the_terms_again(
    places: tuple[Place, Place], tmp_path: Path
) -> None:
    """Behind the end of the log, and before the keys: the backup has the party, and no event of theirs."""
    lost, new = places
    loop = asyncio.get_running_loop()
    async with embedded_ebox(lost.folder, **lost.settings) as ebox:
        await publish(ebox, AN.number, 1)

        def activate() -> None:
            coroutine = ebox.system.mailboxes.activate(NEWCOMER)
            asyncio.run_coroutine_threadsafe(coroutine, loop).result(WITHIN)

        progress = AtStep("keys", activate)
        await asyncio.to_thread(safekeeping.back_up, lost.all_settings, tmp_path / "backup", None, progress)
    await new.restore(tmp_path / "backup")
    new.take_over_partners(lost)
    async with embedded_ebox(new.folder, **new.settings) as ebox:
        party = await ebox.system.parties.find(NEWCOMER)
        assert party is not None
        assert party.mailbox_id is not None
        login = FirstLogin(ebox.system.mailboxes, ebox.system.parties, ebox.system.enterprises)
        newcomer = ProvenPerson(party.party_id, DigitalKey.ITSME)
        assert await login.is_due(newcomer)
        await publish(ebox, NEWCOMER.number, 1)  # brings the mailbox along
        assert len(ebox.system.events.events_of(party.mailbox_id)) == 1
        await login.accept_terms(newcomer)
        assert not await login.is_due(newcomer)
        an = await ebox.system.parties.find(Ssin(AN.number))
        assert an is not None
        assert an.mailbox_recorded


async def test_who_activated_after_the_keys_were_backed_up_is_active(
    on_files: tuple[Place, Place], tmp_path: Path
) -> None:
    lost, new = on_files
    async with embedded_ebox(lost.folder, **lost.settings) as ebox:
        await publish(ebox, NEWCOMER.number, 1)
        await lost.back_up(tmp_path / "backup", tmp_path / "keys of before")
        await ebox.system.mailboxes.activate(NEWCOMER)
        await lost.back_up(tmp_path / "backup", tmp_path / "keys of now")
    await new.restore(tmp_path / "backup", tmp_path / "keys of before")
    new.take_over_partners(lost)
    async with embedded_ebox(new.folder, **new.settings) as ebox:
        party = await ebox.system.parties.find(NEWCOMER)
        assert party is not None
        assert (party.is_activated, party.mailbox_recorded) == (True, True)
