"""`ebox audit verify` of a million events, as an auditor runs it: a process of its own on a copy of the log.

A hundred thousand mailboxes, four days with their heads, a pinned checkpoint of nine tenths. It has to find
nothing, and then, with one byte of one entry changed, to find that. What is measured is the whole command,
from its start to its end, and the most memory that the kernel has seen it take.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.audit_history import write_history
from bench.audit_logs import forget_pages
from bench.failure import BenchmarkFailed
from bench.figures import Figures
from bench.measurement import Goal, Outcome
from bench.processes import environment_with

EVENTS = 1_000_000
MAILBOXES = 100_000
_LIMIT_SECONDS = 300.0
_LOOK_SECONDS = 0.02

SECONDS = "verification"
MEMORY = "verification, peak memory"
_CLEAN, _FINDINGS = 0, 1


def audit_verify(rounds: int) -> tuple[Outcome, dict[str, object]]:
    """Run the scenario; every round reads the log from the disk again."""
    outcome = Outcome("audit-verify", rounds, [Goal(SECONDS, at_most=15), Goal(MEMORY, at_most=250)])
    with tempfile.TemporaryDirectory(prefix="ebox-bench-") as name:
        log = Path(name) / "log"
        vkeys, pinned = write_history(log, EVENTS, MAILBOXES)
        verification = _Verification(log, vkeys, pinned)
        for _ in range(rounds):
            forget_pages(log)
            outcome.add(verification.measure())
        verification.require_a_finding()
        return outcome, {"events": f"{EVENTS:,}", "mailboxes": f"{MAILBOXES:,}"}


@dataclass(frozen=True, slots=True)
class _Verification:
    """The command on this log."""

    log: Path
    vkeys: Path
    pinned: Path

    def measure(self) -> Figures:
        """One run, which has to find nothing."""
        status, seconds, peak_bytes, output = self._run()
        if status != _CLEAN:
            raise BenchmarkFailed(f"a good log was verified with status {status}:\n{output}")
        return {
            SECONDS: (seconds, "s"),
            MEMORY: (peak_bytes / 1e6, "MB"),
            "verified": (EVENTS / seconds, "events/s"),
        }

    def require_a_finding(self) -> None:
        """Change one byte in the middle of the log: whoever overlooks it would be quick, too."""
        bundle = self.log / "tile/entries/x001/953"
        data = bytearray(bundle.read_bytes())
        data[len(data) // 2] ^= 1
        bundle.write_bytes(data)
        status, _, _, output = self._run()
        if status != _FINDINGS or "leaf 500" not in output:
            raise BenchmarkFailed(f"a changed entry was verified with status {status}:\n{output}")

    def _run(self) -> tuple[int, float, int, str]:
        ebox = Path(sys.executable).with_name("ebox")
        files = {"--log": self.log, "--vkey-file": self.vkeys, "--pinned": self.pinned}
        options = [str(part) for pair in files.items() for part in pair]
        began = time.perf_counter()
        with subprocess.Popen(
            [str(ebox), "audit", "verify", *options],
            env=environment_with({}),
            cwd=self.log.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            peak = 0
            while process.poll() is None:
                peak = max(peak, _peak_bytes(process.pid))
                if time.perf_counter() - began > _LIMIT_SECONDS:
                    process.kill()
                    raise BenchmarkFailed(f"the verification took more than {_LIMIT_SECONDS:g} s")
                time.sleep(_LOOK_SECONDS)
            seconds = time.perf_counter() - began
            output = process.stdout.read() if process.stdout else ""
        return process.returncode, seconds, peak, output


def _peak_bytes(pid: int) -> int:
    """The kernel's own record of the process; 0 once it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    line = next((line for line in status.splitlines() if line.startswith("VmHWM:")), "VmHWM: 0 kB")
    return int(line.split()[1]) * 1024
