"""Witnesses' cosignatures of checkpoints (C2SP `tlog-cosignature`, the Ed25519 kind).

A witness that cosigns says: at this time this was the largest tree that I had seen of this log, and every
tree before it was its beginning.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar, Final

from audit.tlog.checkpoints import Checkpoint
from audit.tlog.encoding import MAX_SIZE
from audit.tlog.keys import SIGNATURE_BYTES, NamedPrivateKey, NamedPublicKey
from audit.tlog.notes import Signature

TIME_BYTES: Final = 8


class CosignatureInvalid(ValueError):
    """Not this witness's cosignature of this checkpoint; says why."""


class WitnessKey(NamedPublicKey):
    """The public key of a witness (signature type 4)."""

    signature_type: ClassVar[int] = 0x04


class CosignerKey(NamedPrivateKey):
    """The private key of a witness (signature type 4)."""

    signature_type: ClassVar[int] = 0x04

    @property
    def verifier(self) -> WitnessKey:
        return WitnessKey(self.name, self.public)


def cosign(key: CosignerKey, checkpoint_text: str, at: datetime) -> Signature:
    """The cosignature of a checkpoint's text at this time, in whole seconds. Raises CheckpointInvalid."""
    Checkpoint.parse(checkpoint_text)
    if at.tzinfo is None or (seconds := int(at.timestamp())) < 0:
        raise ValueError("a cosignature's time has a time zone, and is not before 1970")
    value = seconds.to_bytes(TIME_BYTES, "big") + key.sign_bytes(_signed(checkpoint_text, seconds))
    return Signature(key.name, key.key_id, value)


def verify_cosignature(key: WitnessKey, checkpoint_text: str, signature: Signature) -> datetime:
    """When this witness cosigned this text. Raises CosignatureInvalid."""
    if (signature.name, signature.key_id) != (key.name, key.key_id):
        raise CosignatureInvalid(f"the signature is not by {key.name}")
    if len(signature.value) != TIME_BYTES + SIGNATURE_BYTES:
        raise CosignatureInvalid(f"the cosignature of {key.name} is not as long as one is")
    seconds = int.from_bytes(signature.value[:TIME_BYTES], "big")
    if seconds > MAX_SIZE or not key.is_signed(
        _signed(checkpoint_text, seconds), signature.value[TIME_BYTES:]
    ):
        raise CosignatureInvalid(f"the cosignature of {key.name} is not good")
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        raise CosignatureInvalid(f"the cosignature of {key.name} is of a time that no calendar has") from None


def _signed(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
