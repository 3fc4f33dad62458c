"""An erased person stays erased after a restore of keys from before: with all that was merged into them."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from application.progress import Silent
from domain.identifiers import Ssin
from eventstore.partytables import PARTY_IDENTIFIER
from tests.integration.api.embedded import AN, embedded_ebox
from tests.integration.erasure.stage import Stage
from tests.integration.safekeeping.places import Place, publish
from tests.integration.safekeeping.test_restored_numbers import NEW, OLD, party_of, replacing
from tests.waiting import until


async def test_keys_and_numbers_of_who_was_erased_do_not_come_back(
    on_files: tuple[Place, Place], tmp_path: Path
) -> None:
    lost, new = on_files
    async with embedded_ebox(lost.folder, **lost.settings) as ebox:
        for number in (OLD, NEW):
            await publish(ebox, number.number, 1)
        one, survivor = await party_of(ebox.system, OLD), await party_of(ebox.system, NEW)
        await lost.back_up(tmp_path / "backup", tmp_path / "keys of before")
        await replacing(ebox.system).merge(OLD, NEW, Silent())
        stage = Stage(ebox, lost.all_settings)
        await stage.begin()
        mailbox = await stage.mailbox_of(NEW.number)
        async with stage.operator(settling=0.0) as parts:
            done = await parts.running.run(await stage.approved(mailbox), Silent())
        assert (done.messages, done.documents) == (2, 2)
        keys = ebox.system.key_store.keys
        for party in (one, survivor):
            assert party is not None
            await until(lambda party=party: keys.key_of(party) is None)  # type: ignore[misc]
        await lost.back_up(tmp_path / "backup", tmp_path / "keys of then")
    restored = await new.restore(tmp_path / "backup", tmp_path / "keys of before")
    assert restored.erased == 2
    new.take_over_partners(lost)
    async with embedded_ebox(new.folder, **new.settings) as ebox:
        for party in (one, survivor):
            assert party is not None
            assert ebox.system.key_store.keys.key_of(party) is None
        for number in (OLD, NEW):
            assert await party_of(ebox.system, number) not in {one, survivor}  # one of them has come again
        with ebox.system.key_store.engine.connect() as connection:
            led = set(connection.scalars(sa.select(PARTY_IDENTIFIER.c.party_id)))
        assert not {one, survivor} & led
        assert await party_of(ebox.system, Ssin(AN.number)) in led


async def test_who_was_about_to_be_erased_is_there_after_a_restore(
    on_files: tuple[Place, Place], tmp_path: Path
) -> None:
    lost, new = on_files
    async with embedded_ebox(lost.folder, **lost.settings) as ebox:
        an = await party_of(ebox.system, Ssin(AN.number))
        assert an is not None
        ebox.system.key_store.erased.close([an], ebox.system.clock.now())
        await lost.back_up(tmp_path / "backup")
    restored = await new.restore(tmp_path / "backup")
    assert restored.erased == 0
    new.take_over_partners(lost)
    async with embedded_ebox(new.folder, **new.settings) as ebox:
        assert await party_of(ebox.system, Ssin(AN.number)) == an
