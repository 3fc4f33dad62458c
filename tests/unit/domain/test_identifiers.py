"""National, bis, enterprise and establishment unit numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.be import bis, nn, vat

from domain.identifiers import (
    ClientIdentifier,
    EnterpriseNumber,
    EstablishmentUnitNumber,
    IdentifierInvalid,
    IdentifierScheme,
    Ssin,
    parse_identifier,
)


@pytest.mark.parametrize(
    ("number", "is_bis"),
    [
        ("81050103522", False),
        ("19082416188", False),
        ("81000003517", False),
        ("92321506985", True),
        ("92521506931", True),
    ],
)
def test_valid_numbers_of_persons(number: str, is_bis: bool) -> None:
    assert Ssin(number).number == number
    assert Ssin(number).is_bis is is_bis


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("81130103578", "month"),
        ("81022903534", "birth date"),
        ("47060200096", "serial"),
        ("81050103521", "check digits"),
        ("71715100070", "month"),
        ("8105010352", "11 digits"),
        ("810501035220", "11 digits"),
        ("81.05.01-035.22", "11 digits"),
        ("٨١٠٥٠١٠٣٥٢٢", "11 digits"),
        ("", "11 digits"),
    ],
)
def test_invalid_numbers_of_persons(number: str, why: str) -> None:
    with pytest.raises(IdentifierInvalid, match=why):
        Ssin(number)


def test_a_day_that_no_month_has() -> None:
    with pytest.raises(IdentifierInvalid, match="day"):
        Ssin("81043103500")


@pytest.mark.parametrize("number", ["0884303369", "0202239951", "0206731645", "0474028805"])
def test_valid_enterprise_numbers(number: str) -> None:
    assert EnterpriseNumber(number).number == number


@pytest.mark.parametrize("number", ["0884303370", "884303369", "2297964444", "088430336X", "", "08843033690"])
def test_invalid_enterprise_numbers(number: str) -> None:
    with pytest.raises(IdentifierInvalid):
        EnterpriseNumber(number)


def test_nine_digits_are_padded_from_a_claim_only() -> None:
    assert EnterpriseNumber.from_claim("884303369") == EnterpriseNumber("0884303369")


def test_establishment_unit_numbers() -> None:
    assert EstablishmentUnitNumber("2297964444").number == "2297964444"
    for wrong in ("2297964445", "0884303369", "9297964444"):
        with pytest.raises(IdentifierInvalid):
            EstablishmentUnitNumber(wrong)


@pytest.mark.parametrize("wrong", ["", "Demo", "a b", "-a", "a" * 65, "a/b"])
def test_client_ids_are_plain_names(wrong: str) -> None:
    with pytest.raises(IdentifierInvalid):
        ClientIdentifier(wrong)


@given(st.integers(min_value=0, max_value=99_999_999_999).map(lambda n: f"{n:011d}"))
def test_whatever_is_accepted_also_passes_the_independent_check(number: str) -> None:
    try:
        accepted = Ssin(number)
    except IdentifierInvalid:
        return
    assert bis.is_valid(number) if accepted.is_bis else nn.is_valid(number)


@given(st.dates().filter(lambda day: 1920 <= day.year <= 2020), st.integers(1, 998))
def test_every_well_formed_national_number_is_accepted(day: object, counter: int) -> None:
    body = f"{day:%y%m%d}{counter:03d}"
    century = 0 if int(f"{day:%Y}") < 2000 else 2_000_000_000
    number = body + f"{97 - (century + int(body)) % 97:02d}"
    assert Ssin(number).number == number


@given(st.integers(min_value=0, max_value=1_999_999_999).map(lambda n: f"{n:010d}"))
def test_enterprise_numbers_agree_with_the_independent_check(number: str) -> None:
    try:
        EnterpriseNumber(number)
    except IdentifierInvalid:
        assert not vat.is_valid(number) or number.startswith("00000000")
    else:
        assert vat.is_valid(number)


@pytest.mark.parametrize("identifier", [Ssin("81050103522"), EnterpriseNumber("0884303369")])
def test_a_number_never_shows_in_what_is_printed(identifier: Ssin | EnterpriseNumber) -> None:
    assert identifier.number not in repr(identifier)
    assert identifier.number not in f"{identifier}"


def test_no_exception_text_holds_the_number() -> None:
    with pytest.raises(IdentifierInvalid) as raised:
        parse_identifier(IdentifierScheme.SSIN, "81050103521")
    assert "81050103521" not in str(raised.value)
