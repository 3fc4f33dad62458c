"""What each kind of mail says, in one language: never more than the owner's profile and the sender allow."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from babel.dates import format_date

from notifier.addresses import one_line
from notifier.texts import TEXTS, in_language
from notifier.texts.words import Occasion

_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Heading:
    """What all kinds have: which notification, since when, in which language (None: not chosen)."""

    notification_id: UUID
    queued_at: datetime
    language: str | None


@dataclass(frozen=True, slots=True)
class News(Heading):
    """What a mail may say about one document, by language. None: not to be said."""

    sender_name: Mapping[str, str] | None
    title: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail's words. `points` are short lines; `code` is what stands out, where there is one."""

    subject: str
    headline: str
    how: str
    assurances: Sequence[str]
    why: str
    title: str | None = None
    points: Sequence[str] = ()
    code: str | None = None


class Letters:
    """Writes them in one language, about one portal."""

    def __init__(self, language: str, portal: str) -> None:
        self.language = language
        self.texts = TEXTS[language]
        self._portal = portal

    def new_document(self, news: News) -> Letter:
        """A document has come."""
        return self._about_one(self.texts.new, news, {})

    def reminder(self, news: News, since: datetime) -> Letter:
        """A document has been waiting since then (in the owner's time zone)."""
        return self._about_one(self.texts.reminder, news, {"date": self._date(since)})

    def expiry_warning(self, news: News, until: datetime) -> Letter:
        """An unread document can be read until then (in the owner's time zone)."""
        return self._about_one(
            self.texts.expiry, news, {"date": self._date(until), "time": until.strftime("%H:%M")}
        )

    def recall(self, news: News) -> Letter:
        """A document was taken back: it was not meant for this owner."""
        return replace(self._about_one(self.texts.recall, news, {}), how=self.texts.recall_how)

    def summary(self, senders: Sequence[Mapping[str, str] | None]) -> Letter:
        """So many documents have come; for each its sender's name, None where it is not to be named."""
        words = self.texts.summary
        total = str(len(senders))
        said = Counter(self.said(name) for name in senders)
        unnamed = said.pop(None, 0)
        points = [
            _fill(words.sender.of(count), sender=name, count=str(count))
            for name, count in sorted(said.items(), key=lambda one: (-one[1], one[0] or ""))
            if name is not None
        ]
        if points and unnamed:
            points.append(_fill(words.others.of(unnamed), count=str(unnamed)))
        return Letter(
            subject=_fill(words.subject.of(len(senders)), count=total),
            headline=_fill(words.news.of(len(senders)), count=total),
            points=points,
            how=words.how,
            assurances=(self.texts.never_asked, _fill(words.in_doubt, address=self._portal)),
            why=self.texts.why,
        )

    def verification(self, code: str, minutes: int) -> Letter:
        """The code for an address that was entered."""
        words = self.texts.verification
        return Letter(
            subject=words.subject,
            headline=words.news,
            code=code,
            how=_fill(words.how, minutes=str(minutes)),
            assurances=(words.not_you, words.never_tell, _fill(words.in_doubt, address=self._portal)),
            why=words.why,
        )

    def said(self, texts: Mapping[str, str] | None) -> str | None:
        """The text in this language on one line; None where there is nothing to say."""
        text = in_language(texts, self.language) if texts else None
        return (one_line(text) or None) if text else None

    def _about_one(self, occasion: Occasion, news: News, values: Mapping[str, str]) -> Letter:
        sender = self.said(news.sender_name)
        subject, headline = (
            (occasion.subject, occasion.news) if sender else (occasion.subject_unnamed, occasion.news_unnamed)
        )
        filled = {**values, "sender": sender or ""}
        return Letter(
            subject=_fill(subject, **filled),
            headline=_fill(headline, **filled),
            title=self.said(news.title),
            how=self.texts.how,
            assurances=(self.texts.never_asked, _fill(self.texts.in_doubt, address=self._portal)),
            why=self.texts.why,
        )

    def _date(self, moment: datetime) -> str:
        return format_date(moment, "long", locale=self.language)


def _fill(text: str, **values: str) -> str:
    """The sentence with its places filled in one go: a name with braces in it is not filled in turn."""
    return _PLACE.sub(lambda place: values[place[1]], text)
