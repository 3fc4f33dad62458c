"""The decision function as a table: who, what, whose → why, or why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from domain.access import Basis, BasisKind
from domain.actors import Actor, ActorKind, AssuranceLevel, DigitalKey
from domain.decisions import Allow, Deny, Operation, Subject, decide
from domain.events.reference import Validity
from domain.reference import MessageType

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
AN, BOB, ORG, REGISTRATION = (UUID(int=n) for n in range(1, 5))
AN_MAILBOX, BOB_MAILBOX = UUID(int=11), UUID(int=12)

AN_S = Subject(AN, AN_MAILBOX, "citizen")
BOB_S = Subject(BOB, BOB_MAILBOX, "citizen")
NEW_CITIZEN = Subject(None, None, "citizen")
ENTERPRISE = Subject(ORG, UUID(int=13), "enterprise")

STATEMENT = MessageType(
    "PENSION_STATEMENT",
    "0206731645",
    {"en": "Pension statement"},
    {},
    Validity(10, 0),
    frozenset({"citizen"}),
    frozenset({"0206731645"}),
    discreet=False,
)


def actor(kind: ActorKind, **changes: object) -> Actor:
    base = Actor(
        kind=kind,
        party_id=AN if kind is ActorKind.CITIZEN else ORG,
        identity="somebody",
        registration_id=REGISTRATION,
        registration_version=3,
        token_sha256="0" * 64,
        request_id=UUID(int=99),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


CITIZEN = actor(
    ActorKind.CITIZEN, site="demo-site", digital_key=DigitalKey.EID, assurance_level=AssuranceLevel.HIGH
)
PARTNER = actor(ActorKind.PARTNER, organisation="0206731645")
SELF = Basis(BasisKind.SELF, AN, 1)
REGISTERED = Basis(BasisKind.REGISTRATION, REGISTRATION, 3)

ALLOWED = [
    (PARTNER, AN_S, Operation.PUBLISH, STATEMENT, REGISTERED),
    (PARTNER, NEW_CITIZEN, Operation.PUBLISH, STATEMENT, REGISTERED),
    (CITIZEN, AN_S, Operation.COUNT, None, SELF),
    (CITIZEN, AN_S, Operation.LIST, None, SELF),
    (CITIZEN, AN_S, Operation.READ, None, SELF),
]

DENIED = [
    (PARTNER, ENTERPRISE, Operation.PUBLISH, STATEMENT, "kind of recipient"),
    (PARTNER, AN_S, Operation.PUBLISH, None, "message type"),
    (PARTNER, AN_S, Operation.PUBLISH, replace(STATEMENT, senders=frozenset()), "message type"),
    (replace(PARTNER, organisation=None), AN_S, Operation.PUBLISH, STATEMENT, "not a partner"),
    (replace(PARTNER, organisation="0884303369"), AN_S, Operation.PUBLISH, STATEMENT, "message type"),
    (replace(PARTNER, is_suspended=True), AN_S, Operation.PUBLISH, STATEMENT, "suspended"),
    (replace(PARTNER, registration_id=None), AN_S, Operation.PUBLISH, STATEMENT, "not registered"),
    (CITIZEN, AN_S, Operation.PUBLISH, STATEMENT, "not a partner"),
    (CITIZEN, BOB_S, Operation.COUNT, None, "not the owner"),
    (CITIZEN, BOB_S, Operation.LIST, None, "not the owner"),
    (CITIZEN, BOB_S, Operation.READ, None, "not the owner"),
    (CITIZEN, NEW_CITIZEN, Operation.READ, None, "not the owner"),
    (CITIZEN, None, Operation.READ, None, "not the owner"),
    (CITIZEN, replace(ENTERPRISE, party_id=AN), Operation.READ, None, "no role"),
    (replace(CITIZEN, site=None), AN_S, Operation.READ, None, "site"),
    (replace(CITIZEN, is_suspended=True), AN_S, Operation.READ, None, "suspended"),
    (replace(CITIZEN, digital_key=DigitalKey.PASSWORD), AN_S, Operation.READ, None, "password"),
    (replace(CITIZEN, digital_key=None), AN_S, Operation.READ, None, "password"),
    (PARTNER, AN_S, Operation.READ, None, "not the owner"),
    (PARTNER, AN_S, Operation.LIST, None, "not the owner"),
    (actor(ActorKind.SITE, site="demo-site"), AN_S, Operation.READ, None, "not the owner"),
    (actor(ActorKind.SITE, site="demo-site"), AN_S, Operation.PUBLISH, STATEMENT, "not a partner"),
    (actor(ActorKind.AUDITOR), AN_S, Operation.READ, None, "not the owner"),
    (actor(ActorKind.AUDITOR), AN_S, Operation.LIST, None, "not the owner"),
    (CITIZEN, AN_S, Operation.READ_ACCESS_HISTORY, None, "not an auditor"),
    (PARTNER, AN_S, Operation.FIND_MAILBOX, None, "not an auditor"),
]


@pytest.mark.parametrize(("who", "whose", "what", "message_type", "why"), ALLOWED)
def test_allowed(
    who: Actor, whose: Subject | None, what: Operation, message_type: MessageType | None, why: Basis
) -> None:
    assert decide(who, whose, what, message_type, None, AT) == Allow(why)


@pytest.mark.parametrize(("who", "whose", "what", "message_type", "why"), DENIED)
def test_denied(
    who: Actor, whose: Subject | None, what: Operation, message_type: MessageType | None, why: str
) -> None:
    decision = decide(who, whose, what, message_type, None, AT)
    assert isinstance(decision, Deny)
    assert why in decision.reason


def test_a_citizens_mailbox_has_no_partitions() -> None:
    assert isinstance(decide(CITIZEN, AN_S, Operation.READ, None, "GENERAL", AT), Deny)


@pytest.mark.parametrize("kind", list(ActorKind))
@pytest.mark.parametrize("operation", list(Operation))
def test_nobody_may_do_anything_by_kind_alone(kind: ActorKind, operation: Operation) -> None:
    bare = actor(kind, registration_id=None)
    assert isinstance(decide(bare, None, operation, None, None, AT), Deny)
