"""Which messages a filter means, said as plainly as can be: over the messages themselves, one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from domain.decisions import NO_PARTITION
from domain.message import Message
from domain.personal import readable
from projections.folding import ANY_LANGUAGE, filled, folded
from projections.inbox import MessageFilter, Named


def matching(
    messages: Sequence[Message], positions: Mapping[UUID, int], wanted: MessageFilter, named: Named
) -> list[UUID]:
    """The ids of the messages that are meant, in the order of the list; `positions` of the last changes."""
    found = [message for message in messages if _is_meant(message, positions[message.id], wanted, named)]
    if wanted.changed_after is not None:
        return [one.id for one in sorted(found, key=lambda one: (positions[one.id], one.id))]
    newest_first = sorted(found, key=lambda one: (_received(one), one.id), reverse=True)
    return [one.id for one in newest_first]


def _received(message: Message) -> object:
    published = message.published
    is_scheduled = published.visible_from > published.timestamp
    return published.visible_from if is_scheduled else published.timestamp


def _is_meant(message: Message, position: int, wanted: MessageFilter, named: Named) -> bool:
    published = message.published
    if not message.is_released:
        return False
    if wanted.changed_after is None:
        if message.is_expired or message.is_withdrawn:
            return False
    elif position <= wanted.changed_after:
        return False
    if wanted.words is not None and (message.is_expired or message.is_withdrawn or message.is_recalled):
        return False
    partition = published.recipient_partition
    if wanted.partitions is not None and (partition or NO_PARTITION) not in wanted.partitions:
        return False
    equal = (
        (wanted.read_status, message.opened_at is not None or message.is_recalled),
        (wanted.is_hidden, message.is_hidden),
        (wanted.is_archived, message.is_archived),
        (wanted.message_type, published.message_type),
        (wanted.sender_organisation, published.sender_organisation),
        (wanted.sender_application, published.sender_application),
        (wanted.registered, published.registered),
        (wanted.recipient_partition, partition),
    )
    periods = (
        (wanted.received_after, _received(message), wanted.received_before),
        (wanted.expired_after, published.expires_at, wanted.expired_before),
    )
    return (
        all(value is None or value == fact for value, fact in equal)
        and all(start is None or fact >= start for start, fact, _ in periods)  # type: ignore[operator]
        and all(end is None or fact < end for _, fact, end in periods)  # type: ignore[operator]
        and (wanted.words is None or _has_words(message, wanted, named))
    )


def _has_words(message: Message, wanted: MessageFilter, named: Named) -> bool:
    published, words, language = message.published, folded(wanted.words or ""), wanted.language or ""
    if published.message_type in named.message_types or published.sender_application in named.applications:
        return True
    attention = readable(published.attention_of)
    texts = [
        readable(published.subject),
        *(value for datum in readable(published.business_data) or () for value in datum.values),
    ]
    if attention is not None and attention.label is not None:
        texts.append(dict.fromkeys(ANY_LANGUAGE, attention.label))
    return any(words in folded(filled(text, language)) for text in texts)
