"""Ways in which a log that holds its key can lie: entries changed, the tree hashed anew, and signed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from audit.leaf import Entry
from audit.tlog.notes import SignerKey
from audit.verifier.findings import Rule
from tests.tampering.genuine import ORIGIN
from tests.tampering.scene import Expected, Scene, Tampering, chained


def repeat_number(scene: Scene) -> Sequence[Expected]:
    """A mailbox's leaf has the number of the one before it."""
    return _renumbered(scene, -1)


def leave_out_number(scene: Scene) -> Sequence[Expected]:
    """A mailbox's leaf has the number of the one after it."""
    return _renumbered(scene, 1)


def leave_out_leaf(scene: Scene) -> Sequence[Expected]:
    """A leaf is gone, the next of its mailbox says so."""
    index = scene.index("access.recorded", 5)
    subject = scene.leaves[index].subject
    following = _next_of(scene, index)
    scene.publish([one for number, one in enumerate(scene.leaves) if number != index])
    return [Expected(Rule.SEQUENCE, following - 1, subject)]


def change_leaf(scene: Scene) -> Sequence[Expected]:
    """What a leaf says, but not what the next of its mailbox says of it."""
    index = scene.index("access.recorded", 5)
    following = _next_of(scene, index)
    _publish_with(scene, index, kind="message.archived")
    return [Expected(Rule.CHAIN, following, scene.leaves[index].subject)]


def change_leaf_and_chain(scene: Scene) -> Sequence[Expected]:
    """What a leaf says, with the whole chain after it; only the row tells."""
    index = scene.index("access.recorded", 5)
    entries = list(scene.leaves)
    entries[index] = msgspec.structs.replace(entries[index], kind="message.archived")
    scene.publish(chained(entries))
    return [Expected(Rule.LEAF_UNTRUE, index, scene.leaves[index].subject)]


def swap_leaves(scene: Scene) -> Sequence[Expected]:
    """Two leaves change places, chained as they lie now."""
    index = scene.index("access.recorded", 5)
    entries = list(scene.leaves)
    entries[index], entries[index + 1] = entries[index + 1], entries[index]
    scene.publish(chained(entries))
    return [Expected(Rule.POSITION, index + 1, scene.leaves[index].subject)]


def repeat_event(scene: Scene) -> Sequence[Expected]:
    """An event has two leaves."""
    last = scene.leaves[-1]
    again = msgspec.structs.replace(
        scene.leaves[scene.index("mailbox.activated")],
        position=last.position + 1,
        logged=last.logged,
        time=last.time,
    )
    scene.publish(chained([*scene.leaves, again]))
    return [Expected(Rule.EVENT_ID, len(scene.leaves), again.subject)]


def back_date(scene: Scene) -> Sequence[Expected]:
    """An access happened ten minutes earlier."""
    index = scene.index("access.recorded", 60)
    earlier = datetime.fromisoformat(scene.leaves[index].time) - timedelta(minutes=10)
    entries = list(scene.leaves)
    entries[index] = msgspec.structs.replace(entries[index], time=_text(earlier))
    scene.publish(chained(entries))
    return [Expected(Rule.BACK_DATED, index, scene.leaves[index].subject)]


def date_ahead(scene: Scene) -> Sequence[Expected]:
    """An access will happen in two hours."""
    index = scene.index("access.recorded", 60)
    entries = list(scene.leaves)
    later = datetime.fromisoformat(entries[index].logged) + timedelta(hours=2)
    entries[index] = msgspec.structs.replace(entries[index], time=_text(later))
    scene.publish(chained(entries))
    return [Expected(Rule.FUTURE, index, scene.leaves[index].subject)]


def log_backwards(scene: Scene) -> Sequence[Expected]:
    """A leaf was logged before the one before it."""
    index = scene.index("access.recorded", 60)
    entries = list(scene.leaves)
    earlier = datetime.fromisoformat(entries[index].logged) - timedelta(seconds=1)
    entries[index] = msgspec.structs.replace(entries[index], logged=_text(earlier))
    scene.publish(chained(entries))
    return [Expected(Rule.LOGGED_BACKWARDS, index, scene.leaves[index].subject)]


