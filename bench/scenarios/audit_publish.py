"""Publishing a message whose body is its main content, with the audit log's role running beside and without.

The same API process, under the same load, takes its turns with and without. The role has caught up before its
turn begins, and has to have published a leaf for every event of it after the turn: it cannot be cheap by
lagging. On a machine with few processors it takes them from the API and the database, as it does here.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass

from bench.contenders import HttpContender, checkpoint
from bench.figures import Figures
from bench.installation import Installation
from bench.measurement import Goal, Outcome
from bench.rounds import Contender, take_turns
from bench.scenarios.publish import SECONDS, publication_plan
from bench.servers import servers

WITH = "publish, audit log running"
WITHOUT = "publish, without"


def audit_publish(rounds: int) -> tuple[Outcome, dict[str, object]]:
    """Run the scenario."""
    outcome = Outcome("audit-publish", rounds, [Goal(WITH, at_least=0.9, relative_to=WITHOUT)])
    with ExitStack() as stack:
        on = stack.enter_context(servers())
        ebox = Installation(on.folder, on.postgres, on.ceph.create_bucket("audit-publish"))
        ebox.migrate()
        api = stack.enter_context(ebox.api())
        published = ebox.events("message.published")

        def load(name: str) -> HttpContender:
            return HttpContender(name, lambda: publication_plan(on, ebox), published, pid=api.pid)

        contenders: list[Contender] = [load(WITHOUT), _Audited(ebox, load(WITH))]
        take_turns(outcome, contenders, seconds=SECONDS, before_turn=checkpoint(on.postgres.admin_url))
        return outcome, on.described()


@dataclass(slots=True)
class _Audited:
    """The load, with the role beside it."""

    ebox: Installation
    load: HttpContender

    @property
    def name(self) -> str:
        """What its figures are called."""
        return self.load.name

    def measure(self, seconds: float) -> Figures:
        """One turn."""
        with self.ebox.audit_log():
            self.ebox.wait_for_audit_log()
            figures = self.load.measure(seconds)
            self.ebox.wait_for_audit_log()
        return figures
