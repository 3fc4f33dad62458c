"""Ways to tamper with the event store's rows, past eBox."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from audit.verifier.findings import Rule
from tests.tampering.scene import Expected, Scene, Tampering

_SHIFT = "UPDATE stored_events SET rowid = -(rowid + ?) WHERE rowid >= ?"
_SHIFTED = "UPDATE stored_events SET rowid = -rowid WHERE rowid < 0"


def delete(scene: Scene) -> Sequence[Expected]:
    """One row."""
    index = scene.index("access.recorded", 5)
    scene.sql("DELETE FROM stored_events WHERE rowid = ?", scene.leaves[index].position)
    return [Expected(Rule.ROW_MISSING, index, scene.leaves[index].subject)]


def delete_and_renumber(scene: Scene) -> Sequence[Expected]:
    """One row, and nobody is to see the gap."""
    expected = delete(scene)
    index = expected[0].leaf or 0
    _shift(scene, scene.leaves[index].position + 1, -1)
    return [*expected, Expected(Rule.ROW_MOVED, index + 1, scene.leaves[index + 1].subject)]


def change_state(scene: Scene) -> Sequence[Expected]:
    """Who looked came by another site."""
    index = scene.index("access.recorded", 3)
    state = scene.state(scene.leaves[index].position)
    state["access"]["site"] = "another-site"
    scene.put_state(scene.leaves[index].position, state)
    return _changed(scene, index)


def change_topic(scene: Scene) -> Sequence[Expected]:
    """An access becomes a refusal."""
    return _set(scene, "topic", "access_denied.recorded")


def change_version(scene: Scene) -> Sequence[Expected]:
    """The row is another one of its stream."""
    return _set(scene, "originator_version", 7)


def change_stream(scene: Scene) -> Sequence[Expected]:
    """The row belongs to another stream."""
    return _set(scene, "originator_id", "5" * 32)


def swap(scene: Scene) -> Sequence[Expected]:
    """Two rows change places."""
    first, second = scene.index("access.recorded", 2), scene.index("access.recorded", 9)
    places = scene.leaves[first].position, scene.leaves[second].position
    swapped = "UPDATE stored_events SET rowid = ? WHERE rowid = ?"
    for now, was in ((-1, places[0]), (places[0], places[1]), (places[1], -1)):
        scene.sql(swapped, now, was)
    return [Expected(Rule.ROW_MOVED, one, scene.leaves[one].subject) for one in (first, second)]


def insert(scene: Scene) -> Sequence[Expected]:
    """A row that nobody recorded, between two others."""
    index = scene.index("access.recorded", 4)
    position = scene.leaves[index].position
    state = scene.state(position)
    state["event_id"] = "0190a000-0000-7000-8000-0000000000e1"
    _shift(scene, position, 1)
    columns = "rowid, originator_id, originator_version, topic, state"
    scene.sql(
        f"INSERT INTO stored_events ({columns}) VALUES (?, ?, 1, 'access.recorded', x'')", position, "6" * 32
    )
    scene.put_state(position, state)
    return [
        Expected(Rule.ROW_INSERTED, None, scene.leaves[index].subject),
        Expected(Rule.ROW_MOVED, index, scene.leaves[index].subject),
    ]


def insert_twice(scene: Scene) -> Sequence[Expected]:
    """One event of a stream twice, which the table itself would refuse."""
    index = scene.index("mailbox.activated")
    position = scene.leaves[index].position
    scene.sql("CREATE TABLE copied AS SELECT rowid AS position, * FROM stored_events")
    scene.sql("DROP TABLE stored_events")
    scene.sql(
        "CREATE TABLE stored_events"
        " (rowid INTEGER PRIMARY KEY, originator_id, originator_version, topic, state)"
    )
    columns = "originator_id, originator_version, topic, state FROM copied"
    scene.sql(f"INSERT INTO stored_events SELECT position, {columns}")
    _shift(scene, position + 1, 1)
    scene.sql(f"INSERT INTO stored_events SELECT position + 1, {columns} WHERE position = ?", position)
    return [Expected(Rule.ROW_INSERTED, None, scene.leaves[index].subject)]


def truncate(scene: Scene) -> Sequence[Expected]:
    """The last events never happened."""
    indexes = range(len(scene.leaves) - 5, len(scene.leaves))
    scene.sql("DELETE FROM stored_events WHERE rowid >= ?", scene.leaves[indexes[0]].position)
    return [Expected(Rule.ROW_MISSING, index, scene.leaves[index].subject) for index in indexes]


def flip_ciphertext(scene: Scene) -> Sequence[Expected]:
    """One bit of somebody's address."""
    index = scene.index("mailbox.email_entered")
    state = scene.state(scene.leaves[index].position)
    sealed = bytearray(base64.b64decode(state["address"]["sealed"]))
    sealed[20] ^= 1
    state["address"]["sealed"] = base64.b64encode(sealed).decode()
    scene.put_state(scene.leaves[index].position, state)
    return _changed(scene, index)


