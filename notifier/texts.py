"""The words of the mails, in the four languages a recipient can choose from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Texts:
    """The sentences of the mail about a new document.

    `{sender}` stands for the sender organisation's name, `{address}` for the portal's address. `…_unnamed` is
    used where the sender is not to be named. A name stands where it needs no article and no ending.
    """

    subject: str
    subject_unnamed: str
    greeting: str
    news: str
    news_unnamed: str
    about: str
    how: str
    button: str
    link: str
    is_it_real: str
    never_asked: str
    in_doubt: str
    why: str


TEXTS: dict[str, Texts] = {
    "nl": Texts(
        subject="{sender}: nieuw document in uw eBox",
        subject_unnamed="Nieuw document in uw eBox",
        greeting="Goedendag,",
        news="{sender} heeft een document in uw eBox gelegd.",
        news_unnamed="Er ligt een nieuw document in uw eBox.",
        about="Het gaat over:",
        how="Om het te lezen, meldt u zich aan bij uw eBox.",
        button="Naar mijn eBox",
        link="Uw eBox:",
        is_it_real="Is deze mail echt?",
        never_asked="In een mail vragen wij nooit om een code, een wachtwoord of bankgegevens.",
        in_doubt="Twijfelt u? Klik dan niet, maar typ {address} zelf in uw browser. "
        "Ook daar vindt u het document.",
        why="U krijgt deze mail omdat u in uw eBox dit e-mailadres hebt opgegeven en bevestigd. "
        "Op deze mail antwoorden kan niet.",
    ),
    "fr": Texts(
        subject="{sender} : nouveau document dans votre eBox",
        subject_unnamed="Nouveau document dans votre eBox",
        greeting="Bonjour,",
        news="{sender} a déposé un document dans votre eBox.",
        news_unnamed="Un nouveau document vous attend dans votre eBox.",
        about="Il concerne :",
        how="Pour le lire, connectez-vous à votre eBox.",
        button="Vers mon eBox",
        link="Votre eBox :",
        is_it_real="Ce courriel est-il authentique ?",
        never_asked="Nous ne demandons jamais de code, de mot de passe ni de données bancaires par courriel.",
        in_doubt="Un doute ? Ne cliquez pas : saisissez vous-même {address} dans votre navigateur. "
        "Vous y trouverez aussi le document.",
        why="Vous recevez ce courriel parce que vous avez indiqué et confirmé cette adresse dans votre eBox. "
        "Il n'est pas possible d'y répondre.",
    ),
    "de": Texts(
        subject="{sender}: neues Dokument in Ihrer eBox",
        subject_unnamed="Neues Dokument in Ihrer eBox",
        greeting="Guten Tag,",
        news="{sender} hat ein Dokument in Ihre eBox gelegt.",
        news_unnamed="In Ihrer eBox liegt ein neues Dokument für Sie bereit.",
        about="Es geht um:",
        how="Um es zu lesen, melden Sie sich bei Ihrer eBox an.",
        button="Zu meiner eBox",
        link="Ihre eBox:",
        is_it_real="Ist diese E-Mail echt?",
        never_asked="Wir fragen in einer E-Mail niemals nach einem Code, einem Passwort oder Bankdaten.",
        in_doubt="Sie sind unsicher? Dann klicken Sie nicht, sondern geben Sie {address} selbst in Ihren "
        "Browser ein. Auch dort finden Sie das Dokument.",
        why="Sie erhalten diese E-Mail, weil Sie diese Adresse in Ihrer eBox angegeben und bestätigt haben. "
        "Auf diese E-Mail können Sie nicht antworten.",
    ),
    "en": Texts(
        subject="{sender}: new document in your eBox",
        subject_unnamed="New document in your eBox",
        greeting="Hello,",
        news="{sender} has put a document in your eBox.",
        news_unnamed="There is a new document in your eBox.",
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
    ),
}


def in_language(texts: Mapping[str, T], language: str) -> T | None:
    """The text in that language, else in the first language of ours that there is; None if there is none."""
    for candidate in (language, *TEXTS):
        if candidate in texts:
            return texts[candidate]
    return None
