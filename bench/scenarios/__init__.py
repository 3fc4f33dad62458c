"""What can be measured: name → scenario, which takes the number of rounds and returns what it found, with a
description of the servers it ran on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from bench.measurement import Outcome
from bench.scenarios.audit_keeping_up import audit_keeping_up
from bench.scenarios.audit_proof import audit_proof
from bench.scenarios.audit_publish import audit_publish
from bench.scenarios.audit_verify import audit_verify
from bench.scenarios.batch import batch
from bench.scenarios.bulk_memory import bulk_memory
from bench.scenarios.inbox import inbox
from bench.scenarios.memory import memory
from bench.scenarios.pages import pages
from bench.scenarios.projections import projections
from bench.scenarios.publish import publish
from bench.scenarios.publish_pdf import publish_pdf

Scenario: TypeAlias = Callable[[int], tuple[Outcome, dict[str, object]]]

SCENARIOS: Final[dict[str, Scenario]] = {
    "publish": publish,
    "publish-pdf": publish_pdf,
    "batch": batch,
    "inbox": inbox,
    "pages": pages,
    "projections": projections,
    "memory": memory,
    "bulk-memory": bulk_memory,
    "audit-keeping-up": audit_keeping_up,
    "audit-proof": audit_proof,
    "audit-publish": audit_publish,
    "audit-verify": audit_verify,
}
