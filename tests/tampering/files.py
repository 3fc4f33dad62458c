"""Ways to tamper with the files of the published log."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import msgspec

from audit import leaf
from audit.tlog.checkpoints import Checkpoint
from audit.tlog.merkle import leaf_hash
from audit.tlog.notes import Note, SignerKey, sign_note
from audit.tlog.tiles import TILE_WIDTH, TilePath, decode_bundle, encode_bundle, entries_path
from audit.verifier.findings import Rule
from tests.tampering.genuine import ORIGIN
from tests.tampering.scene import Expected, Scene, Tampering


def flip_tile(scene: Scene) -> Sequence[Expected]:
    """One bit of a leaf's hash in its tile."""
    index = scene.index("access.recorded", 5)
    scene.write("tile/0/000", _flipped(scene.read("tile/0/000"), 32 * index + 3))
    return [Expected(Rule.TILE, index, scene.leaves[index].subject)]


def flip_upper_tile(scene: Scene) -> Sequence[Expected]:
    """One bit of a hash over 256 leaves."""
    scene.write("tile/1/000.p/1", _flipped(scene.read("tile/1/000.p/1"), 3))
    return [Expected(Rule.TILE)]


def change_entry(scene: Scene) -> Sequence[Expected]:
    """An entry says something else than what was hashed."""
    index = scene.index("access.recorded", 5)
    changed = msgspec.structs.replace(scene.leaves[index], kind="message.archived")
    entries = decode_bundle(scene.read(entries_path(0)))
    entries[index] = leaf.encode(changed)
    scene.write(entries_path(0), encode_bundle(entries))
    return [Expected(Rule.ENTRY, index, changed.subject)]


def change_entry_and_tile(scene: Scene) -> Sequence[Expected]:
    """An entry, and its hash in the tile, but not the root that was signed."""
    index = scene.index("access.recorded", 5)
    change_entry(scene)
    tile = bytearray(scene.read("tile/0/000"))
    entries = decode_bundle(scene.read(entries_path(0)))
    tile[32 * index : 32 * index + 32] = leaf_hash(entries[index])
    scene.write("tile/0/000", bytes(tile))
    return [Expected(Rule.ROOT), Expected(Rule.CHAIN, None, scene.leaves[index].subject)]


def flip_heads(scene: Scene) -> Sequence[Expected]:
    """One bit of a mailbox's record in the day's tree of heads."""
    index = scene.index("audit_log.day_closed")
    path = f"heads/{index}/tile/entries/000.p/3"
    scene.write(path, _flipped(scene.read(path), 30))
    return [Expected(Rule.TILE, index, scene.leaves[index].subject)]


def flip_heads_tile(scene: Scene) -> Sequence[Expected]:
    """One bit of a hash in the day's tree of heads, whose records are taken away."""
    index = scene.index("audit_log.day_closed")
    (scene.log / f"heads/{index}/tile/entries/000.p/3").unlink()
    path = f"heads/{index}/tile/0/000.p/3"
    scene.write(path, _flipped(scene.read(path), 30))
    return [Expected(Rule.TILE, index, scene.leaves[index].subject)]


def widen_entries(scene: Scene) -> Sequence[Expected]:
    """Behind the last bundle's entries stand more, that no leaf is of."""
    path, start = _last(scene, None)
    entries = decode_bundle(scene.read(path))
    scene.write(path, encode_bundle([*entries, *[b"{}"] * (TILE_WIDTH - len(entries))]))
    return [Expected(Rule.MISSING_FILE, start)]


def widen_tile(scene: Scene) -> Sequence[Expected]:
    """Behind the last tile's hashes stand more."""
    path, start = _last(scene, 0)
    scene.write(path, scene.read(path).ljust(32 * TILE_WIDTH, b"x"))
    return [Expected(Rule.MISSING_FILE, start)]


def _last(scene: Scene, level: int | None) -> tuple[str, int]:
    number, width = divmod(len(scene.leaves), TILE_WIDTH)
    return str(TilePath(level, number, width)), number * TILE_WIDTH


def delete_entries(scene: Scene) -> Sequence[Expected]:
    """A whole bundle."""
    (scene.log / entries_path(0)).unlink()
    return [Expected(Rule.MISSING_FILE, 0)]


def delete_tile(scene: Scene) -> Sequence[Expected]:
    """A whole tile."""
    (scene.log / "tile/0/000").unlink()
    return [Expected(Rule.MISSING_FILE, 0)]


def cut_entries(scene: Scene) -> Sequence[Expected]:
    """The last bundle ends early."""
    width = len(scene.leaves) % TILE_WIDTH
    path = entries_path(len(scene.leaves) // TILE_WIDTH, width)
    scene.write(path, scene.read(path)[:-5])
    return [Expected(Rule.MISSING_FILE, len(scene.leaves) - width)]


def change_root(scene: Scene) -> Sequence[Expected]:
    """The checkpoint says another root, under the same signature."""
    note = Note.parse(scene.read("checkpoint"))
    checkpoint = Checkpoint.parse(note.text)
    forged = Checkpoint(checkpoint.origin, checkpoint.size, bytes(32)).text
    scene.write("checkpoint", Note(forged, note.signatures).encode())
    return [Expected(Rule.SIGNATURE)]


def change_size(scene: Scene) -> Sequence[Expected]:
    """The checkpoint says that there are fewer leaves, under the same signature."""
    note = scene.read("checkpoint")
    size = str(len(scene.leaves)).encode()
    scene.write("checkpoint", note.replace(b"\n" + size + b"\n", b"\n300\n"))
    return [Expected(Rule.SIGNATURE)]


def change_signature(scene: Scene) -> Sequence[Expected]:
    """One bit of the signature."""
    head, mark, signature = scene.read("checkpoint").rpartition(b" ")
    data = base64.b64encode(_flipped(base64.b64decode(signature), 40))
    scene.write("checkpoint", head + mark + data + b"\n")
    return [Expected(Rule.SIGNATURE)]


def sign_with_another_key(scene: Scene) -> Sequence[Expected]:
    """The same text, signed by a key of the same name that the log never had."""
    text = Note.parse(scene.read("checkpoint")).text
    scene.write("checkpoint", sign_note(text, SignerKey.generate(ORIGIN)).encode())
    return [Expected(Rule.SIGNATURE)]


def _flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


FILES = [
    Tampering("a tile flipped by one bit", flip_tile),
    Tampering("a tile of a higher level flipped by one bit", flip_upper_tile),
    Tampering("a record in the day's tree of heads flipped by one bit", flip_heads),
    Tampering("a hash in the day's tree of heads flipped, its records gone", flip_heads_tile),
    Tampering("more entries in the last bundle than leaves", widen_entries),
    Tampering("more hashes in the last tile than leaves", widen_tile),
    Tampering("an entry changed", change_entry),
    Tampering("an entry and its tile changed", change_entry_and_tile, frozenset({Rule.REWRITTEN, Rule.TILE})),
    Tampering("a bundle of entries deleted", delete_entries),
    Tampering("a tile deleted", delete_tile),
    Tampering("a bundle of entries cut off", cut_entries),
    Tampering("the checkpoint's root changed", change_root),
    Tampering("the checkpoint's size changed", change_size),
    Tampering("the checkpoint's signature changed", change_signature),
    Tampering("the checkpoint signed with another key", sign_with_another_key),
]
