"""The log that is tampered with: real events in a real event store, sequenced by the audit log's own role."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from audit.tlog.cosignatures import CosignerKey, cosign
from audit.tlog.notes import Note, SignerKey
from domain.clock import FixedClock
from domain.events import Event
from tests.auditlog import ORIGIN, AuditLog, wait_for
from tests.integration.projections.log import a_log

WITNESS = CosignerKey("witness.example/w", bytes(range(32, 64)))
POLICY = f"witness w {WITNESS.verifier.text}\nquorum w\n"
MESSAGES = 22
"""Of each of three people: the log has more leaves than a tile."""


@dataclass(frozen=True, slots=True)
class Genuine:
    """Where a log lies, and the event store that it is of. `earlier`: a checkpoint from about its middle."""

    log: Path
    event_store: Path
    key: SignerKey
    earlier: bytes

    @property
    def checkpoint(self) -> bytes:
        """The newest."""
        return (self.log / "checkpoint").read_bytes()


def make_genuine(folder: Path) -> Genuine:
    """Three people get messages, and read some; a day later one of them is erased, and the day is closed."""
    store = folder / "events.sqlite"
    with ExitStack() as held:
        log = held.enter_context(a_log(f"sqlite:///{store}", folder))
        lives = [log.life(f"person-{number}", MESSAGES) for number in range(3)]
        decisions = sorted((facts for life in lives for facts in life), key=lambda facts: facts[0].timestamp)
        audit_log = AuditLog(log.events, f"sqlite:///{store}", f"sqlite:///{folder}/audit.sqlite", folder)
        held.callback(audit_log.database.close)
        half = len(decisions) // 2
        clock = audit_log.clock = FixedClock(decisions[half - 1][-1].timestamp)
        log.append(*decisions[:half])
        held.enter_context(audit_log.running())
        audit_log.covered()
        earlier = (folder / "audit-log" / "checkpoint").read_bytes()
        clock.advance(decisions[-1][-1].timestamp - clock.now())
        log.append(*decisions[half:])
        audit_log.covered()
        clock.advance(timedelta(days=1))
        mailbox = log.events.load(lives[-1][0][0].originator_id)
        mailbox.erase_owner("court order", clock.now())
        erasure: list[Event] = mailbox.new_facts()
        log.append(erasure)
        wait_for(lambda: any(True for _ in audit_log.files.list("heads/")))
        audit_log.covered()
    return Genuine(folder / "audit-log", store, audit_log.keys[0], earlier)


def cosigned(note: bytes, at: datetime) -> bytes:
    """The checkpoint as the witness of `POLICY` cosigned it."""
    parsed = Note.parse(note)
    return parsed.with_signatures([cosign(WITNESS, parsed.text, at)]).encode()


__all__ = ["ORIGIN", "POLICY", "WITNESS", "Genuine", "cosigned", "make_genuine"]