def forge_heads(scene: Scene) -> Sequence[Expected]:
    """The day's heads leave a mailbox out."""
    index = scene.index("audit_log.day_closed")
    _publish_with(scene, index, facts=(scene.leaves[index].facts or {}) | {"count": 2})
    return [Expected(Rule.HEADS, index, scene.leaves[index].subject)]


def go_on_after_erasure(scene: Scene) -> Sequence[Expected]:
    """Somebody who was erased gets a message."""
    last, erased = scene.leaves[-1], scene.leaves[scene.index("mailbox.owner_erased")]
    event = "0190a000-0000-7000-8000-0000000000e1"
    message = msgspec.structs.replace(
        erased, kind="message.published", position=last.position + 1, event=event, logged=last.logged
    )
    scene.publish(chained([*scene.leaves, message]))
    return [Expected(Rule.AFTER_ERASURE, len(scene.leaves), erased.subject)]


def write_otherwise(scene: Scene) -> Sequence[Expected]:
    """An entry has a space too many."""
    index = len(scene.leaves) - 1
    entries: list[Entry | bytes] = list(scene.leaves)
    entries[index] = msgspec.json.format(msgspec.json.encode(scene.leaves[index]), indent=1)
    scene.publish(entries)
    return [Expected(Rule.NOT_CANONICAL, index, scene.leaves[index].subject)]


def sign_unannounced(scene: Scene) -> Sequence[Expected]:
    """Another key signs beside the known one, and no leaf said so."""
    scene.publish(scene.leaves, scene.key, SignerKey.generate(ORIGIN))
    return [Expected(Rule.KEY_NOT_LOGGED)]


def sign_with_a_retired_key(scene: Scene) -> Sequence[Expected]:
    """A leaf names a successor alone, and the log goes on under the key of before."""
    keys = [SignerKey.generate(ORIGIN).verifier.text]
    scene.publish(_with_own(scene, kind="audit_log.key_rotated", facts={"vkeys": keys}))
    return [Expected(Rule.KEY_NOT_LOGGED)]


def begin_again(scene: Scene) -> Sequence[Expected]:
    """A second leaf begins the log, with a key of its own."""
    keys = [SignerKey.generate(ORIGIN).verifier.text, scene.key.verifier.text]
    scene.publish(_with_own(scene, kind="audit_log.began", facts={"origin": ORIGIN, "vkeys": keys}))
    return [Expected(Rule.KEY_NOT_LOGGED, len(scene.leaves))]


def say_openly(scene: Scene) -> Sequence[Expected]:
    """A leaf names the person."""
    return _malformed(scene, facts={"name": "An"})


def say_more_openly(scene: Scene) -> Sequence[Expected]:
    """A leaf that may say something openly says more."""
    keys = [scene.key.verifier.text]
    return _malformed(scene, kind="audit_log.key_rotated", facts={"vkeys": keys, "name": "An"})


def commit_to_plain_text(scene: Scene) -> Sequence[Expected]:
    """The name stands where a commitment belongs."""
    return _malformed(scene, commitments={"subject": "An"})


def name_in_path(scene: Scene) -> Sequence[Expected]:
    """The name is the path of a commitment."""
    return _malformed(scene, commitments={"An Peeters": "A" * 43 + "="})


def name_in_kind(scene: Scene) -> Sequence[Expected]:
    """The name is the kind."""
    return _malformed(scene, kind="An Peeters")


def shorten_digest(scene: Scene) -> Sequence[Expected]:
    """The digest of the row is half of one."""
    return _malformed(scene, stored=bytes(16))


def write_time_otherwise(scene: Scene) -> Sequence[Expected]:
    """When it was logged is written in another form."""
    return _malformed(scene, logged=scene.leaves[-1].logged.replace("T", " "))


