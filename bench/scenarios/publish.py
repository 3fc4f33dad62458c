"""Publishing a message whose body is its main content, beside two endpoints that do less.

All three get the same JSON from 64 connections and commit durably in the same PostgreSQL, each in a database
of its own. Ours also checks the token, the JSON and the rights, finds the recipient and encrypts the personal
fields.
"""

from __future__ import annotations

from contextlib import ExitStack

from bench.contenders import HttpContender, checkpoint, row_count
from bench.installation import Installation
from bench.load.plan import Plan
from bench.measurement import Goal, Outcome
from bench.processes import peer
from bench.publications import multipart_publications, national_numbers, plain_publications
from bench.rounds import take_turns
from bench.servers import Servers, servers

CONNECTIONS = 64
SECONDS = 5.0
RECIPIENTS = national_numbers(CONNECTIONS)

INSERT = "asyncpg insert"
LIBRARY = "Application.save"
OURS = "eBox publish"


def publish(rounds: int) -> tuple[Outcome, dict[str, object]]:
    """Run the scenario."""
    goals = [Goal(OURS, at_least=0.7, relative_to=INSERT), Goal(OURS, at_least=3, relative_to=LIBRARY)]
    outcome = Outcome("publish", rounds, goals)
    with ExitStack() as stack:
        on = stack.enter_context(servers())
        ebox = Installation(on.folder, on.postgres, on.ceph.create_bucket("publish"))
        ebox.migrate()
        api = stack.enter_context(ebox.api())
        contenders = [
            _peer(stack, on, "insert", INSERT, "SELECT count(*) FROM message"),
            _peer(stack, on, "library", LIBRARY, "SELECT count(*) FROM letters_events"),
            HttpContender(
                OURS, lambda: publication_plan(on, ebox), ebox.events("message.published"), pid=api.pid
            ),
        ]
        take_turns(outcome, contenders, seconds=SECONDS, before_turn=checkpoint(on.postgres.admin_url))
        return outcome, on.described()


def publication_plan(on: Servers, ebox: Installation, document: bytes | None = None) -> Plan:
    """Publications to as many citizens as there are connections, with a fresh token."""
    files = multipart_publications(on.folder, ebox.token("partner"), RECIPIENTS, document)
    return Plan(ebox.port, CONNECTIONS, files, 201, SECONDS)


def _peer(stack: ExitStack, on: Servers, module: str, name: str, count: str) -> HttpContender:
    database = on.postgres.create_database(module)
    served = stack.enter_context(peer(on.folder, module, database))
    plan = Plan(served.port, CONNECTIONS, plain_publications(on.folder, RECIPIENTS), 201, SECONDS)
    return HttpContender(name, lambda: plan, row_count(database, count), pid=served.pid)
