"""Owners see a line for every number: of their mailbox's chain, of a merged one's, of an enterprise's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from application.demo.people import PEOPLE, Person
from application.progress import Silent
from application.replacing import Replacing
from audit.leaf import decode, mailbox_subject
from audit.proving import numbered
from audit.proving.export_check import check_export
from audit.tlog.notes import VerifierKey
from audit.tlog.proofs import TlogProof
from domain.access import AuditLook, BasisKind, ScopeBasis
from domain.events.audit import Look, LookedAt
from domain.events.notification import NotificationKind
from domain.identifiers import Ssin
from domain.notification import Notification
from domain.retention import Horizon
from tests.integration.api.embedded import AN
from tests.integration.api.logged import Logged, logged_ebox
from tests.integration.api.publishing import PATH, body_only, publish
from tests.integration.staff import EMPLOYER, LEA, MANAGER, MARC, READER, Staff
from tests.integration.web.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")

HISTORY = "/me/access-history"
KIM = PEOPLE[2]
NOTICES = 3

Line = dict[str, Any]


class Lived:
    """An's mailbox with Kim's merged into it; the look at hers that is under an embargo."""

    def __init__(self, logged: Logged, an: UUID, kim: UUID) -> None:
        self.logged = logged
        self.an = an
        self.kim = kim
        self.look = uuid4()

    async def pages(self, limit: int) -> list[list[Line]]:
        """What An is shown on each page."""
        found: list[list[Line]] = []
        query: dict[str, Any] = {"limit": limit, "lang": "en"}
        while True:
            ebox = self.logged.ebox
            answer = (await ebox.http.get(HISTORY, params=query, headers=ebox.as_(AN.key))).json()
            found.append(answer["items"])
            if "nextBefore" not in answer:
                return found
            query["before"] = answer["nextBefore"]

    def numbers(self) -> dict[tuple[str, int], str]:
        """The kind of each leaf of both chains, as they are now."""
        subjects = (mailbox_subject(self.an), mailbox_subject(self.kim))
        rows = [row for one in subjects for row in self.logged.ebox.system.leaf_rows.of_subject(one, 0, 1000)]
        return {(row.subject, row.sequence): decode(row.entry).kind for row in rows}

    async def keys(self) -> list[VerifierKey]:
        """What checks the log's signatures."""
        return [
            VerifierKey.parse(one)
            for one in (await self.logged.ebox.http.get("/audit/vkeys")).text.splitlines()
        ]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lived(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lived]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("elsewhere"))
        async with logged_ebox(tmp_path_factory.mktemp("logged")) as logged:
            lived = Lived(logged, await mailbox_of(logged, AN), await mailbox_of(logged, KIM))
            await they_live(lived)
            await logged.caught_up()
            yield lived


async def mailbox_of(logged: Logged, person: Person) -> UUID:
    await publish(logged.ebox, to(person, "First"))
    party = await logged.ebox.system.parties.find(Ssin(person.number))
    assert party is not None
    assert party.mailbox_id is not None
    return party.mailbox_id


def to(person: Person, title: str) -> dict[str, Any]:
    return body_only(title, recipient={"eboxType": "citizen", "ssin": person.number})


async def they_live(lived: Lived) -> None:
    ebox = lived.logged.ebox
    for turn in range(NOTICES):
        for mailbox_id, person in ((lived.an, AN), (lived.kim, KIM)):
            message = await publish(ebox, to(person, f"Number {turn}"))
            await a_notice(lived, mailbox_id)
            if person is AN:
                await ebox.http.get(f"{PATH}/{message}/body", headers=ebox.as_(AN.key))
    await an_auditor_looks(lived)
    await a_notice(lived, lived.an)
    system = ebox.system
    replacing = Replacing(
        events=system.events,
        parties=system.parties,
        replacements=system.key_store.replacements,
        threads=system._key_store_threads,
        clock=system.clock,
        settling_seconds=0.0,
    )
    await replacing.merge(Ssin(KIM.number), Ssin(AN.number), Silent())
    await a_notice(lived, lived.kim)
    await ebox.http.get(PATH, headers=ebox.as_(AN.key))


