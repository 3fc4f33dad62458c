from __future__ import annotations

import pytest

from audit.tlog.cosignatures import CosignerKey, WitnessKey
from audit.tlog.keys import KeyMalformed
from audit.tlog.notes import SignerKey, VerifierKey
from tests.unit.audit.tlog.vectors import ENOCH, PETER, PETER_PRIVATE, REMORA, UNKNOWN_TYPE, WRONG_LENGTH


def test_published_keys_are_read_and_written_alike() -> None:
    assert VerifierKey.parse(PETER).text == PETER
    assert VerifierKey.parse(PETER).key_id.hex() == "c74f20a3"
    assert VerifierKey.parse(ENOCH).text == ENOCH
    assert WitnessKey.parse(REMORA).text == REMORA
    assert SignerKey.parse(PETER_PRIVATE).text == PETER_PRIVATE
    assert SignerKey.parse(PETER_PRIVATE).verifier == VerifierKey.parse(PETER)


@pytest.mark.parametrize("text", [WRONG_LENGTH, UNKNOWN_TYPE])
def test_a_key_of_another_length_or_type_is_refused_though_its_id_is_right(text: str) -> None:
    with pytest.raises(KeyMalformed):
        VerifierKey.parse(text)


def test_no_part_of_a_key_is_a_key() -> None:
    for parse, text in (VerifierKey.parse, PETER), (SignerKey.parse, PETER_PRIVATE):
        for begin in range(len(text) + 1):
            for end in range(begin, len(text) + 1):
                if text[begin:end] != text:
                    with pytest.raises(KeyMalformed):
                        parse(text[begin:end])


def test_no_key_with_one_other_character_is_a_key() -> None:
    for parse, text in (VerifierKey.parse, PETER), (SignerKey.parse, PETER_PRIVATE):
        for place, character in enumerate(text):
            changed = text[:place] + chr(ord(character) + 1) + text[place + 1 :]
            with pytest.raises(KeyMalformed):
                parse(changed)


@pytest.mark.parametrize("addition", ["\n", " ", "=", "+", "\x00"])
def test_a_key_ends_where_it_ends(addition: str) -> None:
    with pytest.raises(KeyMalformed):
        VerifierKey.parse(PETER + addition)
    with pytest.raises(KeyMalformed):
        VerifierKey.parse(addition + PETER)


def test_a_key_id_has_small_letters_only() -> None:
    with pytest.raises(KeyMalformed):
        VerifierKey.parse(PETER.replace("c74f20a3", "C74F20A3"))


def test_a_key_of_one_type_is_none_of_the_other() -> None:
    witness = CosignerKey.generate("witness.example/w1")
    with pytest.raises(KeyMalformed):
        VerifierKey.parse(witness.verifier.text)
    with pytest.raises(KeyMalformed):
        WitnessKey.parse(PETER)
    log = VerifierKey(witness.name, witness.public)
    assert log.key_id != witness.key_id
    assert log != witness.verifier


@pytest.mark.parametrize(
    "name", ["", "a b", "a+b", "a\tb", "a\nb", "a\u00a0b", "a\u2003b", "a\u3000", "a\x85", "\x1f", "\ud800"]
)
def test_a_name_with_spaces_of_any_script_or_a_plus_names_no_key(name: str) -> None:
    with pytest.raises(KeyMalformed):
        SignerKey.generate(name)
    with pytest.raises(KeyMalformed):
        VerifierKey(name, bytes(32))


def test_a_name_may_be_in_any_script() -> None:
    key = SignerKey.generate("postbus.example/aan\u00b7zet/\u0431")
    assert SignerKey.parse(key.text).verifier == VerifierKey.parse(key.verifier.text) == key.verifier


def test_a_private_key_is_not_shown_by_accident() -> None:
    key = SignerKey.parse(PETER_PRIVATE)
    secret = PETER_PRIVATE.rsplit("+", 1)[1]
    assert secret not in repr(key)
    assert secret not in str(key)
    with pytest.raises(KeyMalformed) as refused:
        SignerKey.parse(PETER_PRIVATE[:-2])
    assert secret[:20] not in str(refused.value)


def test_new_keys_differ() -> None:
    assert SignerKey.generate("log.example").text != SignerKey.generate("log.example").text
