from __future__ import annotations

from base64 import b64decode

import pytest

from audit.tlog.checkpoints import Checkpoint, CheckpointInvalid, open_checkpoint
from audit.tlog.merkle import EMPTY_ROOT
from audit.tlog.notes import Note, SignerKey, VerifierKey, sign_note
from tests.unit.audit.tlog.vectors import ARCHE, ARCHE_KEY, PETER, SOFA

ROOT = b64decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
ROOT_LINE = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="


def test_the_specifications_checkpoint_reads_as_it_says() -> None:
    note = Note.parse(SOFA)
    checkpoint = Checkpoint.parse(note.text)
    assert checkpoint == Checkpoint("example.com/behind-the-sofa", 20852163, ROOT)
    assert checkpoint.text == note.text
    assert [each.name for each in note.signatures] == [
        "example.com/behind-the-sofa",
        "witness.example.com/w1",
    ]
    assert note.encode().decode() == SOFA


def test_a_real_logs_checkpoint_opens_with_its_key() -> None:
    checkpoint, note = open_checkpoint(ARCHE, [VerifierKey.parse(PETER), VerifierKey.parse(ARCHE_KEY)])
    assert checkpoint.size == 1_432_088_532
    assert len(note.signatures) == 6


def test_a_real_logs_checkpoint_with_another_size_does_not_open() -> None:
    changed = ARCHE.replace("1432088532", "1432088533")
    with pytest.raises(CheckpointInvalid, match="not good"):
        open_checkpoint(changed, [VerifierKey.parse(ARCHE_KEY)])


def test_a_checkpoint_opens_with_any_one_key_of_its_log() -> None:
    old, new = SignerKey.generate("log.example"), SignerKey.generate("log.example")
    checkpoint = Checkpoint("log.example", 7, ROOT, ("an extension",))
    note = sign_note(checkpoint.text, new, old).encode()
    for keys in ([old.verifier], [new.verifier], [new.verifier, old.verifier]):
        assert open_checkpoint(note, keys)[0] == checkpoint


def test_a_checkpoint_that_no_known_key_of_its_log_signed_does_not_open() -> None:
    key, stranger = SignerKey.generate("log.example"), SignerKey.generate("other.example")
    text = Checkpoint("log.example", 7, ROOT).text
    for note, keys in [
        (sign_note(text, key), []),
        (sign_note(text, key), [stranger.verifier]),
        (sign_note(text, stranger), [stranger.verifier]),  # good, but under another name than the origin
        (sign_note(text, stranger), [key.verifier]),
    ]:
        with pytest.raises(CheckpointInvalid, match="no known key"):
            open_checkpoint(note.encode(), keys)


def test_a_note_that_is_none_and_a_signed_note_that_is_no_checkpoint_do_not_open() -> None:
    key = SignerKey.generate("log.example")
    for note in (b"", b"log.example\n7\n", sign_note("log.example\n7\n", key).encode()):
        with pytest.raises(CheckpointInvalid):
            open_checkpoint(note, [key.verifier])


def test_an_empty_tree_has_its_own_root() -> None:
    empty = Checkpoint("log.example", 0, EMPTY_ROOT)
    assert Checkpoint.parse(empty.text) == empty
    with pytest.raises(CheckpointInvalid, match="empty tree"):
        Checkpoint("log.example", 0, ROOT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "log.example\n",
        "log.example\n7\n",
        f"log.example\n7\n{ROOT_LINE}",
        f"\n7\n{ROOT_LINE}\n",
        f"log.example\n\n{ROOT_LINE}\n",
        f"log.example\n7\n{ROOT_LINE}\n\n",
        f"log.example\n7\n{ROOT_LINE}\n\nextension\n",
        f"log.example\n07\n{ROOT_LINE}\n",
        f"log.example\n+7\n{ROOT_LINE}\n",
        f"log.example\n-7\n{ROOT_LINE}\n",
        f"log.example\n7 \n{ROOT_LINE}\n",
        f"log.example\n7_0\n{ROOT_LINE}\n",
        f"log.example\n0x7\n{ROOT_LINE}\n",
        f"log.example\n\u0667\n{ROOT_LINE}\n",
        f"log.example\n9223372036854775808\n{ROOT_LINE}\n",
        f"log.example\n99999999999999999999\n{ROOT_LINE}\n",
        f"log.example\n7\n{ROOT_LINE[:-1]}\n",
        f"log.example\n7\n{ROOT_LINE[:-2]}J=\n",
        f"log.example\n7\n {ROOT_LINE}\n",
        "log.example\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n",
        f"log.example\r\n7\r\n{ROOT_LINE}\r\n",
    ],
)
def test_nothing_else_is_a_checkpoint(text: str) -> None:
    with pytest.raises(CheckpointInvalid):
        Checkpoint.parse(text)


def test_what_could_not_be_read_again_is_no_checkpoint() -> None:
    for origin, size, root, extensions in [
        ("", 7, ROOT, ()),
        ("two\nlines", 7, ROOT, ()),
        ("log.example", -1, ROOT, ()),
        ("log.example", 2**63, ROOT, ()),
        ("log.example", 7, ROOT[:31], ()),
        ("log.example", 7, ROOT, ("",)),
        ("log.example", 7, ROOT, ("two\nlines",)),
    ]:
        with pytest.raises(CheckpointInvalid):
            Checkpoint(origin, size, root, extensions)
