"""One verification, from the checkpoint down to the last leaf, and to the event store's rows if asked."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from application.progress import Progress, Silent
from audit.leaf import Entry
from audit.tlog.policies import NONE
from audit.tlog.tiles import TILE_WIDTH, tile_path
from audit.verifier.chains import Chains
from audit.verifier.checkpoints import (
    FRESH,
    WITNESSED,
    Seen,
    Trusted,
    newest_of,
    pinned_in,
    witnessed_of,
)
from audit.verifier.eventids import EventIds, RepeatedIds
from audit.verifier.findings import Report, Rule, Unreachable
from audit.verifier.forms import Forms
from audit.verifier.leaves import Follower, Leaves
from audit.verifier.logevents import LogEvents
from audit.verifier.recomputed import RecomputedTree
from audit.verifier.reconciling import Reconciler
from audit.verifier.rows import rows_at
from audit.verifier.sources import Directory, LogSource, source_of
from audit.verifier.stamps import Stamps
from audit.verifier.times import CLOCK_SKEW, Times


class Comparison(Protocol):
    """Compares leaves with what they were made of; see `audit.verifier.reconciling`."""

    def take(self, index: int, entry: Entry) -> None:
        """The next leaf."""
        ...

    def finish(self, erased: dict[str, int]) -> None:
        """All leaves were seen."""
        ...


def verify(
    source: LogSource,
    trusted: Trusted,
    *,
    rows: Comparison | None = None,
    report: Report | None = None,
    progress: Progress | None = None,
    now: datetime | None = None,
) -> Report:
    """Verify the log; `rows` is compared on the way, and writes into the same `report`.

    Raises `WrongUse` for what was handed in; what cannot be read is told in the report.
    """
    report = report or Report()
    try:
        # The checkpoint last: a log may grow meanwhile, and what was witnessed and stamped is then within it
        stamps = Stamps(source, trusted.authorities, report)
        witnessed = source.read(WITNESSED) if trusted.policy is not None else None
        newest = newest_of(source, trusted, report)
        if newest is not None:
            verification = _Verification(source, trusted, newest, witnessed, stamps, report)
            verification.run(rows, progress or Silent(), now or datetime.now(UTC))
    except Unreachable as error:
        report.cannot_tell.append(str(error))
    report.sort()
    return report


def verify_log(
    log: str,
    trusted: Trusted,
    *,
    event_store: str | None = None,
    token_file: Path | None = None,
    report: Report | None = None,
    progress: Progress | None = None,
    now: datetime | None = None,
) -> Report:
    """Verify the log in a directory or at an address, and compare it with an event store where one is named.

    Raises `WrongUse`, and `Unreachable` where the one or the other cannot even be opened.
    """
    report = report or Report()
    with ExitStack() as held:
        source = source_of(log, token_file)
        held.callback(source.close)
        rows = None
        if event_store is not None:
            table = rows_at(event_store)
            held.callback(table.close)
            rows = Reconciler(table, report)
            held.callback(rows.close)
        return verify(source, trusted, rows=rows, report=report, progress=progress, now=now)


class _Verification:
    """What is known of one log while it is verified."""

    def __init__(
        self,
        source: LogSource,
        trusted: Trusted,
        newest: Seen,
        witnessed: bytes | None,
        stamps: Stamps,
        report: Report,
    ) -> None:
        self._report = report
        self._newest = newest
        self._checkpoint = newest.checkpoint
        report.origin, report.size = newest.checkpoint.origin, newest.checkpoint.size
        report.root = newest.checkpoint.root
        self._pinned = pinned_in(trusted, newest.checkpoint.origin)
        self._is_witnessed = trusted.policy is not None and trusted.policy.quorum != NONE
        self._witnessed = witnessed_of(witnessed, newest, trusted, report) if self._is_witnessed else None
        self._earlier = [*self._pinned, *([self._witnessed] if self._witnessed else [])]
        self._stamps = stamps
        sizes = (one.checkpoint.size for one in (newest, *self._earlier))
        self._wanted = frozenset((*sizes, *self._stamps.sizes))
        self._read_heads = source.read if isinstance(source, Directory) else None
        self._leaves = Leaves(source, newest.checkpoint.size, self._wanted, report)

    def run(self, rows: Comparison | None, progress: Progress, now: datetime) -> None:
        """Check everything."""
        report = self._report
        chains, times, ids = Chains(report), Times(report, self._wanted), EventIds(report)
        log_events = LogEvents(report, chains, times, self._read_heads)
        followers: list[Follower] = [Forms(report), times, log_events, ids, *([rows] if rows else [])]
        self._leaves.walk(followers, chains, progress)
        if repeated := ids.repeated():
            self._leaves.again(RepeatedIds(report, repeated), progress)
        times.finish(self._checkpoint.size - 1, now)
        tree = self._judge_tree() if self._leaves.is_whole else None
        self._judge_earlier(tree, times)
        self._stamps.judge(self._checkpoint, tree.roots if tree else {}, times.logged_at)
        for seen in dict.fromkeys((self._newest, *self._earlier)):
            log_events.check_signatures(seen.checkpoint, seen.note, is_newest=seen is self._newest)
        self._judge_freshness(now)
        if rows:
            rows.finish(chains.erased)

    def _judge_tree(self) -> RecomputedTree:
        """Find the tree that was signed, and tell what does not belong to it."""
        by_entries, by_tiles = self._leaves.by_entries, self._leaves.by_tiles
        root = self._checkpoint.root
        computed = by_entries.finish()
        is_of_tiles = computed != root and by_tiles is not None and by_tiles.finish() == root
        if computed == root:
            rule, what = Rule.TILE, "{} does not hold the hash of its entry, over which the root was signed"
        elif is_of_tiles:
            rule, what = Rule.ENTRY, "its entry was changed: the signed tree holds another hash of it, in {}"
        else:
            rule, what = Rule.ENTRY, "its entry and {} do not belong together"
            size = self._checkpoint.size
            self._report.add(Rule.ROOT, f"the root over the {size} leaves is not the one that was signed")
        for one in self._leaves.differences:
            path = tile_path(
                0,
                one.index // TILE_WIDTH,
                min(TILE_WIDTH, self._checkpoint.size - one.index // TILE_WIDTH * TILE_WIDTH),
            )
            self._report.add(rule, what.format(path), one.index, one.subject)
        tree = by_tiles if is_of_tiles and by_tiles is not None else by_entries
        for path in tree.differing:
            self._report.add(Rule.TILE, f"{path} is not what follows from the leaves below it")
        for path in tree.missing:
            self._report.add(Rule.MISSING_FILE, f"{path} is missing")
        return tree

    def _judge_earlier(self, tree: RecomputedTree | None, times: Times) -> None:
        """The log still begins as it did when the earlier checkpoints were made."""
        agreed = 0
        for seen in sorted(self._earlier, key=lambda one: one.checkpoint.size):
            size, what = seen.checkpoint.size, seen.what
            if size > self._checkpoint.size:
                held = f"the log has {self._checkpoint.size} leaves, {what} {size}"
                self._report.add(Rule.ROLLED_BACK, f"{held}: leaves were taken away", self._checkpoint.size)
            elif tree is not None and tree.roots[size] != seen.checkpoint.root:
                where = f"between leaf {agreed} and leaf {size - 1}"
                self._report.add(Rule.REWRITTEN, f"history differs {where} from what {what} says", agreed)
            else:
                agreed = size
        for seen in dict.fromkeys((self._newest, *self._earlier)):
            at, logged = seen.cosigned_first, times.logged_at.get(seen.checkpoint.size)
            if at is not None and logged is not None and logged > at + CLOCK_SKEW:
                what = f"it was logged after {at:%Y-%m-%dT%H:%M:%SZ}, when a witness had cosigned it"
                self._report.add(Rule.LOGGED_AFTER_COSIGNING, what, seen.checkpoint.size - 1)

    def _judge_freshness(self, now: datetime) -> None:
        """A log can always be a true but old one; only somebody else can say what its newest leaf is."""
        pinned = max((one.checkpoint.size for one in self._pinned), default=0)
        cosigned = self._witnessed.cosigned_last if self._witnessed else None
        if cosigned is not None and self._witnessed is not None:
            size = self._witnessed.checkpoint.size
            self._report.notes.append(
                f"Witnesses of the policy saw {size} leaves at {cosigned:%Y-%m-%dT%H:%M:%SZ}."
            )
        if pinned:
            self._report.notes.append(f"The newest pinned checkpoint covers {pinned} leaves.")
        elif cosigned is not None and cosigned - now > CLOCK_SKEW:
            self._report.cannot_tell.append(
                f"The newest cosignature is of {cosigned:%Y-%m-%dT%H:%M:%SZ}, which is yet to come: what was "
                "newest then cannot be told. Compare this machine's clock with the witness's."
            )
        elif cosigned is not None and now - cosigned > FRESH:
            self._report.cannot_tell.append(
                f"The newest cosignature is {(now - cosigned).days} days old: whether leaves after it "
                "were taken away cannot be told. Fetch the log anew, or pin a newer checkpoint."
            )
        elif cosigned is None and not self._is_witnessed:
            self._report.cannot_tell.append(
                "Nothing is pinned and no witness is asked: whether this is the newest and the only history "
                "cannot be told. Give --pinned (a checkpoint kept from earlier) or --policy (witnesses)."
            )
