"""Reference data, as an operator declares it in a YAML file, applied as events.

Applying is idempotent: each aggregate compares with what is on record, and only differences become events.
Nothing is removed by leaving it out of the file; `suspended: <reason>` takes rights away.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from pydantic import ValidationError

from application.partnersfile import PartnersFile
from domain.clock import Clock
from domain.errors import InvalidInput, Issue
from domain.events import Event
from domain.ids import auditor_id, sender_id, site_id
from domain.partner import Auditor, Sender, Site
from eventstore.errors import AggregateNotFound
from eventstore.store import EventStore


def read_partners_file(path: Path) -> PartnersFile:
    """The file's content, checked; key files lie beside it. Raises `InvalidInput` naming the entry."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return PartnersFile.model_validate(content, context={"folder": path.parent})
    except OSError as error:
        name = error.filename or path
        raise InvalidInput(Issue(str(name), "cannotBeRead", f"{name}: {error.strerror}", "file")) from error
    except yaml.YAMLError as error:
        raise InvalidInput(Issue(str(path), "notYaml", str(error), "file")) from error
    except ValidationError as error:
        raise InvalidInput(
            *(
                Issue(".".join(map(str, one["loc"])), one["type"], one["msg"], "file")
                for one in error.errors()
            )
        ) from error


def apply_partners(file: PartnersFile, events: EventStore, clock: Clock) -> int:
    """Append what differs from what is on record; the number of events appended. Blocking."""
    count = 0
    for facts in filter(None, _differences(file, events, clock)):
        events.append_now(*facts)
        count += len(facts)
    return count


def count_differences(file: PartnersFile, events: EventStore, clock: Clock) -> int:
    """How many events `apply_partners` would append; appends none. Blocking."""
    return sum(len(facts) for facts in _differences(file, events, clock))


def _differences(file: PartnersFile, events: EventStore, clock: Clock) -> Iterator[list[Event]]:
    for organisation in file.organisations():
        yield _facts(Sender, sender_id(organisation.enterprise_number), organisation, events, clock)
    for site in file.site_declarations():
        yield _facts(Site, site_id(site.client.client_id), site, events, clock)
    for auditor in file.auditor_declarations():
        yield _facts(Auditor, auditor_id(auditor.client.client_id), auditor, events, clock)


def _facts(
    kind: type[Sender | Site | Auditor],
    stream: UUID,
    declared: Any,
    events: EventStore,
    clock: Clock,
) -> list[Event]:
    try:
        known = events.load(stream)
    except AggregateNotFound:
        aggregate: Sender | Site | Auditor = kind.register(declared, clock.now())
    else:
        if not isinstance(known, kind):
            raise TypeError(f"stream {stream} is not a {kind.__name__}")
        aggregate = known
        aggregate.declare(declared, clock.now())
    return aggregate.new_facts()
