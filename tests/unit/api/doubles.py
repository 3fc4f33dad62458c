"""Stand-ins at the application's border, so that the HTTP layer can be looked at alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from api.app import create_app
from api.services import Services
from api.uploads import UploadLimits
from application.accepted import Accepted
from application.auditing import HistoryPage
from application.publishing import PublishCommand, PublishResult
from application.views import ContentRequest, ContentView, RangeNotSatisfiable
from audit.sequencer.rows import LeafRow
from domain.actors import Actor, ActorKind
from domain.identifiers import Identifier
from identity.access_tokens import AccessToken
from identity.errors import TokenMissing, TokenRefused
from projections.access_history import HistoryFilter

MESSAGE_ID = UUID("01900000-0000-7000-8000-000000000001")
ATTACHMENT_ID = UUID("01900000-0000-7000-8000-000000000002")
MAILBOX_ID = UUID("01900000-0000-7000-8000-000000000003")
PARTY_ID = UUID("01900000-0000-7000-8000-000000000004")
EVENT_ID = UUID("01900000-0000-7000-8000-000000000005")
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
DOCUMENT = bytes(range(256)) * 4
SHA256 = "ab" * 32
AUTHORIZED = {"Authorization": "Bearer partner"}


class Tokens:
    """Believes the tokens `partner`, `citizen` and `auditor`."""

    async def validate(self, authorization: str | None) -> AccessToken:
        if authorization is None:
            raise TokenMissing("no bearer token")
        _, _, token = authorization.partition(" ")
        if token not in set(ActorKind):
            raise TokenRefused("expired" if token == "expired" else "unknown kid")
        return AccessToken(
            issuer="https://issuer.test",
            subject="demo",
            client_id="demo",
            actor_kind=ActorKind(token),
            jti="1",
            expires_at=AT,
            token_sha256="00",
        )


async def actor_of(token: AccessToken, request_id: UUID) -> Actor:
    """Whoever the token speaks of."""
    return Actor(
        kind=token.actor_kind,
        party_id=PARTY_ID,
        identity="demo",
        registration_id=PARTY_ID,
        registration_version=1,
        token_sha256=token.token_sha256,
        request_id=request_id,
    )


@dataclass
class PublishingDouble:
    """Keeps what it was asked, and answers or raises what it was told to."""

    error: Exception | None = None
    commands: list[PublishCommand] = field(default_factory=list)
    received: list[bytes] = field(default_factory=list)
    result: PublishResult = field(
        default_factory=lambda: PublishResult(
            Accepted(MESSAGE_ID, EVENT_ID, 7, AT), AT, True, 7, is_replayed=False
        )
    )

    async def publish(self, actor: Actor, command: PublishCommand) -> PublishResult:
        if self.error is not None:
            raise self.error
        self.commands.append(command)
        for file in command.files:
            with file.upload.reader() as source:
                self.received.append(source.read())
        return self.result


@dataclass
class ReadingDouble:
    """Has one document; everything else answers what it was given."""

    views: dict[str, Any] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    arguments: list[tuple[Any, ...]] = field(default_factory=list)
    asked: list[ContentRequest] = field(default_factory=list)
    closed: int = 0

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def answer(actor: Actor, *args: Any, **options: Any) -> Any:
            self.calls.append((name, options))
            self.arguments.append(args)
            view = self.views[name]
            if isinstance(view, Exception):
                raise view
            return view

        return answer

    async def content(
        self,
        actor: Actor,
        message_id: UUID,
        attachment_id: UUID,
        request: ContentRequest,
        *,
        mailbox: UUID | None = None,
    ) -> ContentView:
        self.asked.append(request)
        view = ContentView(None, len(DOCUMENT), 0, 0, "application/pdf", "Août 2026.pdf", SHA256, AT, 9)
        request.require(SHA256)
        if request.is_known(SHA256):
            return view
        part = request.part_of(len(DOCUMENT), SHA256)
        if part is None:
            raise RangeNotSatisfiable(len(DOCUMENT))
        stream = None if request.describe_only else self._chunks(*part)
        return replace(view, stream=stream, start=part[0], end=part[1])

    async def _chunks(self, start: int, end: int) -> AsyncIterator[bytes]:
        try:
            for at in range(start, end, 100):
                await asyncio.sleep(0)
                yield DOCUMENT[at : min(at + 100, end)]
        finally:
            self.closed += 1


@dataclass
class AuditingDouble:
    """Keeps what it was asked."""

    searches: list[Identifier] = field(default_factory=list)
    filters: list[tuple[HistoryFilter, dict[str, Any]]] = field(default_factory=list)
    page: HistoryPage = field(default_factory=lambda: HistoryPage([], None, 5))

    async def find_mailbox(self, actor: Actor, identifier: Identifier) -> UUID:
        self.searches.append(identifier)
        return MAILBOX_ID

    async def access_history(self, actor: Actor, asked: HistoryFilter, **options: Any) -> HistoryPage:
        self.filters.append((asked, options))
        return self.page


@dataclass
class DenialsDouble:
    """Keeps what was refused."""

    recorded: list[tuple[str, str]] = field(default_factory=list)

    async def record(self, actor: Actor, operation: str, reason: str, mailbox_id: UUID | None = None) -> None:
        self.recorded.append((operation, reason))


class PromisesDouble:
    """Promises in one word."""

    async def about(self, accepted: Sequence[Accepted]) -> str | None:
        return f"position {accepted[-1].position}" if accepted else None


class AuditLogDouble:
    """A log that has nothing yet."""

    async def leaves(self, positions: Iterable[int]) -> dict[int, LeafRow]:
        return {}


def _is_needed(one: Field[Any]) -> bool:
    return one.default is MISSING and one.default_factory is MISSING


@dataclass
class Api:
    """The application over doubles, and a client of it."""

    spool: Path
    limits: UploadLimits = field(default_factory=UploadLimits)
    publishing: PublishingDouble = field(default_factory=PublishingDouble)
    reading: ReadingDouble = field(default_factory=ReadingDouble)
    auditing: AuditingDouble = field(default_factory=AuditingDouble)
    denials: DenialsDouble = field(default_factory=DenialsDouble)

    def __post_init__(self) -> None:
        services: dict[str, Any] = dict.fromkeys(one.name for one in fields(Services) if _is_needed(one))
        services |= {
            "publishing": self.publishing,
            "reading": self.reading,
            "auditing": self.auditing,
            "denials": self.denials,
            "promises": PromisesDouble(),
            "audit_log": AuditLogDouble(),
            "access_tokens": Tokens(),
            "actor_of": actor_of,
            "public_url": "https://ebox.test",
            "spool": self.spool,
            "uploads": self.limits,
        }
        self.app = create_app(Services(**services))

    def client(self, caller: ActorKind = ActorKind.PARTNER) -> httpx.AsyncClient:
        """A caller with a good token."""
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app),
            base_url="https://ebox.test",
            headers={"Authorization": f"Bearer {caller}"},
        )


def spooled_files(spool: Path) -> list[str]:
    """The temporary files in `spool` that this process still holds open, named or not."""
    held = []
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            target = str(descriptor.readlink())
        except FileNotFoundError:
            continue
        if target.startswith(str(spool)):
            held.append(target)
    return held + [one.name for one in spool.iterdir()]
