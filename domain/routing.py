"""Into which partition of an enterprise's mailbox a message is delivered."""

from __future__ import annotations

from dataclasses import dataclass

from domain.events.enterprise import PartitionRecord, RoutingRule


@dataclass(frozen=True, slots=True)
class Enterprise:
    """How an enterprise's mailbox is divided; the rules stand in the order in which they are tried."""

    partitions: tuple[PartitionRecord, ...] = ()
    routing: tuple[RoutingRule, ...] = ()


def partition_for(
    enterprise: Enterprise,
    message_type: str,
    sender_organisation: str,
    sender_application: str,
    sender_partition: str | None,
) -> str | None:
    """The partition of the first rule that fits; None where none does: the message is in no partition."""
    for rule in enterprise.routing:
        asked = (
            (rule.message_type, message_type),
            (rule.sender_organisation, sender_organisation),
            (rule.sender_application, sender_application),
            (rule.sender_partition, sender_partition),
        )
        if all(wanted is None or wanted == found for wanted, found in asked):
            return rule.partition
    return None
