"""The published log over HTTP: hashes for everybody, entries for auditors, each look on record."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from application.demo.scopes import WHOLE_DEMO
from audit.leaf import decode
from audit.timestamps.authority import Authority
from audit.timestamps.daily import DailyTimestamps
from audit.timestamps.tokens import authorities_in, check_timestamp
from audit.tlog.checkpoints import Checkpoint, open_checkpoint
from audit.tlog.encoding import decode_base64
from audit.tlog.merkle import verify_consistency
from audit.tlog.notes import VerifierKey
from audit.tlog.proofs import TlogProof
from audit.tlog.tiles import decode_bundle, paths_of
from audit.tlog.tree import TileTree
from domain.events.audit import AuditReplayed, Look
from domain.identifiers import Ssin
from tests.integration.api.embedded import AN, Embedded
from tests.integration.api.logged import Logged, logged_ebox
from tests.integration.api.publishing import body_only, publish
from tests.servers.timestamps import TimestampAuthority

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def logged(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Logged]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("elsewhere"))
        async with logged_ebox(tmp_path_factory.mktemp("logged")) as logged:
            for number in range(3):
                await publish(logged.ebox, body_only(f"Number {number}"))
            await logged.caught_up()
            yield logged


async def opened(ebox: Embedded) -> Checkpoint:
    note = (await ebox.http.get("/audit/checkpoint")).content
    keys = [VerifierKey.parse(line) for line in (await ebox.http.get("/audit/vkeys")).text.splitlines()]
    return open_checkpoint(note, keys)[0]


async def test_the_tiles_lead_to_the_root_of_the_checkpoint(logged: Logged) -> None:
    checkpoint = await opened(logged.ebox)
    tiles = {}
    for path in paths_of(checkpoint.size):
        if "entries" not in path:
            answer = await logged.ebox.http.get(f"/audit/{path}")
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
            assert answer.headers["content-type"] == "application/octet-stream"
            tiles[path] = answer.content
    assert TileTree(tiles.get, checkpoint.size).root() == checkpoint.root


async def test_a_checkpoint_is_kept_for_a_second_and_a_tile_for_good(logged: Logged) -> None:
    answer = await logged.ebox.http.get("/audit/checkpoint")
    assert answer.headers["cache-control"] == "public, max-age=1"
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    known = {"If-None-Match": answer.headers["etag"]}
    assert (await logged.ebox.http.get("/audit/checkpoint", headers=known)).status_code == 304
    described = await logged.ebox.http.head("/audit/tile/0/000.p/1")
    assert (described.status_code, described.content) == (200, b"")
    assert described.headers["content-length"] == "32"


async def test_a_partial_tile_that_was_outgrown_is_cut_from_the_larger(logged: Logged) -> None:
    size = (await opened(logged.ebox)).size
    whole = (await logged.ebox.http.get(f"/audit/tile/0/000.p/{size}")).content
    for width in (1, 2, size - 1):
        part = await logged.ebox.http.get(f"/audit/tile/0/000.p/{width}")
        assert part.content == whole[: 32 * width]


@pytest.mark.parametrize(
    "path",
    ["0/0", "0/000", "0/001.p/1", "0/000.p/0", "0/000.p/256", "9/000", "00/000.p/1", "x", "0/000.p/01"],
)
async def test_what_tlog_tiles_would_not_write_is_not_there(logged: Logged, path: str) -> None:
    answer = await logged.ebox.http.get(f"/audit/tile/{path}")
    assert (answer.status_code, answer.json()["status"]) == (404, 404)


async def test_nothing_beyond_the_checkpoint_is_there(logged: Logged) -> None:
    size = (await opened(logged.ebox)).size
    assert (await logged.ebox.http.get(f"/audit/tile/0/000.p/{size + 1}")).status_code == 404


async def test_auditors_have_the_entries_and_are_recorded_once(logged: Logged) -> None:
    ebox, size = logged.ebox, (await opened(logged.ebox)).size
    before = await ebox.system.events.latest_position()
    path, tile = f"/audit/tile/entries/000.p/{size}", f"/audit/tile/0/000.p/{size}"
    answers = [await ebox.http.get(path, headers=ebox.as_("auditor")) for _ in range(2)]
    assert {one.headers["cache-control"] for one in answers} == {"private, no-store"}
    entries = decode_bundle(answers[0].content)
    hashes = b"".join(hashlib.sha256(b"\0" + entry).digest() for entry in entries)
    assert hashes == (await ebox.http.get(tile)).content
    looks = [event for event in ebox.events_since(before) if isinstance(event, AuditReplayed)]
    assert [one.look for one in looks] == [Look.ENTRIES]


async def test_nobody_else_has_the_entries(logged: Logged) -> None:
    path = "/audit/tile/entries/000.p/1"
    assert (await logged.ebox.http.get(path)).status_code == 401
    for who in ("partner", AN.key):
        assert (await logged.ebox.http.get(path, headers=logged.ebox.as_(who))).status_code == 403


async def test_the_log_only_grows(logged: Logged) -> None:
    old = await opened(logged.ebox)
    await publish(logged.ebox, body_only("One more"))
    await logged.caught_up()
    new = await opened(logged.ebox)
    asked = {"from": old.size, "to": new.size}
    answer = (await logged.ebox.http.get("/audit/proofs/consistency", params=asked)).json()
    hashes = [decode_base64(one) for one in answer["hashes"]]
    verify_consistency(old.size, old.root, new.size, new.root, hashes)
    for size in range(2, old.size):
        earlier = await logged.ebox.http.get("/audit/proofs/consistency", params={"from": 1, "to": size})
        assert earlier.status_code == 200
    for wrong in ({"from": 0, "to": 1}, {"from": 2, "to": 1}, {"from": 1, "to": new.size + 1}):
        refused = await logged.ebox.http.get("/audit/proofs/consistency", params=wrong)
        assert refused.status_code == 400


async def test_an_auditor_has_an_event_of_the_history_proved(logged: Logged) -> None:
    ebox = logged.ebox
    history = await ebox.http.get("/audit/access-history", headers=ebox.as_("auditor"))
    line = next(one for one in history.json()["items"] if one["leaf"])
    answer = await ebox.http.get(
        "/audit/proofs/inclusion", params={"event": line["eventId"]}, headers=ebox.as_("auditor")
    )
    proof = TlogProof.parse(answer.content)
    assert proof.index == line["leaf"]["index"]
    assert decode(proof.extra or b"").event == line["eventId"]
    keys = [VerifierKey.parse(one) for one in (await ebox.http.get("/audit/vkeys")).text.splitlines()]
    proof.verify(proof.extra or b"", keys)


@pytest.mark.parametrize("kind", ["message.published", "message.opened", "mailbox.activated"])
async def test_whoever_an_auditor_has_an_event_proved_of_is_told(logged: Logged, kind: str) -> None:
    ebox = logged.ebox
    message = await publish(ebox, body_only("To be looked at"))
    await ebox.http.get(f"/messageRegistry/v3/ebox/messages/{message}/body", headers=ebox.as_(AN.key))
    await logged.caught_up()
    own = (await ebox.http.get("/me/access-history?limit=100", headers=ebox.as_(AN.key))).json()["items"]
    before = await ebox.system.events.latest_position()
    asked = {"event": next(one["eventId"] for one in own if one["kind"] == kind)}
    ebox.tokens["auditor"] = await ebox.client("auditor").own_token(WHOLE_DEMO)
    await ebox.http.get("/audit/proofs/inclusion", params=asked, headers=ebox.as_("auditor"))
    (look,) = (event for event in ebox.events_since(before) if isinstance(event, AuditReplayed))
    party = await ebox.system.parties.find(Ssin(AN.number))
    assert party is not None
    assert look.mailbox_id == party.mailbox_id


async def test_without_witnesses_there_is_no_witnessed_checkpoint(logged: Logged) -> None:
    answer = await logged.ebox.http.get("/audit/checkpoint/witnessed")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]


async def test_what_an_authority_stamped_is_checked_by_whoever_has_its_root(
    logged: Logged, tmp_path: Path
) -> None:
    http, system = logged.ebox.http, logged.ebox.system
    index = await http.get("/audit/timestamps/index")
    assert (index.status_code, index.content) == (200, b"")
    assert (await http.get("/audit/timestamps/1")).status_code == 404
    assert (await http.get("/audit/timestamps/0")).status_code == 400

    with TimestampAuthority(tmp_path / "authority") as authority:
        asked = Authority(authority.url, ssl.create_default_context())
        keys = [key.verifier for key in system.audit_keys]
        await asyncio.to_thread(DailyTimestamps(asked, system.log_files, keys, system.clock).stamp_if_due)
        asked.close()
    (size,) = (await http.get("/audit/timestamps/index")).text.splitlines()
    origin = (await opened(logged.ebox)).origin
    root = TileTree(system.log_files.read, int(size)).root()
    checkpoint = Checkpoint(origin, int(size), root)
    stamp = await http.get(f"/audit/timestamps/{size}")
    assert stamp.headers["content-type"] == "application/timestamp-reply"
    assert check_timestamp(
        stamp.content, checkpoint.text.encode(), authorities_in(authority.root.read_bytes())
    )
