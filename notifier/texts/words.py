"""What the words of the mails are, whatever the language.

What stands in braces is filled in: `{sender}` the sender organisation's name, `{address}` the portal's
address, `{date}`, `{time}`, `{count}`, `{minutes}`. A name stands where it needs no article and no ending.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why there is a mail about one document. `…_unnamed` is used where the sender is not to be named."""

    subject: str
    subject_unnamed: str
    news: str
    news_unnamed: str


@dataclass(frozen=True, slots=True)
class Counted:
    """A sentence with a number in it: for one, and for any other `{count}`."""

    one: str
    more: str

    def of(self, count: int) -> str:
        """The sentence for that number, its `{count}` still to be filled in."""
        return self.one if count == 1 else self.more


@dataclass(frozen=True, slots=True)
class Summary:
    """What is new, by sender; `others` are those that are not to be named."""

    subject: Counted
    news: Counted
    sender: Counted
    others: Counted
    how: str
    in_doubt: str


@dataclass(frozen=True, slots=True)
class Verification:
    """The code that proves an address."""

    subject: str
    news: str
    how: str
    not_you: str
    never_tell: str
    in_doubt: str
    why: str


@dataclass(frozen=True, slots=True)
class Texts:
    """The sentences of all mails in one language."""

    greeting: str
    new: Occasion
    reminder: Occasion
    expiry: Occasion
    recall: Occasion
    recall_how: str
    summary: Summary
    verification: Verification
    about: str
    how: str
    button: str
    link: str
    is_it_real: str
    never_asked: str
    in_doubt: str
    why: str
