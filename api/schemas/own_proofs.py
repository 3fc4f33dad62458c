"""That nothing is hidden from an owner: what the newest closed day knows of their mailbox, and all since."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta

from api.schemas.answers import Absent, Answer
from api.schemas.optional import if_any
from api.schemas.proofs import Hash
from audit.leaf import CLOSED_DAY
from audit.proving.heads import HeadProof
from audit.proving.own import NothingHidden, OwnHeads, ProvenLeaf
from audit.tlog.encoding import encode_base64
from audit.tlog.proofs import TlogProof


class OwnLeaf(Answer, kw_only=True):
    """One leaf of a mailbox. A withheld one has its number and its hash alone."""

    sequence: int
    leaf_hash: Hash
    proof: Annotated[str, Meta(description="A tlog-proof with the entry in `extra`.")] | Absent = UNSET


class HeadRecord(Answer, kw_only=True):
    """A mailbox's record in a day's tree of heads, and the way up to the root that the day's leaf tells."""

    record: Annotated[
        str,
        Meta(
            description="Base64 of 56 bytes: pseudonym (16), number of the last leaf (8, big-endian), "
            "its hash (32)."
        ),
    ]
    index: int
    count: Annotated[int, Meta(description="How many mailboxes there were.")]
    hashes: list[Hash]


class MailboxHeads(Answer, kw_only=True):
    """Of one mailbox: the record of the newest closed day, and every leaf since.

    Without a closed day since the mailbox began, `later` has all of its leaves.
    """

    mailbox_id: UUID
    subject: Annotated[str, Meta(description="Its pseudonym in the log.")]
    day: Annotated[str, Meta(description=f"The tlog-proof of the leaf `{CLOSED_DAY}`.")] | Absent = UNSET
    head: HeadRecord | Absent = UNSET
    later: list[OwnLeaf]
    has_more: Annotated[bool, Meta(description="There are more leaves; the export has all of them.")]


class NothingHiddenAnswer(Answer, kw_only=True):
    """That the caller knows every leaf of their mailboxes, up to this checkpoint."""

    checkpoint: str
    mailboxes: list[MailboxHeads]


def nothing_hidden_answer(found: OwnHeads) -> NothingHiddenAnswer:
    """The proof."""
    return NothingHiddenAnswer(
        checkpoint=found.snapshot.note.decode(), mailboxes=[_mailbox(one) for one in found.mailboxes]
    )


def _mailbox(one: NothingHidden) -> MailboxHeads:
    return MailboxHeads(
        mailbox_id=one.mailbox_id,
        subject=one.subject,
        day=if_any(_text(one.day_proof)),
        head=if_any(_head(one.head)),
        later=[_leaf(leaf) for leaf in one.later],
        has_more=one.more,
    )


def _head(head: HeadProof | None) -> HeadRecord | None:
    if head is None:
        return None
    return HeadRecord(
        record=encode_base64(head.record),
        index=head.index,
        count=head.count,
        hashes=[encode_base64(one) for one in head.hashes],
    )


def _leaf(leaf: ProvenLeaf) -> OwnLeaf:
    return OwnLeaf(
        sequence=leaf.row.sequence,
        leaf_hash=encode_base64(leaf.row.leaf_hash),
        proof=if_any(_text(leaf.proof)),
    )


def _text(proof: TlogProof | None) -> str | None:
    return None if proof is None else proof.encode().decode()
