"""Publishing a message whose body is its main content, beside two endpoints that do less.

All three get the same JSON from 64 connections and commit durably in the same PostgreSQL, each in a database
of its own. Ours also checks the token, the JSON and the rights, finds the recipient, encrypts the personal
fields.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench.contenders import HttpContender, checkpoint, row_count
from bench.load.messages import http_request, write_request
from bench.load.plan import Plan
from bench.machine import describe_postgres
from bench.measurement import Goal, Outcome
from bench.processes import peer
from bench.rounds import Contender, take_turns
from tests.servers.postgres import Postgres

CONNECTIONS = 64
SECONDS = 5.0


def publish(rounds: int) -> tuple[Outcome, dict[str, object]]:
    """Run the scenario."""
    outcome = Outcome("publish", rounds, [Goal("insert", at_least=1, relative_to="Application.save")])
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ebox-bench-")))
        postgres = stack.enter_context(Postgres(durable=True))
        contenders: list[Contender] = [
            _peer(stack, folder, postgres, "insert", "insert", "SELECT count(*) FROM message"),
            _peer(stack, folder, postgres, "library", "Application.save", "SELECT count(*) FROM letters_events"),
        ]
        take_turns(outcome, contenders, seconds=SECONDS, before_turn=checkpoint(postgres.admin_url))
        return outcome, describe_postgres(postgres.admin_url)


def _peer(
    stack: ExitStack, folder: Path, postgres: Postgres, module: str, name: str, count: str
) -> HttpContender:
    database = postgres.create_database(module)
    port = stack.enter_context(peer(folder, module, database))
    request = http_request("POST", "/", {"Content-Type": "application/json"}, b'{"a":"'+b"b"*600+b'"}')
    plan = Plan(port, CONNECTIONS, [write_request(folder, module, request)], 201, SECONDS)
    return HttpContender(name, lambda: plan, row_count(database, count))
