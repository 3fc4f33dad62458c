"""A short campaign: the most telling faults, once each, in one order (`make faults` runs a long one)."""

from __future__ import annotations

from dataclasses import replace

from tests.faults.campaign import Campaign
from tests.faults.faults import BY_NAME
from tests.faults.stage import Stage
from tests.servers.ceph import Ceph
from tests.servers.postfix import Postfix

SEED = 3
BRIEF = (1.0, 1.2)
FAULTS = ("smtp-451", "kill-api", "stop-s3", "fill-databases", "crash-postgres")


def test_nothing_is_lost_or_doubled_while_everything_breaks(ceph: Ceph, postfix: Postfix) -> None:
    with Stage(ceph, postfix) as stage:
        campaign = Campaign(stage, SEED)
        campaign.run([replace(BY_NAME[name], seconds=BRIEF) for name in FAULTS])
        campaign.check_everything()
    totals = campaign.totals
    assert [str(finding) for finding in totals.findings] == []
    assert all(one.acknowledged and one.reads for one in totals.rounds), "there was something to lose"
    assert sum(one.mails for one in totals.rounds), "somebody was told"
    assert sum(one.unavailable for one in totals.rounds), "the faults were felt"
