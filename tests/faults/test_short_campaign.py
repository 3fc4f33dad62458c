"""A short campaign: the most telling faults, once each, in one order (`make faults` runs a long one)."""

from __future__ import annotations

from dataclasses import replace

import psycopg

from tests.faults.campaign import Campaign
from tests.faults.faults import BY_NAME
from tests.faults.stage import Stage
from tests.servers.ceph import Ceph
from tests.servers.postfix import Postfix

SEED = 3
BRIEF = (1.0, 1.2)
FAULTS = ("smtp-451", "kill-api", "fill-databases", "crash-postgres")
LOSE_A_PUBLICATION = """
    DELETE FROM stored_events WHERE notification_id =
    (SELECT max(notification_id) FROM stored_events WHERE topic = 'message.published')
"""


def test_nothing_is_lost_or_doubled_while_everything_breaks(ceph: Ceph, postfix: Postfix) -> None:
    with Stage(ceph, postfix) as stage:
        campaign = Campaign(stage, SEED)
        campaign.run([replace(BY_NAME[name], seconds=BRIEF) for name in FAULTS])
        campaign.check_everything()
        assert_something_happened_and_nothing_is_wrong(campaign)

        with psycopg.connect(stage.direct["EBOX_EVENT_STORE_URL"]) as thief:
            assert thief.execute(LOSE_A_PUBLICATION).rowcount == 1
        found = {finding.kind for finding in campaign.checker.check(everything=True)}
        assert found >= {"lost", "unequal"}, "what is lost is noticed"


def assert_something_happened_and_nothing_is_wrong(campaign: Campaign) -> None:
    """There was something to lose, the faults were felt, and the checker found nothing."""
    rounds = campaign.totals.rounds
    assert [str(finding) for finding in campaign.totals.findings] == []
    assert all(one.acknowledged and one.reads for one in rounds)
    assert sum(one.mails for one in rounds)
    assert sum(one.unavailable for one in rounds)