def exchange_ciphertexts(scene: Scene) -> Sequence[Expected]:
    """Two people have each other's address, with its owner and commitment."""
    indexes = [scene.index("mailbox.email_entered", nth) for nth in (0, 1)]
    positions = [scene.leaves[index].position for index in indexes]
    states = [scene.state(position) for position in positions]
    states[0]["address"], states[1]["address"] = states[1]["address"], states[0]["address"]
    for position, state in zip(positions, states, strict=True):
        scene.put_state(position, state)
    return [one for index in indexes for one in _changed(scene, index)]


def null_payload(scene: Scene) -> Sequence[Expected]:
    """Nothing is left of an event but its place."""
    index = scene.index("message.published", 7)
    scene.sql("UPDATE stored_events SET state = x'' WHERE rowid = ?", scene.leaves[index].position)
    return [Expected(Rule.PAYLOAD_MISSING, index, scene.leaves[index].subject)]


def break_payload(scene: Scene) -> Sequence[Expected]:
    """What is stored cannot be read."""
    index = scene.index("message.published", 8)
    scene.sql("UPDATE stored_events SET state = x'ff00' WHERE rowid = ?", scene.leaves[index].position)
    return _changed(scene, index)


def _set(scene: Scene, column: str, value: Any) -> Sequence[Expected]:
    index = scene.index("access.recorded", 6)
    scene.sql(f"UPDATE stored_events SET {column} = ? WHERE rowid = ?", value, scene.leaves[index].position)
    return _changed(scene, index)


def _changed(scene: Scene, index: int) -> Sequence[Expected]:
    return [Expected(Rule.ROW_CHANGED, index, scene.leaves[index].subject)]


def _shift(scene: Scene, first: int, by: int) -> None:
    """Number the rows anew from there on; by way of negative numbers, that none is taken."""
    scene.sql(_SHIFT, by, first)
    scene.sql(_SHIFTED)


MOVED = frozenset({Rule.ROW_MOVED})

ROWS = [
    Tampering("a row deleted", delete, with_rows=True),
    Tampering("a row deleted, the later ones renumbered", delete_and_renumber, MOVED, with_rows=True),
    Tampering("a row's state changed", change_state, with_rows=True),
    Tampering("a row's topic changed", change_topic, with_rows=True),
    Tampering("a row's version changed", change_version, with_rows=True),
    Tampering("a row's stream changed", change_stream, with_rows=True),
    Tampering("two rows swapped", swap, with_rows=True),
    Tampering("a row inserted, the later ones renumbered", insert, MOVED, with_rows=True),
    Tampering("a row twice, in a table without constraints", insert_twice, MOVED, with_rows=True),
    Tampering("the last rows truncated", truncate, with_rows=True),
    Tampering("a ciphertext flipped by one bit", flip_ciphertext, with_rows=True),
    Tampering("ciphertexts of two people exchanged", exchange_ciphertexts, with_rows=True),
    Tampering("a payload nulled", null_payload, with_rows=True),
    Tampering("a payload made unreadable", break_payload, with_rows=True),
]
