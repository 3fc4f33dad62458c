"""After a restore everybody is told what they were not told yet, and nobody anything twice."""

from __future__ import annotations

import asyncio
from pathlib import Path

import sqlalchemy as sa

from application.backup.tables import TableSet, fill_tables, write_tables
from notifier.database import OutboxDatabase
from notifier.restoring import look_before_sending
from notifier.tables import FILLER_POSITION, METADATA
from tests.integration.notifier.house import House, Urls
from tests.servers.smtp_script import SmtpScript
from tests.waiting import until


def outbox_at(url: str) -> tuple[OutboxDatabase, TableSet]:
    """The outbox's tables, as backup and restore see them."""
    database = OutboxDatabase(url)
    kept = METADATA.sorted_tables
    tables = TableSet("outbox", kept, ["outbox_version"], database.reading, database.transaction)
    return database, tables


def test_the_outbox_goes_on_while_it_is_backed_up(tmp_path: Path) -> None:
    urls = Urls.sqlite(tmp_path)
    with House(urls):  # makes the tables
        database, tables = outbox_at(urls.outbox)
    position = sa.select(FILLER_POSITION.c.position)
    with tables.snapshot() as snapshot:
        before = snapshot.execute(position).scalar_one()
        with database.transaction() as connection:
            connection.execute(sa.update(FILLER_POSITION).values(position=before + 1))
        assert snapshot.execute(position).scalar_one() == before
    with database.reading() as connection:
        assert connection.execute(position).scalar_one() == before + 1
    database.close()


async def test_mails_are_neither_lost_nor_sent_again(tmp_path: Path, smtp_script: SmtpScript) -> None:
    lost, new = Urls.sqlite(tmp_path), Urls.sqlite(tmp_path)
    new = Urls(new.events, new.keys, f"sqlite:///{tmp_path}/new outbox.db")
    with House(lost) as house:
        an, lea = house.resident("an@example.test"), house.resident("lea@example.test")
        told = house.publish(an)
        async with house.notifying(house.sender(smtp_script.url)):
            await until(lambda: house.is_settled(told))

        waiting = house.publish(lea)
        filler = house.filler()
        filling = asyncio.create_task(asyncio.to_thread(filler.run))
        await until(lambda: house.outbox.counts().get("due") == 1)
        filler.stop()
        await filling

        taken_at = house.clock.now()
        database, tables = outbox_at(lost.outbox)
        with tables.snapshot() as connection:
            write_tables(connection, tables, tmp_path / "outbox")
        database.close()

        # The backup of the log ends a moment later: it has this outcome, and a message that nobody queued.
        async with house.notifying(house.sender(smtp_script.url)):
            await until(lambda: house.is_settled(waiting))
        late = house.publish(an)

    with House(new) as house:
        database, tables = outbox_at(new.outbox)
        with tables.transaction() as connection:
            fill_tables(connection, tables, tmp_path / "outbox")
            look_before_sending(connection, taken_at)
        database.close()
        assert house.outbox.counts()["due"] == 1
        async with house.notifying(house.sender(smtp_script.url)):
            await until(lambda: house.is_settled(late))
            await until(lambda: "due" not in house.outbox.counts())
        assert house.outbox.counts() == {"sent": 3}
    recipients = [mail.recipients for mail in smtp_script.received]
    assert recipients == [("an@example.test",), ("lea@example.test",), ("an@example.test",)]
