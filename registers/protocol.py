"""What is asked of a register over HTTP, and how its answer reads. `docs/reference/party-register.md`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

import msgspec

from domain.identifiers import Identifier, IdentifierInvalid, parse_identifier
from domain.register import Ceased, Deceased, Exists, Finding, ReplacedBy, Unknown


class Misunderstood(Exception):
    """The answer is not what was agreed upon. The text never holds what it says."""


class _Answer(msgspec.Struct):
    state: Literal["exists", "unknown", "deceased", "ceased", "replaced"]
    date: date | None = None
    replaced_by: str | None = msgspec.field(default=None, name="replacedBy")


class _Answers(msgspec.Struct):
    findings: list[_Answer]


_decode = msgspec.json.Decoder(_Answers).decode


def asked(identifiers: Sequence[Identifier]) -> dict[str, Any]:
    """The question's body."""
    return {"identifiers": [{"scheme": one.scheme.value, "number": one.number} for one in identifiers]}


def findings_in(answer: bytes, identifiers: Sequence[Identifier]) -> dict[Identifier, Finding]:
    """What the answer says of each, in the order of the question. Raises `Misunderstood`."""
    try:
        findings = _decode(answer).findings
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Misunderstood("the answer is not of the agreed form") from None
    if len(findings) != len(identifiers):
        raise Misunderstood("the answer is not about as many numbers as were asked")
    return {one: _finding(one, said) for one, said in zip(identifiers, findings, strict=True)}


def _finding(identifier: Identifier, said: _Answer) -> Finding:
    match said.state:
        case "exists":
            return Exists()
        case "unknown":
            return Unknown()
        case "deceased":
            return Deceased(said.date)
        case "ceased":
            return Ceased(said.date)
        case "replaced":
            return ReplacedBy(_other(identifier, said.replaced_by))


def _other(identifier: Identifier, number: str | None) -> str:
    try:
        other = parse_identifier(identifier.scheme, number or "")
    except IdentifierInvalid:
        raise Misunderstood("the new number is not valid") from None
    if other == identifier:
        raise Misunderstood("a number does not replace itself")
    return other.number
