"""The roles: what each `ebox` command runs, from start to stop.

A role ends on SIGTERM or SIGINT, after what it has in hand. A part that fails for good ends its process, so
that whoever supervises that starts it anew.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from socket import socket
from typing import Any

import structlog
import uvicorn
import uvloop
from fastapi import FastAPI

from api.connections import BoundedConnection
from audit.sequencer.errors import Refused
from bootstrap import notifying
from bootstrap.errors import CannotStart
from bootstrap.logs import configure_logging
from bootstrap.migration import migrate, seed_demo
from bootstrap.observation import begin_to_tell, observed, shared_meters
from bootstrap.probes import (
    watch_audit_log,
    watch_dependencies,
    watch_notifications,
    watch_projections,
    watch_webhooks,
)
from bootstrap.requirements import Requirements, once_met, wait_until_met
from bootstrap.supervision import Role, StoppedTooSlowly, supervise
from bootstrap.system import System
from bootstrap.tuning import tune_for_requests
from bootstrap.welcome import welcome
from projections.shapes import OtherRelease
from settings import Settings
from telemetry.exposition import FOLDER_VARIABLE

GRACE_SECONDS = 20
CONNECTIONS = 16_384
"""The last net, answered without a word of ours: far above the requests that the API has in hand at once."""

_log = structlog.get_logger(__name__)


def run_everything(settings: Settings) -> None:
    """`ebox run`: all roles in one process."""
    _run(settings, "run", _everything, serves_http=True)


def serve_api(settings: Settings, processes: int) -> None:
    """`ebox api`: the HTTP server, in as many processes as asked for."""
    if processes == 1:
        _run(settings, "api", _api, serves_http=True)
        return
    configure_logging(settings.log_level, "api")
    asyncio.run(_wait_for_api(settings))
    options = _server_options(settings)
    with shared_meters() as folder:
        # For the processes that are started from here: whichever is asked tells the meters of all.
        os.putenv(FOLDER_VARIABLE, folder)
        uvicorn.run("bootstrap.roles:api_application", factory=True, workers=processes, **options)


def api_application() -> FastAPI:
    """The API of one process among several, which reads the settings for itself."""
    system = System(Settings())
    system.exits.callback(begin_to_tell(system.settings, "api"))
    return _with_lifespan(system, closes=True)


def project(settings: Settings) -> None:
    """`ebox project`: the projector; a second copy stands by."""
    _run(settings, "project", _project)


def notify(settings: Settings) -> None:
    """`ebox notify`: the notifier."""
    _run(settings, "notify", _notify)


def schedule(settings: Settings) -> None:
    """`ebox schedule`: the scheduler; a second copy stands by."""
    _run(settings, "schedule", _schedule)


def make_audit_log(settings: Settings) -> None:
    """`ebox audit-log`: the audit log; a second copy stands by."""
    _run(settings, "audit-log", _audit_log)


def migrate_now(settings: Settings) -> Iterator[str]:
    """`ebox migrate`, step by step."""
    configure_logging(settings.log_level)
    system = System(settings)
    try:
        yield from migrate(system)
    finally:
        asyncio.run(system.aclose())


async def _everything(system: System) -> None:
    for _ in migrate(system):
        pass
    if system.is_demo:
        await seed_demo(system)
    if system.catches_mail:
        _start_mail_catcher(system)
    app = _with_lifespan(system, closes=False)
    server = _WelcomingServer(uvicorn.Config(app, **_server_options(system.settings)), welcome(system))
    await supervise(
        Role(server.serve, server.finish),
        _projecting(system),
        _notifying(system),
        _telling_webhooks(system),
        _scheduling(system),
        _making_audit_log(system),
        seconds=GRACE_SECONDS,
    )


def _start_mail_catcher(system: System) -> None:
    try:
        system.mail_catcher.start()
    except OSError as error:
        raise CannotStart("the port after EBOX_PORT cannot be had; the mail catcher needs it") from error
    system.exits.callback(system.mail_catcher.stop)


async def _wait_for_api(settings: Settings) -> None:
    """Once, before there are several processes that would each say the same."""
    system = System(settings)
    try:
        await wait_until_met(Requirements(system).of_api, asyncio.Event())
    finally:
        await system.aclose()


async def _api(system: System) -> None:
    def serving() -> Role:
        app = _with_lifespan(system, closes=False)
        server = _Server(uvicorn.Config(app, **_server_options(system.settings)))
        # Left to itself uvicorn ends by the signal it was sent, which looks like a crash.
        return Role(server.serve, server.finish)

    await supervise(once_met(Requirements(system).of_api, serving), seconds=GRACE_SECONDS)


async def _project(system: System) -> None:
    role = once_met(Requirements(system).of_projector, lambda: _projecting(system))
    await supervise(role, seconds=GRACE_SECONDS)


async def _notify(system: System) -> None:
    requirements = Requirements(system).of_notifier
    await supervise(
        once_met(requirements, lambda: _notifying(system)),
        once_met(requirements, lambda: _telling_webhooks(system)),
        seconds=GRACE_SECONDS,
    )


async def _schedule(system: System) -> None:
    role = once_met(Requirements(system).of_scheduler, lambda: _scheduling(system))
    await supervise(role, seconds=GRACE_SECONDS)


async def _audit_log(system: System) -> None:
    system.sequencer  # noqa: B018 - what is wrong with its keys or its policy is told before anything waits
    role = once_met(Requirements(system).of_audit_log, lambda: _making_audit_log(system))
    await supervise(role, seconds=GRACE_SECONDS)


def _making_audit_log(system: System) -> Role:
    async def run() -> None:
        try:
            with system.stamping():
                await asyncio.to_thread(system.sequencer.run)
        except Refused as error:
            raise CannotStart(f"audit log: {error}") from error

    watch_audit_log(system)
    return Role(run, system.sequencer.stop)


def _scheduling(system: System) -> Role:
    return Role(lambda: asyncio.to_thread(system.timekeeper.run), system.timekeeper.stop)


def _notifying(system: System) -> Role:
    watch_notifications(system)
    return Role(lambda: notifying.run(system.notifier), system.notifier.stop)


def _telling_webhooks(system: System) -> Role:
    watch_webhooks(system)
    return Role(system.webhooks.run, system.webhooks.stop)


def _projecting(system: System) -> Role:
    async def run() -> None:
        try:
            await asyncio.to_thread(system.projector.run)
        except OtherRelease as error:
            raise CannotStart(f"read models: {error}") from error

    watch_projections(system)
    return Role(run, system.projector.stop)


class _Server(uvicorn.Server):
    """Serves until told to stop."""

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Begin to serve. Raises `CannotStart` where the port cannot be had."""
        try:
            await super().startup(sockets)
        except SystemExit as error:
            where = f"port {self.config.port} of {self.config.host}"
            raise CannotStart(f"{where} cannot be had; EBOX_PORT chooses another one") from error

    def finish(self) -> None:
        """Let `serve` return after the requests in hand."""
        self.should_exit = True


