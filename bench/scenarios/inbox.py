"""A page of 25 out of a mailbox of 1,000 messages, beside an endpoint that does nothing.

Ours checks the token and the right to read, reads the page and its total, and answers only when the access is
committed. The number of recorded accesses must grow by exactly the number of answers.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import replace
from http.client import HTTPConnection

from bench.contenders import HttpContender, checkpoint
from bench.failure import BenchmarkFailed
from bench.installation import Installation
from bench.load.messages import http_request, write_request
from bench.load.plan import NUMBER, Plan
from bench.load.run import run_load
from bench.measurement import Goal, Outcome
from bench.processes import peer
from bench.publications import multipart_publications
from bench.rounds import take_turns
from bench.servers import Servers, servers

CONNECTIONS = 64
SECONDS = 5.0
MESSAGES = 1_000
READER = "81050103522"
PAGE = "/messageRegistry/v3/ebox/messages?page=1&pageSize=25"
DISTINCT_PAGE = f"{PAGE}&receivedAfter=2000-01-01T00:00:00.{NUMBER.decode()}Z"
"""All of it, asked for in other words each time: the same list again within a minute is no new access."""

NOOP = "no-op"
OURS = "eBox inbox page"


def inbox(rounds: int) -> tuple[Outcome, dict[str, object]]:
    """Run the scenario."""
    outcome = Outcome("inbox", rounds, [Goal(OURS, at_least=0.2, relative_to=NOOP)])
    with ExitStack() as stack:
        on = stack.enter_context(servers())
        noop = stack.enter_context(peer(on.folder, "noop"))
        ebox = Installation(on.folder, on.postgres, on.ceph.create_bucket("inbox"))
        ebox.migrate()
        api = stack.enter_context(ebox.api())
        _fill(on, ebox)
        _check_page(ebox)
        nothing = write_request(on.folder, "nothing", http_request("GET", "/", {}))
        plan = Plan(noop.port, CONNECTIONS, [nothing], 200, SECONDS)
        contenders = [
            HttpContender(NOOP, lambda: plan, None, pid=noop.pid),
            HttpContender(OURS, lambda: _page_plan(on, ebox), ebox.events("access.recorded"), pid=api.pid),
        ]
        take_turns(outcome, contenders, seconds=SECONDS, before_turn=checkpoint(on.postgres.admin_url))
        return outcome, on.described()


def _fill(on: Servers, ebox: Installation) -> None:
    files = multipart_publications(on.folder, ebox.token("partner"), [READER])
    plan = Plan(ebox.port, CONNECTIONS, files, 201, seconds=120)
    tally = run_load(replace(plan, requests=MESSAGES))
    if tally.acknowledged != MESSAGES:
        raise BenchmarkFailed(f"only {tally.acknowledged} of {MESSAGES} messages were published in time")
    ebox.catch_up()


def _check_page(ebox: Installation) -> None:
    connection = HTTPConnection("127.0.0.1", ebox.port, timeout=30)
    try:
        connection.request("GET", PAGE, headers={"Authorization": f"Bearer {ebox.token('citizen')}"})
        page = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    if page.get("totalItems") != MESSAGES or len(page["items"]) != 25:
        raise BenchmarkFailed(f"the page is not 25 of {MESSAGES}")


def _page_plan(on: Servers, ebox: Installation) -> Plan:
    headers = {"Authorization": f"Bearer {ebox.token('citizen')}"}
    request = write_request(on.folder, "page", http_request("GET", DISTINCT_PAGE, headers))
    return Plan(ebox.port, CONNECTIONS, [request], 200, SECONDS)
