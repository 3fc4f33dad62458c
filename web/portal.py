"""What the portal's pages need from the rest of eBox; the composition root fills it in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast
from uuid import UUID

import anyio.to_thread
from starlette.requests import HTTPConnection, Request

from application.aftermath import Aftermath
from application.denials import Denials
from application.enterprises import Enterprises
from application.my_mailboxes import MyMailboxes
from application.profile import Profiles
from application.reading import Reading
from application.replies import Replies
from audit.proving.exporting import HistoryExport
from audit.proving.numbered import NumberedHistory
from audit.proving.own import OwnProofs
from audit.proving.served import ServedLog
from domain.actors import Actor
from identity.sessions import Session, Sessions
from identity.visitors import Visitors
from storage.rendering import PageRenderer
from web.pages import Pages


@dataclass(frozen=True, slots=True)
class Portal:
    """Filled in once, at the start. `spool` is where a document waits while a page of it is drawn."""

    pages: Pages
    sessions: Sessions
    visitors: Visitors
    reading: Reading
    profiles: Profiles
    own_history: NumberedHistory
    own_proofs: OwnProofs
    history_export: HistoryExport
    audit_log: ServedLog
    my_mailboxes: MyMailboxes
    enterprises: Enterprises
    aftermath: Aftermath
    replies: Replies
    denials: Denials
    renderer: PageRenderer
    spool: Path
    max_file_bytes: int
    max_message_bytes: int

    async def session_of(self, request: Request) -> Session | None:
        """The session of this browser; None where nobody is logged in. Raises `Unavailable`."""
        cookie = request.cookies.get(self.sessions.cookie_name)
        return await anyio.to_thread.run_sync(self.sessions.find, cookie)

    async def actor_of(self, session: Session, request_id: UUID) -> Actor | None:
        """Whoever the session is of. Raises `Busy`, `Unavailable`."""
        return await self.visitors.actor_of(session, request_id)

    async def go_to_mailbox(self, request: Request, mailbox_id: UUID | None) -> None:
        """The session of this browser is in that enterprise's mailbox from now on, or in one's own."""
        cookie = request.cookies.get(self.sessions.cookie_name)
        await anyio.to_thread.run_sync(self.sessions.go_to, cookie, mailbox_id)

    async def end_session(self, request: Request) -> None:
        """End the session of this browser, if it has one. Raises `Unavailable`."""
        await anyio.to_thread.run_sync(self.sessions.end, request.cookies.get(self.sessions.cookie_name))


def portal_of(connection: HTTPConnection) -> Portal:
    """The portal of the application that handles this request."""
    return cast("Portal", connection.app.state.portal)