def log_ahead(scene: Scene) -> Sequence[Expected]:
    """A leaf was logged in a hundred years."""
    scene.publish(_with_own(scene, logged="2126-01-01T00:00:00.000000Z"))
    return [Expected(Rule.FUTURE, len(scene.leaves))]


def _malformed(scene: Scene, **changes: Any) -> Sequence[Expected]:
    entries = _with_own(scene, **changes)
    scene.publish(entries)
    return [Expected(Rule.MALFORMED, len(scene.leaves), entries[-1].subject)]


def _with_own(scene: Scene, **changes: Any) -> list[Entry]:
    """One more leaf in the log's own stream."""
    last = scene.leaves[-1]
    added = msgspec.structs.replace(
        scene.leaves[scene.index("audit_log.began")],
        **{
            "kind": "audit_log.looked_at",
            "facts": None,
            "position": last.position + 1,
            "event": "0190a000-0000-7000-8000-0000000000e1",
            "logged": last.logged,
            "time": last.time,
            **changes,
        },
    )
    return chained([*scene.leaves, added])


def _renumbered(scene: Scene, by: int) -> Sequence[Expected]:
    index = scene.index("access.recorded", 5)
    _publish_with(scene, index, sequence=scene.leaves[index].sequence + by)
    return [Expected(Rule.SEQUENCE, index, scene.leaves[index].subject)]


def _publish_with(scene: Scene, index: int, **changes: Any) -> None:
    entries = list(scene.leaves)
    entries[index] = msgspec.structs.replace(entries[index], **changes)
    scene.publish(entries)


def _next_of(scene: Scene, index: int) -> int:
    subject = scene.leaves[index].subject
    return next(n for n in range(index + 1, len(scene.leaves)) if scene.leaves[n].subject == subject)


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


BROKEN = frozenset({Rule.SEQUENCE, Rule.CHAIN, Rule.HEADS})
"""What a lie also breaks that was not carried through the chain."""

ENTRIES = [
    Tampering("a number of a mailbox twice", repeat_number, BROKEN, is_pinned=False),
    Tampering("a number of a mailbox missing", leave_out_number, BROKEN, is_pinned=False),
    Tampering("a leaf left out, tree signed anew", leave_out_leaf, BROKEN, is_pinned=False),
    Tampering("a leaf changed, tree signed anew", change_leaf, BROKEN, is_pinned=False),
    Tampering(
        "a leaf changed, chain and tree made anew, compared with rows",
        change_leaf_and_chain,
        is_pinned=False,
        with_rows=True,
    ),
    Tampering("two leaves swapped, chains and tree made anew", swap_leaves, is_pinned=False),
    Tampering("an event in two leaves", repeat_event, is_pinned=False),
    Tampering("an event's time set back", back_date, is_pinned=False),
    Tampering("an event's time set ahead", date_ahead, is_pinned=False),
    Tampering("a leaf logged before the one before it", log_backwards, is_pinned=False),
    Tampering("the heads of a day without one mailbox", forge_heads, is_pinned=False),
    Tampering("a message to somebody who was erased", go_on_after_erasure, is_pinned=False),
    Tampering("an entry written in another form", write_otherwise, is_pinned=False),
    Tampering("signed by a key that no leaf announced", sign_unannounced, is_pinned=False),
    Tampering("signed by a key that a leaf had retired", sign_with_a_retired_key, is_pinned=False),
    Tampering("the log begun a second time, with another key", begin_again, is_pinned=False),
    Tampering("a name among what a leaf says openly, of a kind that says nothing", say_openly),
    Tampering("a name among what a leaf says openly, of a kind that does", say_more_openly),
    Tampering("a name in the place of a commitment", commit_to_plain_text),
    Tampering("a name as the path of a commitment", name_in_path),
    Tampering("a name as the kind of an event", name_in_kind),
    Tampering("a digest of a row cut in half", shorten_digest),
    Tampering("a time of logging in another form", write_time_otherwise),
    Tampering("a leaf logged in a hundred years", log_ahead),
]
