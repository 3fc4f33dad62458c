"""The inbox: what came, newest first, with a search.

The words searched for come in a form and never stand in an address: what somebody looks for is personal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from application.views import MessageList
from domain.clock import Clock
from domain.decisions import Operation
from projections.inbox import InboxItem, MessageFilter
from web.pages import Pages, language_of
from web.portal import portal_of
from web.security import Visitor, signed_in
from web.troubles import page_route

INBOX_PATH: Final = "/inbox"
PAGE_SIZE: Final = 20
_LAST_PAGE: Final = 5_000
_MOST_CHARACTERS: Final = 100
"""A search longer than this finds nothing anyway; the rest is left off."""

_DUE_SOON: Final = timedelta(days=14)
_GONE_SOON: Final = timedelta(days=7)

SHOWN: Final[Mapping[str, MessageFilter]] = {
    "all": MessageFilter(is_archived=False),
    "unread": MessageFilter(read_status=False, is_archived=False),
    "archived": MessageFilter(is_archived=True),
    "hidden": MessageFilter(is_hidden=True, is_archived=None),
}
"""The parts of a mailbox that one can look at."""


CHANGES: Final[Mapping[str, tuple[bool | None, bool | None]]] = {
    "archive": (None, True),
    "unarchive": (None, False),
    "hide": (False, None),
    "unhide": (True, None),
}
"""Whether a message is visible and archived after each button; the inbox then says it is done."""


@dataclass(frozen=True, slots=True, repr=False)
class _Asked:
    show: str
    page: int
    words: str = ""
    done: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Row:
    """A message as the list shows it; `due` and `gone` are moments that are near, or None.

    `to_confirm`: its sender waits for its reader to confirm.
    """

    message: InboxItem
    sender: Mapping[str, str]
    kind: Mapping[str, str]
    due: datetime | None
    gone: datetime | None
    to_confirm: bool


ListingVisitor = Annotated[Visitor, signed_in(Operation.LIST)]


def inbox_router(pages: Pages, clock: Clock) -> APIRouter:
    """`/inbox`: a part of the mailbox by GET, a search by POST."""
    router = APIRouter(include_in_schema=False, route_class=page_route(pages))

    @router.get(INBOX_PATH)
    async def inbox(
        request: Request,
        visitor: ListingVisitor,
        show: str = "all",
        page: Annotated[int, Query(ge=1, le=_LAST_PAGE)] = 1,
        done: str = "",
    ) -> Response:
        asked = _Asked(show if show in SHOWN else "all", page, done=done if done in CHANGES else "")
        return await _listed(pages, request, visitor, asked, clock.now())

    @router.post(INBOX_PATH)
    async def search(request: Request, visitor: ListingVisitor) -> Response:
        words = visitor.form.get("words", "").strip()[:_MOST_CHARACTERS]
        page = visitor.form.get("page", "1")
        number = int(page) if page.isascii() and page.isdigit() and len(page) <= 4 else 1
        return await _listed(pages, request, visitor, _Asked("all", max(1, number), words), clock.now())

    return router


async def _listed(pages: Pages, request: Request, visitor: Visitor, asked: _Asked, now: datetime) -> Response:
    reading = portal_of(request).reading
    wanted = SHOWN[asked.show]
    if asked.words:
        # Who looks for something does not remember where they put it.
        wanted = replace(wanted, is_archived=None, words=asked.words, language=language_of(request))
    found = await reading.list_messages(
        visitor.actor, wanted, page=asked.page, page_size=PAGE_SIZE, at_least=visitor.at_least
    )
    counts = await reading.counts(visitor.actor, at_least=visitor.at_least)
    return pages.show(
        request,
        "inbox.html",
        query={} if asked.words else {"show": asked.show, "page": str(asked.page)},
        rows=[_row(found, message, now) for message in found.items],
        unread=counts.counts.unread,
        total=found.total,
        is_total_capped=found.is_total_capped,
        last_page=max(1, -(-found.total // PAGE_SIZE)),
        show=asked.show,
        page=asked.page,
        words=asked.words,
        done=asked.done,
    )


def _row(found: MessageList, message: InboxItem, now: datetime) -> Row:
    sender = found.reference.organisations.get(message.sender_organisation)
    kind = found.reference.message_types.get(message.message_type)
    due = message.due_at
    return Row(
        message,
        sender.name if sender else {},
        kind.name if kind else {},
        due if due is not None and due - now < _DUE_SOON else None,
        message.expires_at if message.expires_at - now < _GONE_SOON else None,
        message.confirmation_needed and message.confirmed_at is None and not message.is_recalled,
    )
