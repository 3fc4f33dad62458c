"""Ways to present another history, or an older one: each log is whole in itself, and signed by its key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from audit.tlog.checkpoints import Checkpoint
from audit.tlog.notes import Note
from audit.verifier.findings import Rule
from tests.tampering.genuine import cosigned
from tests.tampering.scene import Expected, Scene, Tampering, chained


def roll_back(scene: Scene) -> Sequence[Expected]:
    """The whole directory as it was at noon; somebody keeps the evening's checkpoint."""
    scene.pinned = [scene.read("checkpoint")]
    return _cut(scene, len(scene.leaves) - 50)


def cut_behind_pinned(scene: Scene) -> Sequence[Expected]:
    """Everything from a little before the pinned checkpoint's end is gone."""
    return _cut(scene, Checkpoint.parse(Note.parse(scene.earlier).text).size - 1)


def rewrite(scene: Scene) -> Sequence[Expected]:
    """One access never happened: all leaves after it are made anew, without a seam."""
    index = scene.index("access.recorded", 5)
    scene.publish(chained([one for number, one in enumerate(scene.leaves) if number != index]))
    return [Expected(Rule.REWRITTEN)]


def rewrite_unwitnessed(scene: Scene) -> Sequence[Expected]:
    """The same; nobody cosigned this."""
    rewrite(scene)
    return [Expected(Rule.QUORUM)]


def rewrite_beside_the_witnessed(scene: Scene) -> Sequence[Expected]:
    """The same; the last checkpoint that a witness cosigned is left where it was."""
    witnessed = cosigned(scene.earlier, datetime.now(UTC))
    rewrite(scene)
    scene.write("checkpoint-witnessed", witnessed)
    return [Expected(Rule.REWRITTEN)]


def date_after_witness(scene: Scene) -> Sequence[Expected]:
    """A witness cosigned all of it before it is said to have been logged."""
    at = datetime.fromisoformat(scene.leaves[-1].logged) - timedelta(hours=1)
    scene.write("checkpoint", cosigned(scene.read("checkpoint"), at))
    return [Expected(Rule.LOGGED_AFTER_COSIGNING, len(scene.leaves) - 1)]


def truncate(scene: Scene) -> Sequence[Expected]:
    """The last leaves are gone, and nobody has anything to compare with."""
    _cut(scene, len(scene.leaves) - 50)
    return []


def _cut(scene: Scene, size: int) -> Sequence[Expected]:
    scene.publish(scene.leaves[:size])
    return [Expected(Rule.ROLLED_BACK, size)]


HISTORY = [
    Tampering("the log directory rolled back; pinned", roll_back),
    Tampering("truncated to before the pinned checkpoint", cut_behind_pinned),
    Tampering("history rewritten and signed with the real key; pinned", rewrite),
    Tampering(
        "history rewritten and signed with the real key; witness",
        rewrite_unwitnessed,
        is_pinned=False,
        is_witnessed=True,
    ),
    Tampering(
        "history rewritten, the witnessed checkpoint left there",
        rewrite_beside_the_witnessed,
        is_pinned=False,
        is_witnessed=True,
    ),
    Tampering("logged after a witness had cosigned it", date_after_witness, is_witnessed=True),
    Tampering("truncated, nothing pinned, no witness", truncate, code=3, is_pinned=False),
]
