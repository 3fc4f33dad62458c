"""All of eBox: the API, the projector and the notifier, as objects that a role can run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cached_property, partial

from fastapi import FastAPI

from api.app import create_app
from api.authorization import authorization_router
from api.services import Services
from api.uploads import UploadLimits
from api.webhook_keys import webhook_keys_router
from bootstrap.audit_health import AuditLogHealth, covered_position
from bootstrap.errors import CannotStart
from bootstrap.notifying import notifier_of
from bootstrap.portal import PortalParts
from bootstrap.projection_health import ProjectionHealth
from bootstrap.webhooks import webhook_service_of
from notifier.catcher import MailCatcher
from notifier.relay import Relay
from notifier.service import Notifier
from projections import progress
from projections.runner import Runner
from registers.over_http import HttpRegister
from threads import BoundedThreads
from web.app import install
from webhooks.service import WebhookService

HEALTH_THREADS = 3
"""One for each database: a slow one does not make the others look so."""


class System(PortalParts):
    """Everything, built on demand. Close it with `aclose`."""

    @cached_property
    def app(self) -> FastAPI:
        """The HTTP server's application."""
        register = self.party_register
        services = Services(
            publishing=self.publishing,
            keeping=self.keeping,
            batching=self.batching,
            linking=self.linking,
            reading=self.reading,
            aftermath=self.aftermath,
            statuses=self.statuses,
            replies=self.replies,
            document_events=self.document_events,
            federation=self.federation,
            provider=self.provider,
            auditing=self.auditing,
            profiles=self.profiles,
            my_mailboxes=self.my_mailboxes,
            own_history=self.numbered_history,
            reference=self.reference,
            denials=self.denials,
            replaying=self.replaying,
            exporting=self.exporting,
            scopes=self.scopes,
            promises=self.promises,
            audit_log=self.served_log,
            proofs=self.proofs,
            own_proofs=self.own_proofs,
            history_export=self.history_export,
            words=self.plain_words,
            access_tokens=self.access_tokens,
            actor_of=self.actors.of,
            public_url=self.settings.url,
            spool=self.spool_dir,
            uploads=UploadLimits(
                file_bytes=self.settings.max_file_bytes, message_bytes=self.settings.max_message_bytes
            ),
            dependencies={
                "eventStore": self._check_in_thread(self.events.check),
                "keyStore": self._check_in_thread(self.key_store.check),
                "readModels": self._check_in_thread(lambda: self.read_database.read(progress.load)),
                "objectStore": self.documents.check,
                **({"malwareScanner": self.malware_scanner.check} if self.malware_scanner else {}),
                **({"partyRegister": register.answers} if isinstance(register, HttpRegister) else {}),
            },
            projections=AuditLogHealth(
                ProjectionHealth(self.events.latest_position, self.positions).states,
                self.events.latest_position,
                self._covered_by_audit_log,
            ).states,
        )
        app = create_app(services)
        app.include_router(authorization_router(self.authorization_server))
        app.include_router(webhook_keys_router(self.webhook_keys.jwks))
        install(
            app,
            self.portal,
            logins=self.login_forms,
            reference=self.reference,
            clock=self.clock,
            mails=self.mail_catcher if self.catches_mail else None,
        )
        return app

    @cached_property
    def projector(self) -> Runner:
        """Keeps the read models up to date; a second copy stands by."""
        return Runner(self.events.follow, self.read_database, leadership=self.events.leadership("projector"))

    @cached_property
    def mail_catcher(self) -> MailCatcher:
        """The embedded mode's mail server, on the port after ours."""
        return MailCatcher(self.settings.port + 1)

    @cached_property
    def notifier(self) -> Notifier:
        """Tells owners."""
        return notifier_of(self, self._relay)

    @cached_property
    def webhooks(self) -> WebhookService:
        """Tells partners' and sites' servers."""
        return webhook_service_of(self)

    @property
    def _relay(self) -> Relay:
        if self.settings.smtp_url is None:
            return Relay.from_url(self.mail_catcher.url)
        try:
            return Relay.from_url(self.settings.smtp_url.get_secret_value())
        except ValueError as error:
            raise CannotStart(f"EBOX_SMTP_URL: {error}") from error

    async def _covered_by_audit_log(self) -> int:
        look = partial(covered_position, self.published_log, self.leaf_rows)
        return await self._health_threads.run(look)

    def _check_in_thread(self, check: Callable[[], object]) -> Callable[[], Awaitable[None]]:
        async def checked() -> None:
            await self._health_threads.run(check)

        return checked

    @cached_property
    def _health_threads(self) -> BoundedThreads:
        threads = BoundedThreads("health", HEALTH_THREADS, waiting=16, seconds=5.0)
        self.exits.callback(threads.close)
        return threads
