"""A timestamp authority's word on earlier states of the log, against the leaves as they are now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from cryptography.x509 import Certificate

from audit.timestamps.files import INDEX, sizes_in, timestamp_path
from audit.timestamps.tokens import TimestampInvalid, check_timestamp
from audit.tlog.checkpoints import Checkpoint
from audit.verifier.findings import Report, Rule
from audit.verifier.sources import LogSource
from audit.verifier.times import CLOCK_SKEW


class Stamps:
    """The timestamps beside a log, which are looked at where an authority's certificates are given."""

    def __init__(self, source: LogSource, authorities: Sequence[Certificate], report: Report) -> None:
        """Raises `Unreachable`."""
        self._source = source
        self._authorities = authorities
        self._report = report
        self.sizes: Sequence[int] = []
        """Of how many leaves there are timestamps: the roots and times of these trees are wanted."""
        if not authorities:
            return
        try:
            self.sizes = sizes_in(source.read)
        except ValueError:
            report.add(Rule.TIMESTAMP, f"{INDEX} is no list of sizes")
            return
        if not self.sizes:
            report.cannot_tell.append("--tsa-certificate is given, and no timestamps lie beside the log.")

    def judge(
        self, checkpoint: Checkpoint, roots: Mapping[int, bytes], logged_at: Mapping[int, datetime]
    ) -> None:
        """Compare them with the log's trees and times, by size. Raises `Unreachable`."""
        newest: tuple[int, datetime] | None = None
        for size in self.sizes:
            path = timestamp_path(size)
            if size > checkpoint.size:
                what = (
                    f"{path} is of more leaves than the log has: some were taken away, or it is not its own"
                )
                self._report.add(Rule.TIMESTAMP, what)
            elif (answer := self._source.read(path)) is None:
                self._report.add(Rule.MISSING_FILE, f"{path} is missing")
            elif size in roots:
                at = self._checked(path, answer, Checkpoint(checkpoint.origin, size, roots[size]))
                if (
                    at is not None
                    and (logged := logged_at.get(size)) is not None
                    and logged > at + CLOCK_SKEW
                ):
                    what = f"it was logged after {at:%Y-%m-%dT%H:%M:%SZ}, when an authority had stamped it"
                    self._report.add(Rule.LOGGED_AFTER_COSIGNING, what, size - 1)
                newest = (size, at) if at is not None else newest
        if newest is not None:
            self._report.notes.append(
                f"A timestamp authority saw {newest[0]} leaves at {newest[1]:%Y-%m-%dT%H:%M:%SZ}."
            )

    def _checked(self, path: str, answer: bytes, tree: Checkpoint) -> datetime | None:
        try:
            return check_timestamp(answer, tree.text.encode(), self._authorities)
        except TimestampInvalid as error:
            self._report.add(
                Rule.TIMESTAMP, f"{path} does not vouch for the first {tree.size} leaves: {error}"
            )
            return None
