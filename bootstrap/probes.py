"""What each role looks at every few seconds for its meters, besides what its own work tells."""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Final

from bootstrap.audit_health import AuditLogProbe, covered_position
from bootstrap.system import System
from notifier.outbox import Outbox
from notifier.service import Notifier
from projections import progress
from projections.progress import Progress
from telemetry import meters
from webhooks.overview import Overview

_REMEMBERED_HEADS: Final = 360
"""An hour of looks: a read model that is further behind counts as an hour behind."""


def watch_dependencies(system: System) -> None:
    """Whether each store that the API depends on answers, and how much room its disk has."""
    read_models = partial(system.read_database.read, progress.load)
    checks: Mapping[str, Callable[[], object]] = {
        "event_store": system.events.check,
        "key_store": system.key_store.check,
        "read_models": read_models,
        "object_store": system.objects.check,
    }
    for name, check in checks.items():
        system.sampler.watch(name, partial(_see_whether_it_answers, name, check))
    system.sampler.watch("disk", partial(_see_how_much_room_there_is, system.data_dir))


def watch_projections(system: System) -> None:
    """How far the read models are."""
    load = partial(system.read_database.read, progress.load)
    system.sampler.watch("projections", ProjectionProbe(system.events.max_position, load))


def watch_audit_log(system: System) -> None:
    """How far the audit log is."""
    covered = partial(covered_position, system.published_log, system.leaf_rows)
    system.sampler.watch("audit_log", AuditLogProbe(system.events.max_position, covered))


def watch_notifications(system: System) -> None:
    """What waits in the outbox, and whether the relay takes it."""
    system.sampler.watch("outbox", partial(_see_what_waits, system.outbox))
    system.sampler.watch("relay", partial(_see_whether_the_relay_serves, system.notifier))


def watch_webhooks(system: System) -> None:
    """What waits for webhooks."""
    overview = Overview(system.webhook_database)
    system.sampler.watch("webhooks", partial(_see_what_webhooks_wait_for, overview))


class ProjectionProbe:
    """Remembers where the log ended at earlier looks, so that a lag can be told in seconds too."""

    def __init__(
        self,
        head: Callable[[], int],
        load: Callable[[], Mapping[str, Progress]],
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._head = head
        self._load = load
        self._now = now
        self._heads: deque[tuple[float, int]] = deque(maxlen=_REMEMBERED_HEADS)

    def __call__(self) -> None:
        """Look once."""
        head, now = self._head(), self._now()
        self._heads.append((now, head))
        meters.HEAD.set(head)
        for model, one in self._load().items():
            meters.MODEL_POSITION.labels(model).set(one.position)
            meters.MODEL_LAG_POSITIONS.labels(model).set(max(0, head - one.position))
            behind_since = next((at for at, end in self._heads if end > one.position), now)
            meters.MODEL_LAG_SECONDS.labels(model).set(now - behind_since)


def _see_whether_it_answers(name: str, check: Callable[[], object]) -> None:
    gauge = meters.DEPENDENCY_UP.labels(name)
    try:
        check()
    except BaseException:
        gauge.set(0)
        raise
    gauge.set(1)


def _see_how_much_room_there_is(folder: Path) -> None:
    meters.DISK_FREE_BYTES.set(shutil.disk_usage(folder).free)


def _see_whether_the_relay_serves(notifier: Notifier) -> None:
    meters.RELAY_PAUSED.set(notifier.is_pausing)


def _see_what_waits(outbox: Outbox) -> None:
    backlog = outbox.backlog()
    for state, count in backlog.rows.items():
        meters.OUTBOX_ROWS.labels(state).set(count)
    due = backlog.due_since
    waited = 0.0 if due is None else (datetime.now(UTC) - due).total_seconds()
    meters.OUTBOX_WAITING_SECONDS.set(max(0.0, waited))


def _see_what_webhooks_wait_for(overview: Overview) -> None:
    backlog = overview.backlog()
    meters.WEBHOOK_ROWS.labels("waiting").set(backlog.waiting)
    meters.WEBHOOK_ROWS.labels("dead").set(backlog.dead)
    since = backlog.waits_since
    waited = 0.0 if since is None else (datetime.now(UTC) - since).total_seconds()
    meters.WEBHOOK_WAITING_SECONDS.set(max(0.0, waited))
