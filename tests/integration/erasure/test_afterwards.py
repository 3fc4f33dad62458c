"""What others do about an erased person's messages adds nothing to the mailbox."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from application.progress import Silent
from audit.leaf import AFTER_ERASURE
from domain.actors import Actor, ActorKind
from domain.events.mailbox import OwnerErased
from tests.integration.api.embedded import AN, LEA
from tests.integration.erasure.stage import PATH, Stage, a_pdf


async def test_whoever_follows_documents_or_takes_them_back_adds_nothing_to_it(on_files: Stage) -> None:
    stage, system = on_files, on_files.ebox.system
    letter, other = await stage.published(AN.number), await stage.published(LEA.number)
    at = await system.events.latest_position()
    await stage.ebox.caught_up()
    site = Actor(
        ActorKind.SITE,
        uuid4(),
        "follower",
        uuid4(),
        1,
        "0" * 64,
        uuid4(),
        document_events=frozenset({"citizen"}),
    )
    party = await system.parties.by_mailbox(stage.control)
    assert party is not None
    site = replace(site, party_id=party.party_id)
    before = await system.document_events.page(site, "citizen", after=0, since=None, limit=100)
    assert {one.publication_id for one in before.items} == {letter, other}
    async with stage.operator(settling=0.0) as parts:
        await parts.running.run(await stage.approved(), Silent())
    await stage.ebox.caught_up()
    erased = next(
        number for number, one in enumerate(stage.ebox.events_since(at)) if type(one) is OwnerErased
    )
    after = await system.document_events.page(site, "citizen", after=0, since=None, limit=100)
    assert {one.publication_id for one in after.items} == {other}
    assert after.last == before.last
    http, partner = stage.ebox.http, stage.ebox.as_("partner")
    for action in ("withdraw", "recall"):
        answer = await http.post(f"{PATH}/{letter}/{action}", json={}, headers=partner)
        assert answer.status_code == 200, answer.text
    further = {"items": [{"eboxType": "citizen", "ssin": LEA.number}]}
    answer = await http.post(f"{PATH}/{letter}/recipients", json=further, headers=partner)
    assert answer.status_code == 410, answer.text
    following = {
        one.TOPIC
        for one in stage.ebox.events_since(at)[erased + 1 :]
        if getattr(one, "mailbox_id", one.originator_id) == stage.erased
    }
    assert following <= AFTER_ERASURE, following


async def test_a_shared_document_stays_for_whom_another_erasure_may_yet_spare(on_files: Stage) -> None:
    stage, registry = on_files, on_files.ebox.system.key_store.erased
    pdf = a_pdf(7)
    letter = await stage.published(AN.number, pdf)
    further = {"items": [{"eboxType": "citizen", "ssin": LEA.number}]}
    answer = await stage.ebox.http.post(
        f"{PATH}/{letter}/recipients", json=further, headers=stage.ebox.as_("partner")
    )
    assert answer.status_code == 200, answer.text
    await stage.ebox.caught_up()
    parties = [one.party_id for one in registry.of_mailbox(stage.control)]
    registry.close(parties, stage.ebox.system.clock.now())
    async with stage.operator(settling=0.0) as parts:
        done = await parts.running.run(await stage.approved(), Silent())
    assert done.documents == 0
    registry.reopen(parties)
    assert await stage.content(letter, "lea") == pdf


async def test_what_is_being_erased_is_not_said_to_be_withdrawn(on_files: Stage) -> None:
    stage, registry = on_files, on_files.ebox.system.key_store.erased
    letter = await stage.published(AN.number)
    parties = [one.party_id for one in registry.of_mailbox(stage.erased)]
    registry.close(parties, stage.ebox.system.clock.now())
    http, partner = stage.ebox.http, stage.ebox.as_("partner")
    answer = await http.post(f"{PATH}/{letter}/withdraw", json={}, headers=partner)
    assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (503, True)
    registry.reopen(parties)
    answer = await http.post(f"{PATH}/{letter}/withdraw", json={}, headers=partner)
    assert answer.status_code == 200, answer.text
    assert (await stage.ebox.system.events.get(letter)).is_withdrawn
