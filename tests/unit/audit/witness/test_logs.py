"""The file with the public keys of the logs that a witness watches."""

from __future__ import annotations

import pytest

from audit.tlog.cosignatures import CosignerKey
from audit.tlog.notes import SignerKey
from audit.witness.logs import parse_logs


def test_keys_are_gathered_by_the_origin_that_they_are_named_after() -> None:
    one, new, other = (SignerKey.generate(name).verifier for name in ("a.example", "a.example", "b.example"))
    text = f"# the logs\n{one.text}\n\n  {other.text}\n{new.text}\n"
    assert parse_logs(text) == {"a.example": (one, new), "b.example": (other,)}


def test_a_line_that_is_no_key_of_a_log_is_named() -> None:
    witness = CosignerKey.generate("w.example").verifier.text
    for wrong in ("a.example", witness, f"{witness} https://w.example"):
        with pytest.raises(ValueError, match="line 2 is not the public key of a log"):
            parse_logs(f"#\n{wrong}\n")


def test_a_file_without_keys_is_refused() -> None:
    with pytest.raises(ValueError, match="no public key"):
        parse_logs("# none yet\n")
