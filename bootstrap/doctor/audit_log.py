"""The audit log: its keys where they are given, its published files, and whether it keeps up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from audit.logfiles.port import CHECKPOINT, VKEYS
from audit.tlog.checkpoints import CheckpointInvalid, open_checkpoint
from audit.tlog.keys import KeyMalformed
from audit.tlog.notes import VerifierKey
from audit.tlog.tree import TileInvalid, TileMissing
from bootstrap.audit_health import covered_position
from bootstrap.audit_log import KEY_FILE
from bootstrap.doctor.findings import Finding, fine, warning, wrong
from bootstrap.doctor.patient import NothingThere, Patient, require_file

KEYS: Final = "audit log's keys"
FILES: Final = "audit log's files"
PROGRESS: Final = "audit log's lag"
MOVES_WITHIN_SECONDS: Final = 3.0
_LOOK_SECONDS: Final = 0.2
_START: Final = "see that `ebox audit-log` runs, and what its log says"
_COMPARE: Final = (
    "stop `ebox audit-log`, keep a copy, and run `ebox audit verify`; with its directory emptied the role "
    "writes the files again from its rows"
)


def keys(system: Patient) -> Iterator[Finding]:
    """Whether the signer keys can be read, where they are given: one role alone has to have them."""
    is_made = (system.secrets_dir / KEY_FILE).exists()
    if system.settings.audit_key is None and not is_made:
        yield fine(KEYS, "not given here; `ebox audit-log` alone needs them")
        return
    ours = [key.verifier.text for key in system.audit_keys]  # what is wrong with them is told by the error
    published = _published_keys(system)
    if published is not None and published != ours:
        yield warning(
            KEYS, "they are others than those that sign", "restart `ebox audit-log`, or give the keys it has"
        )
    else:
        yield fine(KEYS, f"{len(ours)} for {system.audit_keys[0].name}")


def files(system: Patient) -> Iterator[Finding]:
    """Whether the published files can be reached, and make the tree that is signed."""
    log = system.published_log
    if log.read(CHECKPOINT) is None:
        yield warning(FILES, "nothing is published yet", "start `ebox audit-log`")
        return
    try:
        vkeys = [VerifierKey.parse(line) for line in _published_keys(system) or ()]
        checkpoint, _ = open_checkpoint(log.checkpoint() or b"", vkeys)
        tree = log.tree_of(log.checkpoint() or b"")
        is_same = tree.size != checkpoint.size or tree.root() == checkpoint.root
    except (CheckpointInvalid, KeyMalformed, TileMissing, TileInvalid) as error:
        yield wrong(FILES, f"the published log is not whole: {error}", _COMPARE)
        return
    if is_same:
        yield fine(FILES, f"{checkpoint.size} leaves under a checkpoint that is signed")
    else:
        yield wrong(FILES, "the published tiles do not make the tree that is signed", _COMPARE)


def progress(system: Patient) -> Iterator[Finding]:
    """How far the published checkpoint is behind the event store, and whether it moves."""
    require_file(system.event_store_url)
    require_file(system.audit_url)
    head = system.events.max_position()
    before = covered_position(system.published_log, system.leaf_rows)
    if before >= head:
        yield fine(PROGRESS, "a checkpoint covers all that is in the log")
        return
    deadline = time.monotonic() + MOVES_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if covered_position(system.published_log, system.leaf_rows) > before:
            yield fine(PROGRESS, f"it is up to {head - before} events behind, and catching up")
            return
        time.sleep(_LOOK_SECONDS)
    yield wrong(PROGRESS, f"it is {head - before} events behind, and not moving", _START)


def _published_keys(system: Patient) -> list[str] | None:
    if system.log_dir is not None and not system.log_dir.exists():
        raise NothingThere("nothing was made here yet: run `ebox migrate` or `ebox run` first")
    text = system.published_log.read(VKEYS)
    return None if text is None else text.decode(errors="replace").splitlines()
