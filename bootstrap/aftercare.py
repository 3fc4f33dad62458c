"""What follows a publication, on top of the use cases: taking back, asking, replying, following."""

from __future__ import annotations

from functools import cached_property

from application.aftermath import Aftermath
from application.document_events import DocumentEvents
from application.federation import Federation, Provider
from application.replies import Replies
from application.statuses import Statuses
from bootstrap.proving import Proving


class Aftercare(Proving):
    """The application services for senders and sites that follow what they published or show."""

    @cached_property
    def aftermath(self) -> Aftermath:
        """What may still become of it."""
        return Aftermath(
            events=self.events, authority=self.authority, publications=self.publications, clock=self.clock
        )

    @cached_property
    def statuses(self) -> Statuses:
        """What became of it."""
        return Statuses(events=self.events, publications=self.publications, clock=self.clock)

    @cached_property
    def replies(self) -> Replies:
        """What readers answer."""
        return Replies(
            events=self.events,
            authority=self.authority,
            parties=self.parties,
            documents=self.documents,
            inspector=self.inspector,
            reference=self.reference,
            clock=self.clock,
        )

    @cached_property
    def document_events(self) -> DocumentEvents:
        """What happened to documents."""
        return DocumentEvents(
            events=self.events, parties=self.parties, database=self.read_database, clock=self.clock
        )

    @cached_property
    def federation(self) -> Federation:
        """What the Federation asks."""
        return Federation(
            events=self.events,
            parties=self.parties,
            profiles=self.profiles,
            database=self.read_database,
            clock=self.clock,
        )

    @property
    def provider(self) -> Provider:
        """Who we are to the Federation."""
        settings = self.settings
        return Provider(
            settings.provider_id,
            settings.provider_name,
            settings.technical_contact,
            is_production=not settings.is_embedded,
        )