class _WelcomingServer(_Server):
    """Says that it serves, once it does."""

    def __init__(self, config: uvicorn.Config, greeting: str) -> None:
        super().__init__(config)
        self._greeting = greeting

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Begin to serve."""
        await super().startup(sockets)
        if self.started:
            print(self._greeting, flush=True)  # noqa: T201 - what somebody at a terminal waits for


def _run(settings: Settings, name: str, role: Callable[[System], Any], *, serves_http: bool = False) -> None:
    async def to_the_end() -> None:
        system = System(settings)
        try:
            await role(system)
        finally:
            await system.aclose()

    try:
        with (
            observed(settings, name, serves_http=serves_http),
            asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        ):
            runner.run(to_the_end())
    except StoppedTooSlowly as error:
        # Whoever supervises the process learns it from the status; a stack of calls would tell nothing more.
        _log.error("role.stopped_too_slowly", late=error.late, seconds=GRACE_SECONDS)
        sys.exit(1)


def _with_lifespan(system: System, *, closes: bool) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await system.inspector.start()
        watch_dependencies(system)
        watch_projections(system)
        watch_audit_log(system)
        tune_for_requests()
        try:
            yield
        finally:
            if closes:
                await system.aclose()

    def lifespan_of(app: FastAPI) -> AbstractAsyncContextManager[None]:
        return lifespan(app)

    system.app.router.lifespan_context = lifespan_of
    return system.app


def _server_options(settings: Settings) -> dict[str, Any]:
    return {
        "host": settings.host,
        "port": settings.port,
        "http": BoundedConnection,
        "access_log": False,
        "proxy_headers": False,  # nothing here goes by the client's address or scheme
        "log_config": None,
        "server_header": False,
        "ws": "none",
        "limit_concurrency": CONNECTIONS,
        "timeout_graceful_shutdown": GRACE_SECONDS,
    }