async def a_notice(lived: Lived, mailbox_id: UUID) -> None:
    """One is prepared: the history has no row of it."""
    at = lived.logged.clock.now()
    notice = Notification.queue(mailbox_id, uuid4(), NotificationKind.NEW_DOCUMENT, at)
    await lived.logged.ebox.system.events.append(*notice.new_facts())


async def an_auditor_looks(lived: Lived) -> None:
    system, at = lived.logged.ebox.system, lived.logged.clock.now()
    token = await system.access_tokens.validate(lived.logged.ebox.as_("auditor")["Authorization"])
    basis = ScopeBasis(BasisKind.AUDIT_SCOPE, uuid4(), 1, "case-7", "fraud", at + timedelta(days=30))
    actor = await system.actors.of(token, uuid4())
    asked = LookedAt(mailbox_id=lived.an)
    (event,) = AuditLook.of(Look.ACCESS_HISTORY, lived.an, actor, basis, at, asked).new_facts()
    await system.events.append(event)
    lived.look = event.event_id


@pytest.mark.parametrize("limit", [100, 7, 2, 1])
async def test_every_number_is_on_the_pages_once(lived: Lived, limit: int) -> None:
    await lived.logged.caught_up()
    expected = lived.numbers()
    lines = [line for page in await lived.pages(limit) for line in page]

    assert Counter((line["subject"], line["sequence"]) for line in lines) == Counter(expected.keys())
    positions = [line["position"] for line in lines]
    assert positions == sorted(positions, reverse=True)
    for line in lines:
        kind = expected[line["subject"], line["sequence"]]
        assert line["kind"] == kind or (line["kind"], kind) == ("withheld", "audit.replayed")
    steps = [line for line in lines if line["kind"] == "notification.queued"]
    assert {line["sentence"] for line in steps} == {"We prepared a notice to you."}
    assert len(steps) == 2 * NOTICES + 2


async def test_a_page_ends_sooner_where_too_much_lies_between_its_rows(
    lived: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbered, "MOST_BETWEEN", 1)
    await lived.logged.caught_up()
    expected = lived.numbers()
    pages = await lived.pages(1)
    assert all(len(page) <= 2 * (1 + numbered.MOST_BETWEEN) for page in pages)
    found = Counter((line["subject"], line["sequence"]) for page in pages for line in page)
    assert found == Counter(expected.keys())


async def test_of_before_the_horizon_no_leaf_gets_a_line(tmp_path: Path) -> None:
    async with logged_ebox(tmp_path) as logged:
        lived = Lived(logged, await mailbox_of(logged, AN), uuid4())
        await a_notice(lived, lived.an)
        await logged.ebox.http.get(PATH, headers=logged.ebox.as_(AN.key))
        await logged.caught_up()
        (page,) = await lived.pages(100)
        assert {"notification.queued", "access.recorded"} < {line["kind"] for line in page}

        horizon = Horizon.move(logged.clock.now(), logged.clock.now())
        await logged.ebox.system.events.append(*horizon.new_facts())
        await a_notice(lived, lived.an)
        await logged.caught_up()
        (page,) = await lived.pages(100)
        kinds = [line["kind"] for line in page]
        assert kinds[0] == "notification.queued"
        assert "message.published" in kinds[1:]
        assert not {"notification.queued", "access.recorded"} & {*kinds[1:]}


async def test_what_an_embargo_withholds_is_not_told_by_its_leaf(lived: Lived) -> None:
    await lived.logged.caught_up()
    lines = [line for page in await lived.pages(2) for line in page]
    (withheld,) = [line for line in lines if line["kind"] == "withheld"]
    assert withheld["leafIndex"] is None
    assert str(lived.look) not in str(lines)


