"""Two auditors at their desks, An at hers, and a clock that the test moves."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from application.demo.people import PEOPLE
from application.demo.scopes import APPROVER, AUDITOR, WHOLE_DEMO
from application.demo.secrets import private_key_file
from bootstrap.development import REDIRECT_URI
from domain.actors import AuditScope
from domain.clock import FixedClock
from identity.client import OAuthClient
from tests.integration.api.embedded import Embedded

WANTED = {"case": WHOLE_DEMO.case, "purpose": WHOLE_DEMO.purpose}
AN = PEOPLE[0]


class Office:
    """What goes on between auditors, through the API alone."""

    def __init__(self, ebox: Embedded, clock: FixedClock) -> None:
        self.ebox = ebox
        self.clock = clock

    async def open(self) -> None:
        """Everybody gets their token; the demo's own scope is out of the way."""
        await self.log_in()
        [scope] = (await self.ask(AUDITOR, "GET")).json()["items"]
        ended = await self.ask(AUDITOR, "POST", f"/{scope['scopeId']}/withdrawal", reason="not needed")
        assert ended.status_code == 200, ended.text
        mailboxes = await self.ebox.http.get("/me/mailboxes", headers=self.ebox.as_("an"))
        self.mailbox = UUID(mailboxes.json()["items"][0]["mailboxId"])

    async def log_in(self) -> None:
        """Tokens for everybody: they last five minutes."""
        for name in (AUDITOR, APPROVER):
            self.ebox.tokens[name] = await self.client(name).own_token()
        site = self.ebox.client("citizen")
        self.ebox.tokens["an"] = await site.demo_person_token(AN.key, AN.digital_keys[0], REDIRECT_URI)

    def client(self, client_id: str) -> OAuthClient:
        """An auditor's client."""
        key = json.loads(private_key_file(self.ebox.system.demo_dir, client_id).read_text())
        return OAuthClient(self.ebox.http, self.ebox.system.settings.url, client_id, self.clock, key)

    async def ask(self, who: str, method: str, path: str = "", **body: Any) -> httpx.Response:
        """Something about scopes."""
        sent: dict[str, Any] = {"json": body} if method == "POST" else {}
        headers = self.ebox.as_(who)
        return await self.ebox.http.request(method, f"/audit/scopes{path}", headers=headers, **sent)

    async def requested(self, who: str = AUDITOR, **changes: Any) -> str:
        """The id of a scope over An's mailbox that an auditor asks for."""
        answer = await self.ask(who, "POST", **{**WANTED, "subject": [str(self.mailbox)], **changes})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["scopeId"])

    async def approve(
        self, scope: str, who: str = APPROVER, *, days: int = 30, embargo: timedelta | None = None
    ) -> httpx.Response:
        """An auditor, the second one, approves."""
        now = self.clock.now()
        body = {"validUntil": (now + timedelta(days=days)).isoformat()}
        if embargo is not None:
            body["embargoUntil"] = (now + embargo).isoformat()
        return await self.ask(who, "POST", f"/{scope}/approval", **body)

    async def approved(self, *, days: int = 30, embargo: timedelta | None = None) -> str:
        """A scope that the first one asked for and the second one approved, and a token to look under it."""
        scope = await self.requested()
        answer = await self.approve(scope, days=days, embargo=embargo)
        assert answer.status_code == 200, answer.text
        await self.take_token(scope)
        return scope

    async def take_token(self, scope: str | None = None, who: str = AUDITOR) -> None:
        """A token with which an auditor looks at An's mailbox, under this scope or any that allows it."""
        await self.ebox.caught_up()
        named = UUID(scope) if scope else None
        asked = AuditScope(WHOLE_DEMO.case, WHOLE_DEMO.purpose, frozenset({self.mailbox}), id=named)
        self.ebox.tokens["looking"] = await self.client(who).own_token(asked)

    async def look(self) -> httpx.Response:
        """The auditor looks at what happened in An's mailbox."""
        asked = {"mailbox": str(self.mailbox)}
        headers = self.ebox.as_("looking")
        return await self.ebox.http.get("/audit/access-history", params=asked, headers=headers)

    async def history_of_an(self) -> list[dict[str, Any]]:
        """What An is told, newest first."""
        await self.ebox.caught_up()
        answer = await self.ebox.http.get("/me/access-history", headers=self.ebox.as_("an"))
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items
