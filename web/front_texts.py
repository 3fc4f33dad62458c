"""The front page's words, in the four languages."""

# ruff: noqa: RUF001 - French is written with typographic apostrophes
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FrontTexts:
    """Everything the front page says, in one language."""

    title: str
    introduction: str
    reading_title: str
    reading: str
    more_title: str
    description: str
    mail: str


TEXTS: Mapping[str, FrontTexts] = {
    "nl": FrontTexts(
        title="Dit is eBox",
        introduction="eBox is een elektronische brievenbus. Overheden en andere organisaties bezorgen er "
        "documenten voor burgers en ondernemingen.",
        reading_title="Uw documenten lezen",
        reading="Kreeg u een mail dat er een document voor u is? U leest het op de site of in de app waarmee "
        "u eBox gebruikt; meld u daar aan. Op deze site zelf staan geen documenten.",
        more_title="Meer",
        description="Beschrijving van de API, voor ontwikkelaars (in het Engels)",
        mail="Mails die deze demonstratie zou versturen (in het Engels)",
    ),
    "fr": FrontTexts(
        title="Bienvenue sur eBox",
        introduction="eBox est une boîte aux lettres électronique. Des administrations et d’autres "
        "organisations y déposent des documents pour les citoyens et les entreprises.",
        reading_title="Lire vos documents",
        reading="Un e-mail vous annonce un document ? Vous le lirez sur le site ou dans l’application par "
        "lesquels vous utilisez eBox : connectez-vous là-bas. Ce site-ci ne montre aucun document.",
        more_title="En savoir plus",
        description="Description de l’API, pour les développeurs (en anglais)",
        mail="E-mails que cette démonstration aurait envoyés (en anglais)",
    ),
    "de": FrontTexts(
        title="Das ist eBox",
        introduction="eBox ist ein elektronischer Briefkasten. Behörden und andere Organisationen stellen "
        "darin Bürgern und Unternehmen Dokumente zu.",
        reading_title="Ihre Dokumente lesen",
        reading="Eine E-Mail kündigt Ihnen ein Dokument an? Sie lesen es auf der Website oder in der App, "
        "mit der Sie eBox nutzen; melden Sie sich dort an. Diese Website selbst zeigt keine Dokumente.",
        more_title="Mehr",
        description="Beschreibung der API, für Entwickler (auf Englisch)",
        mail="E-Mails, die diese Vorführung verschicken würde (auf Englisch)",
    ),
    "en": FrontTexts(
        title="This is eBox",
        introduction="eBox is an electronic mailbox. Public services and other organisations deliver "
        "documents in it to citizens and enterprises.",
        reading_title="Reading your documents",
        reading="Did a mail tell you that there is a document for you? You read it on the site or in the app "
        "through which you use eBox; log in there. This site itself shows no documents.",
        more_title="More",
        description="Description of the API, for developers",
        mail="Mails that this demonstration would have sent",
    ),
}
