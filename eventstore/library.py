"""The library's application, set up by us alone.

The library would let any variable of the process's environment change how events are stored (another cipher,
another recorder, snapshots). Here only what is handed in counts, and the one setting that loses events is
refused wherever it is.
"""

from __future__ import annotations

from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import Mapper
from eventsourcing.utils import Environment, EnvType

from eventstore.errors import UnsafeSetting
from eventstore.keys import KeyRing
from eventstore.mapper import EventMapper

_FORBIDDEN = "POSTGRES_ENABLE_DB_FUNCTIONS"


class Log(Application[UUID]):
    """The library's application around our mapper and recorder."""

    name = ""  # The table is `stored_events` on every database.

    def __init__(self, env: EnvType, keys: KeyRing) -> None:
        self._keys = keys
        super().__init__(env)

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """Only what was handed in; `UnsafeSetting` where the process's environment would lose events."""
        inherited = super().construct_env(name, env)
        if any(variable.upper().endswith(_FORBIDDEN) for variable in inherited):
            raise UnsafeSetting(f"{_FORBIDDEN} takes no lock, so that followers miss events: remove it")
        return Environment(name, env)

    def construct_mapper(self) -> Mapper[UUID]:
        """Ours: readable JSON, sealed personal fields."""
        return EventMapper(self._keys)
