"""The webhooks there are, and which of them an event is for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID


class DocumentEvent(StrEnum):
    """What receivers are told, in the words of the Belgian event service 1.1.1."""

    NEW_DOCUMENT = "newDocument"
    REMINDER = "newDocumentReminder"
    EXPIRY_ALERT = "documentExpirationAlert"
    READ = "readDocument"


@dataclass(frozen=True, slots=True)
class EndpointKey:
    """Names a webhook: its id counts within its registration."""

    registration_id: UUID
    webhook_id: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A webhook: a partner organisation's, or a site's with the kinds of mailboxes that it is told about."""

    key: EndpointKey
    url: str
    events: frozenset[str]
    organisation: str | None
    site: str | None
    mailbox_kinds: frozenset[str]
    is_suspended: bool

    def may_want(self, occasion: DocumentEvent, organisation: str) -> bool:
        """Whether it is told of such events about messages of that sender, if the mailbox's kind fits."""
        return self.wants(occasion) and self.may_know(organisation)

    def may_know(self, organisation: str) -> bool:
        """Whether messages of that sender concern it: a partner's own alone, to a site those of all."""
        return self.site is not None or self.organisation == organisation

    def wants(self, occasion: DocumentEvent) -> bool:
        """Whether it is told of such events at all."""
        is_told_of_any = self.organisation is not None or bool(self.mailbox_kinds)
        return is_told_of_any and not self.is_suspended and occasion.value in self.events

    def is_told_about(self, mailbox_kind: str) -> bool:
        """Whether it is told about mailboxes of that kind: a partner about all that it publishes to."""
        return self.organisation is not None or mailbox_kind in self.mailbox_kinds


Webhook: TypeAlias = tuple[str, str, frozenset[str]]
"""Its id, its URL, and the events that it is for."""


@dataclass(frozen=True, slots=True)
class Registration:
    """A partner organisation or a site, as far as webhooks go; suspended while either suspension lasts."""

    registration_id: UUID
    organisation: str | None
    site: str | None
    mailbox_kinds: frozenset[str] = frozenset()
    webhooks: tuple[Webhook, ...] = ()
    suspended_by_declaration: bool = False
    suspended_by_command: bool = False

    @property
    def endpoints(self) -> list[Endpoint]:
        """Its webhooks."""
        return [
            Endpoint(
                key=EndpointKey(self.registration_id, webhook_id),
                url=url,
                events=events,
                organisation=self.organisation,
                site=self.site,
                mailbox_kinds=self.mailbox_kinds,
                is_suspended=self.suspended_by_declaration or self.suspended_by_command,
            )
            for webhook_id, url, events in self.webhooks
        ]


class Registrations:
    """All of them at one position of the log."""

    def __init__(self, registrations: Iterable[Registration] = ()) -> None:
        self._by_id = {one.registration_id: one for one in registrations}
        self._endpoints: Sequence[Endpoint] = self._listed()

    def get(self, registration_id: UUID) -> Registration | None:
        """The one of that id."""
        return self._by_id.get(registration_id)

    def take(self, registration: Registration) -> None:
        """From now on it is this."""
        self._by_id[registration.registration_id] = registration
        self._endpoints = self._listed()

    def that_may_want(self, occasion: DocumentEvent, organisation: str) -> list[Endpoint]:
        """Those that are told of such an event about a message of that sender, as far as that decides."""
        return [one for one in self._endpoints if one.may_want(occasion, organisation)]

    def that_may_know(self, organisation: str) -> list[Endpoint]:
        """Those that may have been told something about a message of that sender, suspended ones too."""
        return [one for one in self._endpoints if one.may_know(organisation)]

    def wants(self, occasion: DocumentEvent) -> bool:
        """Whether anybody is told of such events."""
        return any(one.wants(occasion) for one in self._endpoints)

    @property
    def active(self) -> list[Endpoint]:
        """What is not suspended."""
        return [one for one in self._endpoints if not one.is_suspended]

    def _listed(self) -> list[Endpoint]:
        return [endpoint for one in self._by_id.values() for endpoint in one.endpoints]
