from __future__ import annotations

import pytest

from audit.tlog.checkpoints import Checkpoint, CheckpointInvalid
from audit.tlog.growing import GrowingTree
from audit.tlog.merkle import ProofInvalid, leaf_hash
from audit.tlog.notes import SignerKey, sign_note
from audit.tlog.proofs import MAX_PROOF_BYTES, ProofMalformed, TlogProof
from audit.tlog.tree import TileTree
from tests.unit.audit.tlog.vectors import PROOF_HEAD, SOFA

LOG = SignerKey.generate("log.example")
ENTRIES = [b"entry %d" % number for number in range(300)]
HASH = "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ="
HEADER = "c2sp.org/tlog-proof@v1"


def proof_of(index: int) -> TlogProof:
    tree = GrowingTree(lambda path: None)
    tree.extend([leaf_hash(entry) for entry in ENTRIES], ENTRIES)
    files = tree.take_files()
    checkpoint = sign_note(Checkpoint("log.example", 300, tree.root()).text, LOG).encode()
    return TlogProof(index, tuple(TileTree(files.get, 300).inclusion(index)), checkpoint, ENTRIES[index])


def test_the_specifications_proof_reads_as_it_says() -> None:
    proof = TlogProof.parse(PROOF_HEAD + SOFA)
    assert proof.index == 73894
    assert len(proof.hashes) == 5
    assert proof.extra is not None
    assert proof.extra.startswith(b"age-v1.2.1-darwin-arm64.tar.gz")
    assert proof.checkpoint == SOFA.encode()
    assert proof.encode().decode() == PROOF_HEAD + SOFA


@pytest.mark.parametrize("index", [0, 255, 256, 299])
def test_a_proof_of_an_entry_is_good_after_its_way_through_a_file(index: int) -> None:
    proof = TlogProof.parse(proof_of(index).encode())
    assert proof == proof_of(index)
    assert proof.extra == ENTRIES[index]
    checkpoint, _ = proof.verify(ENTRIES[index], [LOG.verifier])
    assert checkpoint.size == 300


def test_a_proof_for_another_entry_place_or_key_is_not_good() -> None:
    proof = proof_of(42)
    assert proof.extra is not None
    with pytest.raises(ProofInvalid):
        proof.verify(ENTRIES[43], [LOG.verifier])
    with pytest.raises(ProofInvalid):
        TlogProof(43, proof.hashes, proof.checkpoint).verify(ENTRIES[42], [LOG.verifier])
    with pytest.raises(ProofInvalid):
        TlogProof(42, proof.hashes[:-1], proof.checkpoint).verify(ENTRIES[42], [LOG.verifier])
    with pytest.raises(CheckpointInvalid):
        proof.verify(ENTRIES[42], [SignerKey.generate("log.example").verifier])
    grown = proof.checkpoint.replace(b"300", b"301")
    with pytest.raises(CheckpointInvalid):
        TlogProof(42, proof.hashes, grown).verify(ENTRIES[42], [LOG.verifier])


def test_a_proof_in_a_tree_of_one_has_no_hashes() -> None:
    checkpoint = sign_note(Checkpoint("log.example", 1, leaf_hash(b"only")).text, LOG).encode()
    proof = TlogProof.parse(f"{HEADER}\nindex 0\n\n".encode() + checkpoint)
    assert proof.hashes == ()
    assert proof.extra is None
    proof.verify(b"only", [LOG.verifier])


@pytest.mark.parametrize(
    "head",
    [
        "",
        "\n",
        f"{HEADER}\n",
        f"{HEADER}\nindex 0\n",
        f"{HEADER}\n\nindex 0\n\n",
        f"{HEADER}\r\nindex 0\r\n\r\n",
        f" {HEADER}\nindex 0\n\n",
        "c2sp.org/tlog-proof@v2\nindex 0\n\n",
        f"{HEADER}\nindex\n\n",
        f"{HEADER}\nindex \n\n",
        f"{HEADER}\nindex 00\n\n",
        f"{HEADER}\nindex 01\n\n",
        f"{HEADER}\nindex -5\n\n",
        f"{HEADER}\nindex notanumber\n\n",
        f"{HEADER}\nindex  5\n\n",
        f"{HEADER}\nindex 5 \n\n",
        f"{HEADER}\nindex 9223372036854775808\n\n",
        f"{HEADER}\nIndex 5\n\n",
        f"{HEADER}\n{HASH}\nindex 5\n\n",
        f"{HEADER}\nindex 5\nextra YQ==\n\n",
        f"{HEADER}\nextra \nindex 5\n\n",
        f"{HEADER}\nextra !!notbase64!!\nindex 5\n\n",
        f"{HEADER}\nextra YR==\nindex 5\n\n",
        f"{HEADER}\nextra YQ==\nextra YQ==\nindex 5\n\n",
        f"{HEADER}\nindex 5\n!!notbase64!!\n\n",
        f"{HEADER}\nindex 5\n{HASH} \n\n",
        f"{HEADER}\nindex 5\n{HASH[:-1]}\n\n",
        f"{HEADER}\nindex 5\nAAAA\n\n",
        f"{HEADER}\nindex 5\n" + f"{HASH}\n" * 64 + "\n",
        f"{HEADER}\nindex \u0665\n\n",
    ],
)
def test_nothing_else_is_a_proof(head: str) -> None:
    with pytest.raises(ProofMalformed):
        TlogProof.parse(head + SOFA)


def test_a_file_too_large_to_be_a_proof_is_not_read() -> None:
    with pytest.raises(ProofMalformed, match="not taken"):
        TlogProof.parse(PROOF_HEAD.encode() + b"x" * MAX_PROOF_BYTES)


def test_a_proof_that_could_not_be_read_again_is_not_made() -> None:
    for index, hashes, extra in [(-1, (), None), (2**63, (), None), (0, (b"x",), None), (0, (), b"")]:
        with pytest.raises(ProofMalformed):
            TlogProof(index, hashes, SOFA.encode(), extra)
