"""Who may erase: two different officers, neither of whom asked for it; and nobody under a legal hold."""

from __future__ import annotations

from uuid import uuid4

import pytest

from application.erasing import consents
from application.erasing.consents import new_officer_key
from application.progress import Silent
from domain.errors import Conflict, Gone, NotAllowed, NotFound
from domain.events.erasure import Consent
from tests.integration.api.embedded import AN
from tests.integration.erasure.stage import LEGAL_BASIS, OFFICERS, Stage

FIRST, SECOND, THIRD = OFFICERS


async def test_it_takes_two_different_officers_who_did_not_ask_for_it(on_files: Stage) -> None:
    stage = on_files
    async with stage.operator() as parts:
        asked = await parts.erasures.request(stage.erased, LEGAL_BASIS, stage.keys[FIRST])
        with pytest.raises(NotAllowed, match="another officer"):
            await parts.erasures.approve(asked.id, stage.keys[FIRST])
        await parts.erasures.approve(asked.id, stage.keys[SECOND])
        with pytest.raises(Conflict, match="different one"):
            await parts.erasures.approve(asked.id, stage.keys[SECOND])
        with pytest.raises(Conflict, match="1 more"):
            await stage.run(asked.id)
        # Somebody else's key under a registered name, and a name that nobody registered.
        with pytest.raises(NotAllowed, match="not the key"):
            await parts.erasures.approve(asked.id, new_officer_key(THIRD))
        with pytest.raises(NotFound, match="privacy-9"):
            await parts.erasures.approve(asked.id, new_officer_key("privacy-9"))
        assert not (await parts.erasures.find(asked.id)).is_approved
        approved = await parts.erasures.approve(asked.id, stage.keys[THIRD])
        assert approved.is_approved
        # One signature is good for one erasure alone.
        other = await parts.erasures.request(stage.erased, LEGAL_BASIS)
        assert other.id != asked.id
        assert not (await parts.erasures.find(other.id)).approvals


async def test_what_was_written_into_the_log_as_approved_is_not_carried_out(on_files: Stage) -> None:
    stage, events = on_files, on_files.ebox.system.events
    async with stage.operator() as parts:
        asked = await parts.erasures.request(stage.erased, LEGAL_BASIS)
        await parts.erasures.approve(asked.id, stage.keys[FIRST])
        signed = (await parts.erasures.find(asked.id)).approvals[0]
        forged = await parts.erasures.find(asked.id)
        forged.approve(Consent(SECOND, "of no key", signed.signature), stage.ebox.system.clock.now())
        await events.append(*forged.new_facts())
        with pytest.raises(NotAllowed, match=f"{SECOND} never had"):
            await stage.run(asked.id)
        copied = await parts.erasures.request(stage.erased, LEGAL_BASIS)
        for one in (FIRST, SECOND):
            theirs = consents.sign(stage.keys[one], "another text")
            erasure = await parts.erasures.find(copied.id)
            erasure.approve(theirs, stage.ebox.system.clock.now())
            await events.append(*erasure.new_facts())
        with pytest.raises(NotAllowed, match="not the key"):
            await stage.run(copied.id)
    await stage.published(AN.number)


async def test_a_refused_erasure_is_not_carried_out(on_files: Stage) -> None:
    stage = on_files
    erasure_id = await stage.approved()
    async with stage.operator() as parts:
        await parts.erasures.refuse(erasure_id, "GDPR article 17(3)(e)", stage.keys[THIRD])
    with pytest.raises(Conflict, match=r"17\(3\)"):
        await stage.run(erasure_id)
    with pytest.raises(NotFound):
        await stage.run(uuid4())


async def test_a_legal_hold_stops_the_request_the_approval_and_the_run(on_files: Stage) -> None:
    stage = on_files
    why = "investigation 2026/17"
    async with stage.operator() as parts:
        await parts.erasures.hold(stage.erased, why)
        with pytest.raises(Conflict, match=why):
            await parts.erasures.request(stage.erased, LEGAL_BASIS)
        await parts.erasures.release(stage.erased)
        asked = await parts.erasures.request(stage.erased, LEGAL_BASIS)
        await parts.erasures.approve(asked.id, stage.keys[FIRST])
        await parts.erasures.hold(stage.erased, why)
        with pytest.raises(Conflict, match=why):
            await parts.erasures.approve(asked.id, stage.keys[SECOND])
        await parts.erasures.release(stage.erased)
        await parts.erasures.approve(asked.id, stage.keys[SECOND])
        await parts.erasures.hold(stage.erased, why)
    with pytest.raises(Conflict, match=why):
        await stage.run(asked.id)
    answer = await stage.publish(AN.number)
    assert answer.status_code == 201, answer.text


async def test_a_hold_that_comes_while_the_mailbox_is_being_closed_opens_it_again(on_files: Stage) -> None:
    stage = on_files
    erasure_id = await stage.approved()
    async with stage.operator(settling=0.0) as other:

        class Holding:
            """Puts the mailbox on hold, as the erasure is about to be put on record."""

            def begin(self, step: str, total: int) -> None:
                if step == "putting the erasure on record":
                    mailbox = stage.ebox.system.events.load(stage.erased)
                    mailbox.freeze("court order", stage.ebox.system.clock.now())
                    stage.ebox.system.events.append_now(*mailbox.new_facts())

            def advance(self, count: int) -> None:
                """Nothing."""

        with pytest.raises(Conflict, match="court order"):
            await other.running.run(erasure_id, Holding())
        await other.erasures.release(stage.erased)
        party = stage.ebox.system.key_store.erased.of_mailbox(stage.erased)[0]
        assert not party.is_closed
        await other.running.run(erasure_id, Silent())
    async with stage.operator() as parts:
        with pytest.raises(Gone):
            await parts.erasures.request(stage.erased, LEGAL_BASIS)
        with pytest.raises(Conflict, match="nothing left"):
            await parts.erasures.hold(stage.erased, "too late")
