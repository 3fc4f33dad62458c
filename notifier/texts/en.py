"""In English."""

from __future__ import annotations

from notifier.texts.words import Counted, Occasion, Summary, Texts, Verification

TEXTS = Texts(
    greeting="Hello,",
    new=Occasion(
        subject="{sender}: new document in your eBox",
        subject_unnamed="New document in your eBox",
        news="{sender} has put a document in your eBox.",
        news_unnamed="There is a new document in your eBox.",
    ),
    reminder=Occasion(
        subject="{sender}: an unread document in your eBox",
        subject_unnamed="An unread document in your eBox",
        news="{sender} put a document in your eBox on {date}. You have not read it yet.",
        news_unnamed="A document has been waiting in your eBox since {date}. You have not read it yet.",
    ),
    expiry=Occasion(
        subject="{sender}: document in your eBox, to be read until {date}",
        subject_unnamed="Document in your eBox, to be read until {date}",
        news="{sender} has put a document in your eBox that you have not read yet. "
        "You can read it until {date}, {time}. After that it will be gone.",
        news_unnamed="There is a document in your eBox that you have not read yet. "
        "You can read it until {date}, {time}. After that it will be gone.",
    ),
    recall=Occasion(
        subject="{sender}: a document in your eBox was taken back",
        subject_unnamed="A document in your eBox was taken back",
        news="{sender} had put a document in your eBox that was not meant for you, and has taken "
        "it back. You cannot read it any more.",
        news_unnamed="A document in your eBox was not meant for you: its sender has taken it back. You "
        "cannot read it any more.",
    ),
    recall_how="You need not do anything. Your eBox shows that it was there, and who looked at it.",
    summary=Summary(
        subject=Counted("1 new document in your eBox", "{count} new documents in your eBox"),
        news=Counted(
            "There is 1 new document in your eBox.", "There are {count} new documents in your eBox."
        ),
        sender=Counted("{sender}: 1 document", "{sender}: {count} documents"),
        others=Counted(
            "1 document whose sender we do not name here",
            "{count} documents whose senders we do not name here",
        ),
        how="To read what awaits you, log in to your eBox.",
        in_doubt="Not sure? Then do not click: type {address} into your browser yourself. "
        "You will find everything there too.",
    ),
    verification=Verification(
        subject="Confirm your e-mail address for eBox",
        news="This is the code to confirm your e-mail address:",
        how="Enter the code in your eBox. It is valid for {minutes} minutes from your request.",
        not_you="If you did not ask for this, ignore it: without the code nothing happens.",
        never_tell="Do not pass the code on to anybody. We never ask for it, neither by telephone nor in an "
        "e-mail.",
        in_doubt="Not sure? Type {address} into your browser yourself, and enter the code only there.",
        why="You get this e-mail because somebody entered this address in an eBox. You cannot reply to it.",
    ),
    about="It is about:",
    how="To read it, log in to your eBox.",
    button="Go to my eBox",
    link="Your eBox:",
    is_it_real="Is this e-mail real?",
    never_asked="We never ask for a code, a password or bank details in an e-mail.",
    in_doubt="Not sure? Then do not click: type {address} into your browser yourself. "
    "You will find the document there too.",
    why="You get this e-mail because you entered and confirmed this address in your eBox. "
    "You cannot reply to it.",
)