async def test_a_number_without_a_row_is_proved_too(lived: Lived) -> None:
    await lived.logged.caught_up()
    ebox, keys = lived.logged.ebox, await lived.keys()
    lines = [line for page in await lived.pages(100) for line in page]
    chosen = {line["subject"]: line for line in lines if line["kind"] == "notification.queued"}
    assert set(chosen) == {mailbox_subject(lived.an), mailbox_subject(lived.kim)}
    for line in chosen.values():
        path = line["proofHref"].removeprefix(ebox.system.settings.url)
        proof = TlogProof.parse((await ebox.http.get(path, headers=ebox.as_(AN.key))).content)
        proof.verify(proof.extra or b"", keys)
        assert decode(proof.extra or b"").sequence == line["sequence"]


async def test_the_portal_shows_every_number(lived: Lived) -> None:
    visitor = Visitor(lived.logged.ebox)
    await visitor.log_in()
    await lived.logged.caught_up()
    expected = Counter(sequence for _, sequence in lived.numbers())
    found: list[int] = []
    text = ""
    page = await visitor.http.get("/access-history")
    while True:
        text += page.text
        found += [int(one) for one in re.findall(r">(?:Proof of number|Number) (\d+)<", page.text)]
        older = re.search(r'href="(/access-history\?before=\d+)"', page.text)
        if older is None:
            break
        page = await visitor.http.get(older[1])
    assert Counter(found) == expected
    assert "We prepared a notice to you." in text


async def test_the_export_of_a_merged_mailbox_proves_both_chains(lived: Lived, tmp_path: Path) -> None:
    await lived.logged.caught_up()
    ebox = lived.logged.ebox
    expected = lived.numbers()
    answer = await ebox.http.get(f"{HISTORY}/export", headers=ebox.as_(AN.key))
    (tmp_path / "export.zip").write_bytes(answer.content)
    report = check_export(tmp_path / "export.zip", await lived.keys())
    assert (report.findings, report.withheld, report.leaves) == ([], 1, len(expected))

    heads = (await ebox.http.get(f"{HISTORY}/heads-proof", headers=ebox.as_(AN.key))).json()
    assert [one["mailboxId"] for one in heads["mailboxes"]] == [str(lived.an), str(lived.kim)]


async def test_who_manages_an_enterprise_has_its_history_proved_and_who_reads_there_has_not(
    lived: Lived, tmp_path: Path
) -> None:
    ebox = lived.logged.ebox
    staff = Staff(ebox)
    await staff.assign(EMPLOYER, MANAGER, READER)
    marc = await staff.token(MARC, EMPLOYER)
    await staff.publish(EMPLOYER)
    await staff.listed(marc)
    await lived.logged.caught_up()

    lines: list[Line] = (await staff.get(f"{HISTORY}?lang=en&limit=100", marc)).json()["items"]
    provable = [line for line in lines if "proofHref" in line]
    assert [line["sequence"] for line in provable] == list(range(len(provable), 0, -1))
    given = next(line for line in provable if line["kind"] == "enterprise.role_assigned")
    assert given["sentence"] == "Somebody was given a role in your enterprise."
    path = given["proofHref"].removeprefix(ebox.system.settings.url)
    proof = TlogProof.parse((await staff.get(path, marc)).content)
    proof.verify(proof.extra or b"", await lived.keys())

    lea = await staff.token(LEA, EMPLOYER)
    refused = [path, f"{HISTORY}/export", f"{HISTORY}/heads-proof"]
    assert [(await staff.get(one, lea)).status_code for one in refused] == [403, 403, 403]
    stranger = await ebox.http.get(path, headers=ebox.as_(AN.key))
    assert stranger.status_code == 404

    (tmp_path / "export.zip").write_bytes((await staff.get(f"{HISTORY}/export", marc)).content)
    report = check_export(tmp_path / "export.zip", await lived.keys())
    assert report.findings == []
    assert report.leaves >= len(provable)
