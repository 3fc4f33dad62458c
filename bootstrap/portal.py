"""The portal: what its pages need, put together."""

from __future__ import annotations

from functools import cached_property
from uuid import UUID

from bootstrap.identities import Identities
from domain.actors import ActorKind
from identity.first_login import FirstLogin
from identity.sessions import Session, Sessions
from identity.visitors import Visitors
from storage.rendering import PageRenderer
from web.login_forms import LoginForms
from web.pages import Pages
from web.portal import Portal
from web.profile import preferred_language


class PortalParts(Identities):
    """What people see."""

    @property
    def catches_mail(self) -> bool:
        """Whether mail goes to the page instead of to a relay."""
        return self.settings.is_embedded and self.settings.smtp_url is None

    @cached_property
    def pages(self) -> Pages:
        """Makes pages."""
        return Pages(self.settings.url, shows_mail=self.catches_mail)

    @cached_property
    def sessions(self) -> Sessions:
        """Who is logged in to the portal."""
        return Sessions(self.identity_engine, self.clock, self.settings.url)

    @cached_property
    def portal(self) -> Portal:
        """The portal."""
        return Portal(
            pages=self.pages,
            sessions=self.sessions,
            visitors=Visitors(self.parties),
            reading=self.reading,
            profiles=self.profiles,
            own_history=self.numbered_history,
            own_proofs=self.own_proofs,
            history_export=self.history_export,
            audit_log=self.served_log,
            my_mailboxes=self.my_mailboxes,
            enterprises=self.enterprises,
            aftermath=self.aftermath,
            replies=self.replies,
            denials=self.denials,
            renderer=PageRenderer(),
            spool=self.spool_dir,
            max_file_bytes=self.settings.max_file_bytes,
            max_message_bytes=self.settings.max_message_bytes,
        )

    @cached_property
    def login_forms(self) -> LoginForms:
        """The steps of a login."""
        return LoginForms(
            pages=self.pages,
            server=self.authorization_server,
            sessions=self.sessions,
            activation=FirstLogin(self.mailboxes, self.parties, self.enterprises),
            language_of=self._language_of,
        )

    async def _language_of(self, session: Session, request_id: UUID) -> str | None:
        actor = await self.portal.visitors.actor_of(session, request_id)
        if actor is None or actor.kind is not ActorKind.CITIZEN:
            return None  # in an enterprise's mailbox people keep the language of their browser
        return await preferred_language(self.profiles, actor)
