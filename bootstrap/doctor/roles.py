"""The roles at work: those that must be somewhere, and the read models that one of them keeps."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from application.timekeeping import ROLE as SCHEDULER
from audit.sequencer.role import ROLE as AUDIT_LOG
from bootstrap.doctor.findings import Finding, fine, warning, wrong
from bootstrap.doctor.patient import Patient, require_file
from bootstrap.troubles import MIGRATE_FIRST
from notifier.filler import ROLE as FILLER
from projections import progress, shapes
from projections.models import READ_MODELS
from projections.progress import NOT_BEGUN

COMMANDS: Final = {
    "projector": "ebox project",
    FILLER: "ebox notify",
    SCHEDULER: "ebox schedule",
    AUDIT_LOG: "ebox audit-log",
}
MOVES_WITHIN_SECONDS: Final = 3.0
_LOOK_SECONDS: Final = 0.2


def leaders(system: Patient) -> Iterator[Finding]:
    """Whether some process holds each role that must be single. Senders hold none."""
    backend = system.backend()
    missing = [command for role, command in COMMANDS.items() if not backend.leadership(role).is_taken()]
    for command in missing:
        start = "start `ebox run`" if system.settings.is_embedded else f"start `{command}`"
        yield warning("roles", f"`{command}` runs nowhere", start)
    if not missing:
        yield fine("roles", ", ".join(f"`{command}`" for command in COMMANDS.values()) + " are at work")


def read_models(system: Patient) -> Iterator[Finding]:
    """How far they are behind, whether they move, and whether this release made them."""
    part = "projections"
    require_file(system.event_store_url)
    require_file(system.read_model_url)
    outdated = [one.name for one in system.read_database.read(shapes.outdated, READ_MODELS)]
    if outdated:
        yield wrong(part, f"{', '.join(outdated)}: another release's", MIGRATE_FIRST.partition(": ")[2])
    head = system.events.max_position()
    before = _positions(system)
    behind = [name for name, position in before.items() if position < head]
    if not behind:
        yield fine(part, "they have taken in all that is in the log")
        return
    deadline = time.monotonic() + MOVES_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if all(_positions(system)[name] > before[name] for name in behind):
            yield fine(part, f"they are up to {head - min(before.values())} events behind, and catching up")
            return
        time.sleep(_LOOK_SECONDS)
    yield wrong(
        part,
        f"{', '.join(behind)}: up to {head - min(before.values())} events behind, and not moving",
        "see that `ebox project` runs, and what its log says",
    )


def _positions(system: Patient) -> dict[str, int]:
    known = system.read_database.read(progress.load)
    return {model.name: known.get(model.name, NOT_BEGUN).position for model in READ_MODELS}
