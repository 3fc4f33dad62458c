"""The whole of eBox on its embedded parts, in this process: the API over all that is behind it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from application.demo.people import PEOPLE
from application.demo.scopes import WHOLE_DEMO
from application.demo.secrets import private_key_file
from bootstrap.development import CLIENTS, REDIRECT_URI
from bootstrap.migration import migrate, seed_demo
from bootstrap.system import System
from domain.clock import Clock, SystemClock
from domain.events.base import Event
from identity.client import OAuthClient
from settings import Settings
from tests.servers.ports import free_port
from tests.unit.api.doubles import spooled_files

AN, LEA = PEOPLE[0], PEOPLE[1]


class Embedded:
    """eBox with its demo people, partner and auditors; one HTTP client to call it with."""

    def __init__(self, system: System, http: httpx.AsyncClient) -> None:
        self.system = system
        self.http = http
        self.tokens: dict[str, str] = {}

    async def log_in(self) -> None:
        """Get a token for the partner, the auditor, and two citizens, from the real token endpoint."""
        self.tokens["partner"] = await self.client("partner").own_token()
        self.tokens["auditor"] = await self.client("auditor").own_token(WHOLE_DEMO)
        for person in (AN, LEA):
            site = self.client("citizen")
            token = await site.demo_person_token(person.key, person.digital_keys[0], REDIRECT_URI)
            self.tokens[person.key] = token

    async def caught_up(self) -> None:
        """Return once every read model has everything that is in the log."""
        async with asyncio.timeout(20):
            while True:
                models = (await self.http.get("/health/ready")).json()["projections"]
                if all(one["lag"] == 0 for name, one in models.items() if name != "audit_log"):
                    return
                await asyncio.sleep(0.01)

    def as_(self, who: str) -> dict[str, str]:
        """The header that makes a request theirs."""
        return {"Authorization": f"Bearer {self.tokens[who]}"}

    async def what_is_kept(self) -> tuple[int, list[str], list[str]]:
        """The last position of the log, the objects in the store, the temporary files."""
        position = await self.system.events.latest_position()
        objects = [entry.key for entry in self.system.objects.list()]
        return position, objects, spooled_files(self.system.spool_dir)

    def topics_since(self, position: int) -> set[str]:
        """The topics of what was appended after this position."""
        return {event.TOPIC for event in self.events_since(position)}

    def events_since(self, position: int) -> list[Event]:
        """What was appended after this position."""
        follower = self.system.events.follow(position)
        found: list[Event] = []
        try:
            while position < self.system.events.max_position():
                page = follower.next_page()
                found += [event for _, event in follower.decode(page)]
                position = page[-1].position if page else position
        finally:
            follower.close()
        return found

    def client(self, role: str) -> OAuthClient:
        """The demo client that acts in this role."""
        name = CLIENTS[role]
        key = json.loads(private_key_file(self.system.demo_dir, name).read_text())
        return OAuthClient(self.http, self.system.settings.url, name, self.system.clock, key)


@asynccontextmanager
async def embedded_ebox(folder: Path, clock: Clock | None = None, **settings: Any) -> AsyncIterator[Embedded]:
    """eBox in this folder, with a projector at work; by this clock, if it is given."""
    system = System(Settings(data_dir=folder / "data", port=free_port(), **settings))
    system.clock = clock or SystemClock()
    projecting: asyncio.Task[None] | None = None
    try:
        list(migrate(system))
        await seed_demo(system)
        await system.inspector.start()
        projecting = asyncio.create_task(asyncio.to_thread(system.projector.run))
        transport = httpx.ASGITransport(system.app)
        async with httpx.AsyncClient(transport=transport, base_url=system.settings.url) as http:
            ebox = Embedded(system, http)
            await ebox.caught_up()
            await ebox.log_in()
            yield ebox
    finally:
        if projecting is not None:
            system.projector.stop()
            await asyncio.wait_for(projecting, 20)
        await system.aclose()
