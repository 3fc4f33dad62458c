"""What is lost is made again from what is left; what contradicts what was signed is refused."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from audit import leaf
from audit.published import PublishedLog
from audit.sequencer.errors import Refused
from audit.sequencer.tables import CHECKPOINT, LEAF, METADATA
from audit.tlog.checkpoints import Checkpoint
from audit.tlog.notes import SignerKey, sign_note
from tests.auditlog import AuditLog, directory, every_file, wait_for
from tests.logbook import a_publication, an_opening, know


def filled(log: AuditLog, count: int = 300) -> Checkpoint:
    log.append_many(count)
    return log.run_until_covered()


def forget(log: AuditLog, *, after: int = -1, checkpoints: bool = True) -> None:
    """What a database has lost that was put back from a backup, or is empty."""
    with log.database.transaction() as connection:
        if after < 0:
            for table in METADATA.sorted_tables:
                connection.execute(sa.delete(table))
        else:
            connection.execute(sa.delete(LEAF).where(LEAF.c.leaf_index > after))
            if checkpoints:
                connection.execute(sa.delete(CHECKPOINT))


def test_an_emptied_directory_is_filled_again(log: AuditLog) -> None:
    before = filled(log)
    files = every_file(log.files)
    shutil.rmtree(log.folder / "audit-log")
    log.files = directory(log.folder / "audit-log")

    assert log.run_until_covered() == before
    assert every_file(log.files) == files


def test_a_directory_that_was_put_back_is_brought_up_to_date(small_log: AuditLog) -> None:
    filled(small_log)
    shutil.copytree(small_log.folder / "audit-log", small_log.folder / "copy")
    before = filled(small_log, 270)
    shutil.rmtree(small_log.folder / "audit-log")
    (small_log.folder / "copy").rename(small_log.folder / "audit-log")

    assert small_log.run_until_covered() == before
    tree = PublishedLog(small_log.files).tree()
    assert tree is not None
    assert tree.root() == before.root


def test_a_directory_that_is_emptied_under_it_is_filled_again(small_log: AuditLog) -> None:
    filled(small_log)
    with small_log.running():
        small_log.append()  # it has begun when this is covered
        small_log.covered()
        (small_log.folder / "audit-log").rename(small_log.folder / "away")
        directory(small_log.folder / "audit-log")
        small_log.append()
        after = small_log.covered()
    tree = PublishedLog(small_log.files).tree()
    assert tree is not None
    assert tree.root() == after.root


@pytest.mark.parametrize("is_gone", [True, False])
def test_what_is_shown_is_looked_after_while_nothing_happens(
    small_log: AuditLog, monkeypatch: pytest.MonkeyPatch, *, is_gone: bool
) -> None:
    monkeypatch.setattr("audit.sequencer.publishing.LOOK_SECONDS", 0.05)
    filled(small_log, 3)
    earlier = small_log.files.read("checkpoint") or b""
    with small_log.running():
        small_log.append()
        small_log.covered()
        newest = small_log.files.read("checkpoint")
        if is_gone:
            small_log.files.delete("checkpoint")
        else:  # by one who led before, and had it in hand
            small_log.files.write("checkpoint", earlier)
        wait_for(lambda: small_log.files.read("checkpoint") == newest)


def test_damaged_tiles_are_written_again(small_log: AuditLog) -> None:
    before = filled(small_log)
    tiles = small_log.folder / "audit-log" / "tile"
    for damaged in (tiles / "0" / "000", tiles / "1" / "000.p" / "1"):
        content = damaged.read_bytes()
        damaged.write_bytes(bytes(len(content)))
        with small_log.running():
            wait_for(partial(holds, damaged, content))
    assert small_log.checkpoint() == before


def holds(file: Path, content: bytes) -> bool:
    return file.read_bytes() == content


def test_lost_rows_are_recovered_from_the_published_log(log: AuditLog) -> None:
    published = a_publication(
        know(log.events._keys, uuid4()),
        know(log.events._keys, uuid4()),
        {"nl": "x"},
    )
    log.append(published)
    before = filled(log)
    rows = log.rows.at(range(before.size))
    forget(log)

    assert log.run_until_covered() == before
    assert log.rows.at(range(before.size)) == rows
    log.append(an_opening(published.originator_id, 2))
    log.run_until_covered()
    chain = log.rows.of_subject(leaf.mailbox_subject(published.mailbox_id), 0, 10)
    assert [row.sequence for row in chain] == [1, 2]


@pytest.mark.parametrize("checkpoints", [True, False])
def test_a_database_of_an_earlier_moment_is_completed(small_log: AuditLog, checkpoints: bool) -> None:
    earlier = filled(small_log)
    with small_log.database.reading() as connection:
        kept = connection.execute(sa.select(CHECKPOINT)).one()
    before = filled(small_log, 40)
    rows = small_log.rows.at(range(before.size))
    forget(small_log, after=earlier.size - 1)
    if checkpoints:
        with small_log.database.transaction() as connection:
            connection.execute(sa.insert(CHECKPOINT).values(**kept._mapping))

    assert small_log.run_until_covered() == before
    assert small_log.rows.at(range(before.size)) == rows


def refused(log: AuditLog) -> str:
    with pytest.raises(Refused) as refusal:
        log.run_to_its_end(log.sequencer())
    return str(refusal.value)


def test_lost_rows_are_not_recovered_from_changed_entries(small_log: AuditLog) -> None:
    filled(small_log)
    bundle = small_log.folder / "audit-log" / "tile" / "entries" / "000"
    bundle.write_bytes(bundle.read_bytes().replace(b'"sequence":1', b'"sequence":2', 1))
    forget(small_log)
    note = small_log.files.read("checkpoint")

    assert "do not make the tree" in refused(small_log)
    bundle.unlink()
    assert "entries/000" in refused(small_log)
    assert small_log.files.read("checkpoint") == note


def test_changed_rows_are_not_published(log: AuditLog) -> None:
    filled(log)
    note = log.files.read("checkpoint")
    with log.database.transaction() as connection:
        entry = log.rows.at([7])[7].entry.replace(b'"sequence":1', b'"sequence":2')
        connection.execute(sa.update(LEAF).where(LEAF.c.leaf_index == 7).values(entry=entry))

    assert "were changed or removed" in refused(log)
    assert log.files.read("checkpoint") == note
    (log.folder / "audit-log" / "checkpoint").unlink()
    assert "were changed or removed" in refused(log)
    assert log.files.read("checkpoint") is None


def test_a_missing_row_is_noticed(small_log: AuditLog) -> None:
    filled(small_log)
    (small_log.folder / "audit-log" / "checkpoint").unlink()
    forget(small_log, after=200, checkpoints=False)

    assert "were changed or removed" in refused(small_log)


def test_an_event_store_of_an_earlier_moment_is_refused_with_what_to_do(log: AuditLog) -> None:
    filled(log, 20)
    table = sa.table("stored_events", sa.column("position"))
    column = "notification_id" if log.url.startswith("postgresql") else "rowid"
    engine = sa.create_engine(log.events_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(sa.delete(table).where(sa.column(column) > 15))
    engine.dispose()

    words = refused(log)
    assert "the event store was restored to an earlier moment" in words
    assert "Restore its newest backup" in words


def test_a_log_that_began_is_not_begun_again(small_log: AuditLog) -> None:
    filled(small_log, 5)
    forget(small_log)
    shutil.rmtree(small_log.folder / "audit-log")
    small_log.files = directory(small_log.folder / "audit-log")

    assert "Put one of both back" in refused(small_log)
    first, small_log.keys = small_log.keys, [SignerKey.generate("ebox.example/audit-2")]
    small_log.run_until_covered()
    assert [one.kind for one in small_log.entries()].count("audit_log.began") == 2

    forget(small_log)
    shutil.rmtree(small_log.folder / "audit-log")
    small_log.files, small_log.keys = directory(small_log.folder / "audit-log"), first
    assert "Put one of both back" in refused(small_log)


def test_an_event_that_was_put_in_twice_is_refused_with_what_to_do(log: AuditLog) -> None:
    event = an_opening()
    log.append(event)
    log.run_until_covered()
    engine = sa.create_engine(log.events_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        copied = "originator_version + 1, topic, state FROM stored_events WHERE originator_version = 1"
        columns = "originator_id, originator_version, topic, state"
        connection.execute(
            sa.text(
                f"INSERT INTO stored_events ({columns}) SELECT originator_id, {copied} AND topic = :topic"
            ),
            {"topic": event.TOPIC},
        )
    engine.dispose()

    assert "has the id of another one" in refused(log)


def test_two_histories_under_one_key_are_refused(small_log: AuditLog) -> None:
    before = filled(small_log, 5)
    other = Checkpoint(before.origin, before.size, bytes(32))
    small_log.files.write("checkpoint", sign_note(other.text, *small_log.keys).encode())
    assert "two histories" in refused(small_log)

    other = Checkpoint(before.origin, before.size + 5, bytes(32))
    small_log.files.write("checkpoint", sign_note(other.text, *small_log.keys).encode())
    assert refused(small_log)


def test_another_logs_key_is_refused(small_log: AuditLog) -> None:
    filled(small_log, 5)
    note = small_log.files.read("checkpoint")
    small_log.keys = [SignerKey.generate("elsewhere.example/audit")]

    assert "key" in refused(small_log)
    assert small_log.files.read("checkpoint") == note


def test_while_the_files_cannot_be_reached_nothing_is_signed(small_log: AuditLog) -> None:
    filled(small_log, 5)
    root = small_log.folder / "audit-log"
    with small_log.running():
        small_log.covered()
        root.rename(small_log.folder / "away")
        small_log.append_many(3)
        wait_for(lambda: small_log.rows.last() is not None)
        (small_log.folder / "away").rename(root)
        after = small_log.covered()
    assert after.size == 9
