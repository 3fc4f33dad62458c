"""What the routes need from the rest of eBox; the composition root fills it in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, cast
from uuid import UUID

from starlette.requests import HTTPConnection

from api.uploads import UploadLimits
from application.aftermath import Aftermath
from application.auditing import Auditing
from application.batching import Batching
from application.denials import Denials
from application.document_events import DocumentEvents
from application.exporting import Exporting
from application.federation import Federation, Provider
from application.keeping import Keeping
from application.linking import Linking
from application.my_mailboxes import MyMailboxes
from application.plain_words import PlainWords
from application.profile import Profiles
from application.publishing import Publishing
from application.reading import Reading
from application.reference import Reference
from application.replaying import Replaying
from application.replies import Replies
from application.scopes import Scopes
from application.statuses import Statuses
from audit.promises import Promises
from audit.proving.exporting import HistoryExport
from audit.proving.numbered import NumberedHistory
from audit.proving.own import OwnProofs
from audit.proving.proofs import Proofs
from audit.proving.served import ServedLog
from domain.actors import Actor
from identity.access_tokens import AccessToken


class AccessTokens(Protocol):
    """Believes access tokens, or not."""

    async def validate(self, authorization: str | None) -> AccessToken:
        """What the token in an `Authorization` header says. Raises `TokenRefused`, `Unavailable`."""
        ...


@dataclass(frozen=True, slots=True)
class ProjectionState:
    """How far a read model has come: the last position it took in, and how many positions it is behind.

    Without `is_readable` nobody can say what it holds: it has not begun, or its position is not confirmed any
    more. Without `is_moving` it has been behind at the same place for too long.
    """

    position: int
    lag: int
    is_readable: bool = True
    is_moving: bool = True


@dataclass(frozen=True, slots=True)
class Services:
    """The use cases, who may call them, and the limits of this process.

    `dependencies`: by name, a check that raises where that part does not answer. `projections`: the state
    of each read model, by name. `spool`: where large uploads wait. `public_url`: ours, without a slash at its
    end.
    """

    publishing: Publishing
    keeping: Keeping
    batching: Batching
    linking: Linking
    reading: Reading
    aftermath: Aftermath
    statuses: Statuses
    replies: Replies
    document_events: DocumentEvents
    federation: Federation
    provider: Provider
    auditing: Auditing
    profiles: Profiles
    my_mailboxes: MyMailboxes
    own_history: NumberedHistory
    reference: Reference
    denials: Denials
    replaying: Replaying
    exporting: Exporting
    scopes: Scopes
    promises: Promises
    audit_log: ServedLog
    proofs: Proofs
    own_proofs: OwnProofs
    history_export: HistoryExport
    words: PlainWords
    access_tokens: AccessTokens
    actor_of: Callable[[AccessToken, UUID], Awaitable[Actor]]
    public_url: str
    spool: Path
    uploads: UploadLimits = field(default_factory=UploadLimits)
    dependencies: Mapping[str, Callable[[], Awaitable[None]]] = field(default_factory=dict)
    projections: Callable[[], Awaitable[Mapping[str, ProjectionState]]] | None = None


def services_of(connection: HTTPConnection) -> Services:
    """The services of the application that this request came to."""
    return cast("Services", connection.app.state.services)
