"""What became of messages: which recipients have one, and how it stands with each."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from api.v2.schemas.answers import V2EboxId, V2Linked, V2MessageStatus
from api.v2.schemas.messages import to_the_second
from api.v2.schemas.requests import V2Recipient, V2StatusSearch, uuid_or_unknown
from application.linking import LinkResult
from application.statuses import AskedStatus, MessageStatus
from domain.identifiers import Identifier


def linked_answer(
    message_id: UUID, asked: Sequence[V2Recipient], numbers: Sequence[Identifier | None], result: LinkResult
) -> V2Linked:
    """As it is sent: the cases of error are those whose number is none, and those that were refused."""
    linked = set(result.linked)
    failed = [one for one, number in zip(asked, numbers, strict=True) if number not in linked]
    return V2Linked(
        message_id=message_id,
        expiration_date=to_the_second(result.expires_at),
        nb_success_links=len(asked) - len(failed),
        error_cases=[_ebox_id(one) for one in failed],
    )


def asked_statuses(search: V2StatusSearch) -> list[AskedStatus]:
    """What is asked for. Raises `InvalidInput` naming the recipient that is none."""
    return [
        AskedStatus(uuid_or_unknown(item.message_id), item.ebox_id.identifier(f"[{place}].eboxId"))
        for place, item in enumerate(search.root)
    ]


def statuses_answer(search: V2StatusSearch, found: Sequence[MessageStatus | None]) -> list[V2MessageStatus]:
    """As it is sent: of what was published, and not withdrawn since."""
    return [
        V2MessageStatus(
            message_id=status.publication_id,
            ebox_id=_ebox_id(asked.ebox_id),
            expiration_date=to_the_second(status.expires_at),
            read_status=status.opened_at is not None,
            visible=not status.is_hidden,
        )
        for asked, status in zip(search.root, found, strict=True)
        if status is not None and not status.is_withdrawn
    ]


def _ebox_id(recipient: V2Recipient) -> V2EboxId:
    return V2EboxId(ebox_type=recipient.ebox_type, ebox_id_value=recipient.ebox_id_value)
