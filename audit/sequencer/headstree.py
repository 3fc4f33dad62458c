"""The tree of mailbox heads: built from the sorted heads once a day, and published whole.

Memory does not grow with it: the heads come sorted from the database, and files go out a few tiles at a time.
For a million mailboxes it takes some seconds, in which nothing else is sequenced: the leaf that tells its
root has to be the next one.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from audit import leaf
from audit.logfiles.port import LogFiles, heads_prefix
from audit.sequencer.leafmaking import named_subject
from audit.tlog.growing import GrowingTree
from audit.tlog.merkle import leaf_hash

_RECORDS: Final = 4_096


def publish_heads(files: LogFiles, index: int, heads: Iterable[tuple[bytes, int, bytes]]) -> dict[str, Any]:
    """Publish the tree of these heads for the leaf of this number; returns what that leaf says of it.

    The same heads make the same files: it may be repeated.
    """
    prefix = heads_prefix(index)
    tree = GrowingTree(_nothing)
    records = (leaf.head_record(named_subject(kept), sequence, last) for kept, sequence, last in heads)
    for some in _portions(records):
        tree.extend([leaf_hash(record) for record in some], some)
        if len(some) == _RECORDS:
            files.write_all({prefix + path: data for path, data in tree.take_full_files().items()})
    files.write_all({prefix + path: data for path, data in tree.take_files().items()})
    return {"heads": base64.b64encode(tree.root()).decode(), "count": tree.size}


def _portions(records: Iterator[bytes]) -> Iterator[list[bytes]]:
    while some := list(islice(records, _RECORDS)):
        yield some


def _nothing(_path: str) -> None:
    return None
