"""Reference data, as an operator declares it in a YAML file, applied as events.

Applying is idempotent: each aggregate compares with what is on record, and only differences become events.
Nothing is removed by leaving it out of the file but the people of an enterprise that stands in it;
`suspended: <reason>` takes rights away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import yaml
from pydantic import ValidationError

from application.parties import mailbox_of
from application.partnersfile import PartnersFile
from application.partnersplan import Change, changes
from domain.auditor import Auditor
from domain.clock import Clock
from domain.enterprise import Enterprise
from domain.errors import InvalidInput, Issue
from domain.events import Event
from domain.identifiers import EnterpriseNumber, Identifier, Ssin
from domain.ids import auditor_id, enterprise_id, officer_id, sender_id, site_id
from domain.officer import Officer
from domain.partner import Sender
from domain.site import Site
from eventstore.errors import AggregateNotFound
from eventstore.parties import Party, PartyKind, PartyRegistry
from eventstore.store import EventStore

Declared: TypeAlias = type[Sender] | type[Site] | type[Auditor] | type[Enterprise] | type[Officer]


def read_partners_file(path: Path) -> PartnersFile:
    """The file's content, checked; keys and logos lie beside it. Raises `InvalidInput` naming the entry."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return PartnersFile.model_validate(content, context={"folder": path.parent})
    except OSError as error:
        name = error.filename or path
        raise InvalidInput(Issue(str(name), "cannotBeRead", f"{name}: {error.strerror}", "file")) from error
    except yaml.YAMLError as error:
        # Its own text shows the lines around, with whatever number stands there.
        raise InvalidInput(Issue(str(path), "notYaml", _place(error), "file")) from None
    except UnicodeDecodeError:
        raise InvalidInput(Issue(str(path), "notYaml", "this is not UTF-8", "file")) from None
    except ValidationError as error:
        raise InvalidInput(
            *(
                Issue(".".join(map(_shown, one["loc"])), one["type"], one["msg"], "file")
                for one in error.errors()
            )
        ) from None
    except (ValueError, RecursionError):
        # A day that does not exist, a number of too many digits, brackets without end.
        detail = "a value in it is none that YAML can have"
        raise InvalidInput(Issue(str(path), "notYaml", detail, "file")) from None


@dataclass(frozen=True, slots=True)
class Difference:
    """What a stream holds, and what would have to be appended to it."""

    past: list[Event]
    new: list[Event]


class Partners:
    """The registrations, compared with a file. Blocks."""

    def __init__(self, events: EventStore, registry: PartyRegistry, clock: Clock) -> None:
        self._events = events
        self._registry = registry
        self._clock = clock

    def plan(self, file: PartnersFile) -> list[Change]:
        """What `apply` would change, for an operator to read. Nothing is appended, no party is made."""
        supposed = _Supposed(self._registry)
        return [
            change
            for one in self._differences(file, supposed.party_of)
            for change in changes(one.past, one.new, supposed.masked_number)
        ]

    def count(self, file: PartnersFile) -> int:
        """How many events `apply` would append."""
        return sum(len(one.new) for one in self._differences(file, _Supposed(self._registry).party_of))

    def apply(self, file: PartnersFile) -> int:
        """Append what differs from what is on record; the number of events appended."""
        count = 0
        for one in self._differences(file, self._registry.find_or_create):
            self._events.append_now(*one.new)
            count += len(one.new)
        return count

    def _differences(
        self, file: PartnersFile, party_of: Callable[[Identifier], Party]
    ) -> Iterator[Difference]:
        for partner in file.partners:
            yield from self._of(Sender, sender_id(partner.enterprise_number), partner.declaration())
        for site in file.sites:
            yield from self._of(Site, site_id(site.client.client_id), site.declaration())
        for auditor in file.auditors:
            yield from self._of(Auditor, auditor_id(auditor.client.client_id), auditor.declaration())
        for officer in file.officers:
            yield from self._of(Officer, officer_id(officer.id), officer.declaration())
        for entry in file.enterprises:
            number = entry.enterprise_number
            mailbox_id = mailbox_of(party_of(EnterpriseNumber(number)))
            declared = entry.declaration(mailbox_id, lambda ssin: party_of(Ssin(ssin)).party_id)
            yield from self._of(Enterprise, enterprise_id(number), declared)

    def _of(self, kind: Declared, stream: UUID, declared: Any) -> Iterator[Difference]:
        try:
            known = self._events.load(stream)
        except AggregateNotFound:
            yield Difference([], kind.register(declared, self._clock.now()).new_facts())
            return
        if not isinstance(known, kind):
            raise TypeError(f"stream {stream} is not a {kind.__name__}")
        known.declare(declared, self._clock.now())
        new = known.new_facts()
        if new:
            yield Difference(self._events.events_of(stream), new)


class _Supposed:
    """Parties as they would be: whoever is not on record gets one that is nobody's, and is never stored."""

    def __init__(self, registry: PartyRegistry) -> None:
        self._registry = registry
        self._supposed: dict[str, Party] = {}
        self._masked: dict[UUID, str] = {}

    def party_of(self, identifier: Identifier) -> Party:
        """The party with this number, or a supposed one."""
        found = self._registry.find(identifier) or self._supposed.get(identifier.number)
        if found is None:
            kind = PartyKind.CITIZEN if isinstance(identifier, Ssin) else PartyKind.ENTERPRISE
            found = Party(uuid4(), uuid4(), kind, is_activated=False, mailbox_recorded=False)
            self._supposed[identifier.number] = found
            self._masked[found.party_id] = masked(identifier.number)
        return found

    def masked_number(self, party_id: UUID) -> str | None:
        """The end of a person's number; None for who was erased."""
        if party_id in self._masked:
            return self._masked[party_id]
        identifier = self._registry.identifier_of(party_id)
        return None if identifier is None else masked(identifier.number)


def masked(number: str) -> str:
    """A person's number as it may be shown: its last two digits."""
    return "*" * (len(number) - 2) + number[-2:]


def _shown(step: int | str) -> str:
    """A step on the way to an entry. No field has a digit in its name: this may be somebody's number."""
    is_shown = isinstance(step, int) or not any(map(str.isdecimal, step))
    return str(step) if is_shown else "…"


def _place(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    where = "" if mark is None else f" in line {mark.line + 1}, column {mark.column + 1}"
    return f"this is not YAML{where}"
