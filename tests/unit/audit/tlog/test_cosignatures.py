from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from audit.tlog.checkpoints import CheckpointInvalid
from audit.tlog.cosignatures import CosignatureInvalid, CosignerKey, WitnessKey, cosign, verify_cosignature
from audit.tlog.encoding import encode_base64
from audit.tlog.notes import Note, Signature, VerifierKey
from tests.unit.audit.tlog.vectors import ARCHE, LITTLE_GARDEN, NAVIGLI, REMORA, SMARTIT, SOFA

AT = datetime(2026, 5, 23, 21, 50, 24, tzinfo=UTC)
TEXT = Note.parse(SOFA).text


@pytest.mark.parametrize("vkey", [REMORA, LITTLE_GARDEN, SMARTIT])
def test_real_witnesses_cosigned_a_real_checkpoint(vkey: str) -> None:
    note, key = Note.parse(ARCHE), WitnessKey.parse(vkey)
    [signature] = [each for each in note.signatures if each.name == key.name]
    assert verify_cosignature(key, note.text, signature) == AT
    with pytest.raises(CosignatureInvalid, match="not good"):
        verify_cosignature(key, note.text.replace("1432088532", "1432088533"), signature)
    with pytest.raises(CosignatureInvalid, match="not by"):
        verify_cosignature(WitnessKey.parse(NAVIGLI), note.text, signature)


def test_the_specifications_example_carries_its_time_before_the_signature() -> None:
    [_, cosignature] = Note.parse(SOFA).signatures
    assert int.from_bytes(cosignature.value[:8], "big") == 1679315147
    assert len(cosignature.value) == 8 + 64


def test_what_is_signed_is_the_specifications_message() -> None:
    key = CosignerKey.generate("witness.example.com/w1")
    signature = cosign(key, TEXT, datetime.fromtimestamp(1679315147, UTC))
    message = (
        b"cosignature/v1\n"
        b"time 1679315147\n"
        b"example.com/behind-the-sofa\n"
        b"20852163\n"
        b"CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    )
    assert key.verifier.is_signed(message, signature.value[8:])
    assert verify_cosignature(key.verifier, TEXT, signature) == datetime(2023, 3, 20, 12, 25, 47, tzinfo=UTC)


def test_a_cosignature_is_good_after_its_way_through_a_note() -> None:
    key = CosignerKey.parse(CosignerKey.generate("witness.example/w1").text)
    note = Note.parse(SOFA).with_signatures([cosign(key, TEXT, AT)])
    *_, last = Note.parse(note.encode()).signatures
    assert verify_cosignature(WitnessKey.parse(key.verifier.text), note.text, last) == AT


def test_no_changed_cosignature_is_good() -> None:
    key = CosignerKey.generate("witness.example/w1")
    good = cosign(key, TEXT, AT)
    for place in range(len(good.value)):
        changed = bytearray(good.value)
        changed[place] ^= 1
        with pytest.raises(CosignatureInvalid):
            verify_cosignature(key.verifier, TEXT, Signature(good.name, good.key_id, bytes(changed)))
    for value in (good.value[:-1], good.value + b"\x00", good.value[8:]):
        with pytest.raises(CosignatureInvalid):
            verify_cosignature(key.verifier, TEXT, Signature(good.name, good.key_id, value))


def test_a_witness_with_a_logs_key_does_not_sign_as_the_log() -> None:
    key = CosignerKey.generate("log.example")
    signature = cosign(key, TEXT, AT)
    log = VerifierKey("log.example", key.public)
    assert not log.verify(TEXT, signature)
    assert not log.verify(TEXT, Signature(log.name, log.key_id, signature.value[8:]))


def test_a_time_that_no_calendar_has_is_refused_though_it_is_signed() -> None:
    key = CosignerKey.generate("witness.example/w1")
    for seconds in (2**40, 2**63 - 1, 2**63, 2**64 - 1):
        message = f"cosignature/v1\ntime {seconds}\n{TEXT}".encode()
        value = seconds.to_bytes(8, "big") + key.sign_bytes(message)
        with pytest.raises(CosignatureInvalid):
            verify_cosignature(key.verifier, TEXT, Signature(key.name, key.key_id, value))


def test_only_checkpoints_are_cosigned_and_only_at_a_time() -> None:
    key = CosignerKey.generate("witness.example/w1")
    for text in ("anything\n", TEXT.rstrip("\n"), encode_base64(b"x")):
        with pytest.raises(CheckpointInvalid):
            cosign(key, text, AT)
    for at in (AT.replace(tzinfo=None), datetime.fromtimestamp(0, UTC) - timedelta(seconds=2)):
        with pytest.raises(ValueError, match="time"):
            cosign(key, TEXT, at)
