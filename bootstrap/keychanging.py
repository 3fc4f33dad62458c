"""What the commands of `ebox keys` do: count what is under which key, and bring it under the current one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from application.progress import Progress
from bootstrap.errors import CannotStart
from eventstore.hashednumbers import HashedNumbers, NumberCounts
from eventstore.wrappedkeys import WrappedKeys
from identity.keys import SigningKeys
from identity.promise_keys import PromiseKeys
from identity.webhook_keys import WebhookKeys


@dataclass(frozen=True, slots=True)
class UnderKey:
    """So many rows are under the key of that id (hex, or `unnamed`). `role`: current, previous or unknown."""

    what: str
    key_id: str
    role: str
    rows: int


class KeyChanging:
    """Both keys, where they are used."""

    def __init__(
        self,
        wrapped: WrappedKeys,
        numbers: HashedNumbers,
        signing: SigningKeys,
        webhooks: WebhookKeys,
        promises: PromiseKeys,
    ) -> None:
        self._wrapped = wrapped
        self._numbers = numbers
        self._signing = signing
        self._webhooks = webhooks
        self._promises = promises

    def status(self) -> list[UnderKey]:
        """Every row, by the key it is under."""
        current, previous = self._wrapped_signing_keys()
        of_keys = self._wrapped.known_ids
        signing = {
            key_id: count for key_id, count in zip(of_keys, (current, previous), strict=False) if count
        }
        return [
            *_under("party keys", self._wrapped.counts(), of_keys),
            *_under("signing keys", signing, of_keys),
            *_under("numbers", self._numbers.counts().by_key, self._numbers.known_ids),
        ]

    def rotate_key_encryption(self, progress: Progress) -> int:
        """Wrap everything under EBOX_KEY_ENCRYPTION_KEY; how many keys are left under another one."""
        self._signing.wrap_again()
        self._webhooks.wrap_again()
        self._promises.wrap_again()
        before = self._wrapped_under_others()
        progress.begin("party keys", before)
        self._wrapped.wrap_again(progress.advance)
        return self._wrapped_under_others() + self._wrapped_signing_keys()[1]

    def rotate_webhooks(self) -> str:
        """Publish a new key that will sign what webhooks are told; its `kid`."""
        return self._webhooks.rotate()

    def rotate_promises(self) -> str:
        """Publish a new key that will sign promises; its `kid`."""
        return self._promises.rotate()

    def rotate_identifier(self, progress: Progress) -> NumberCounts:
        """Give every number a hash under EBOX_IDENTIFIER_KEY beside the one it has; how far it is then."""
        progress.begin("numbers", self._numbers.counts().left)
        self._numbers.add_current(progress.advance)
        return self._numbers.counts()

    def finish_identifier(self, progress: Progress, *, forget_erased: bool) -> int:
        """Remove the hashes under other keys; how many erased parties' numbers are forgotten with them.

        Nobody can hash those anew. What is published to such a number was refused until now, and then goes
        to a new party. Raises `CannotStart` while the hashes may still be needed, and where numbers would be
        forgotten without `forget_erased`.
        """
        if len(self._numbers.known_ids) > 1:
            raise CannotStart("EBOX_PREVIOUS_IDENTIFIER_KEY is still set: take it away from every role first")
        counts = self._numbers.counts()
        if counts.left:
            raise CannotStart(
                f"{counts.left} numbers have no hash under EBOX_IDENTIFIER_KEY: run it without --finish"
            )
        if counts.erased and not forget_erased:
            raise CannotStart(
                f"{counts.erased} numbers of erased parties would not be known again, and who publishes to"
                " one would open a new mailbox: if that may be, say --forget-erased"
            )
        current = self._numbers.known_ids[0]
        progress.begin("hashes", sum(rows for key_id, rows in counts.by_key.items() if key_id != current))
        self._numbers.remove_others(progress.advance)
        return counts.erased

    def _wrapped_signing_keys(self) -> tuple[int, int]:
        """How many are under the current and the previous key."""
        counts = [one.wrapped() for one in (self._signing, self._webhooks, self._promises)]
        return sum(current for current, _ in counts), sum(previous for _, previous in counts)

    def _wrapped_under_others(self) -> int:
        current = self._wrapped.known_ids[0]
        return sum(rows for key_id, rows in self._wrapped.counts().items() if key_id != current)


def _under(
    what: str, counts: Mapping[bytes | None, int] | Mapping[bytes, int], known: Sequence[bytes]
) -> list[UnderKey]:
    roles = dict(zip(known, ("current", "previous"), strict=False))
    named = {key_id: rows for key_id, rows in counts.items() if key_id is not None}
    under = [
        UnderKey(what, key_id.hex(), roles.get(key_id, "unknown"), rows)
        for key_id, rows in sorted(named.items())
    ]
    unnamed = [
        UnderKey(what, "unnamed", "unknown", rows) for key_id, rows in counts.items() if key_id is None
    ]
    return under + unnamed
