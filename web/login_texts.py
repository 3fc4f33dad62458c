"""The login page's words, in the four languages."""

# ruff: noqa: RUF001 - French is written with typographic apostrophes
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LoginTexts:
    """Everything the login pages say, in one language; `language_name` is its own name for itself."""

    language_name: str
    title: str
    introduction: str
    demo_notice: str
    choose: str
    with_key: str
    cancel: str
    languages: str
    expired_title: str
    expired: str
    keys: Mapping[str, str]


TEXTS: Mapping[str, LoginTexts] = {
    "nl": LoginTexts(
        language_name="Nederlands",
        title="Aanmelden bij eBox",
        introduction="Kies wie u bent en met welke digitale sleutel u zich aanmeldt.",
        demo_notice="Dit is een demonstratie: de personen bestaan niet en er wordt "
        "geen echte sleutel gevraagd.",
        choose="Demopersonen",
        with_key="Aanmelden met",
        cancel="Annuleren",
        languages="Taal",
        expired_title="Deze aanmelding geldt niet meer",
        expired="Een aanmelding geldt tien minuten en één keer, in de browser waarin ze begon. "
        "Ga terug naar de site waar u vandaan kwam en meld u daar opnieuw aan.",
        keys={
            "eid": "eID-kaart",
            "itsme": "itsme",
            "eidas": "Europese sleutel (eIDAS)",
            "totp": "code uit een app",
            "token": "burgertoken",
            "password": "wachtwoord",
        },
    ),
    "fr": LoginTexts(
        language_name="Français",
        title="Se connecter à eBox",
        introduction="Choisissez qui vous êtes et avec quelle clé numérique vous vous connectez.",
        demo_notice="Ceci est une démonstration : ces personnes n’existent pas "
        "et aucune vraie clé n’est demandée.",
        choose="Personnes de démonstration",
        with_key="Se connecter avec",
        cancel="Annuler",
        languages="Langue",
        expired_title="Cette connexion n’est plus valable",
        expired="Une connexion vaut dix minutes et une seule fois, dans le navigateur où elle a commencé. "
        "Retournez au site d’où vous venez et connectez-vous de nouveau.",
        keys={
            "eid": "carte eID",
            "itsme": "itsme",
            "eidas": "clé européenne (eIDAS)",
            "totp": "code d’une application",
            "token": "token citoyen",
            "password": "mot de passe",
        },
    ),
    "de": LoginTexts(
        language_name="Deutsch",
        title="Bei eBox anmelden",
        introduction="Wählen Sie, wer Sie sind und mit welchem digitalen Schlüssel Sie sich anmelden.",
        demo_notice="Dies ist eine Vorführung: Diese Personen gibt es nicht, "
        "und kein echter Schlüssel wird verlangt.",
        choose="Vorführpersonen",
        with_key="Anmelden mit",
        cancel="Abbrechen",
        languages="Sprache",
        expired_title="Diese Anmeldung gilt nicht mehr",
        expired="Eine Anmeldung gilt zehn Minuten und nur einmal, in dem Browser, in dem sie begann. "
        "Kehren Sie zu der Website zurück, von der Sie kamen, und melden Sie sich dort erneut an.",
        keys={
            "eid": "eID-Karte",
            "itsme": "itsme",
            "eidas": "europäischer Schlüssel (eIDAS)",
            "totp": "Code aus einer App",
            "token": "Bürgertoken",
            "password": "Passwort",
        },
    ),
    "en": LoginTexts(
        language_name="English",
        title="Log in to eBox",
        introduction="Choose who you are and with which digital key you log in.",
        demo_notice="This is a demonstration: these people do not exist and no real key is asked for.",
        choose="Demo people",
        with_key="Log in with",
        cancel="Cancel",
        languages="Language",
        expired_title="This login is no longer valid",
        expired="A login is valid for ten minutes and once, in the browser where it began. "
        "Go back to the site you came from and log in there again.",
        keys={
            "eid": "eID card",
            "itsme": "itsme",
            "eidas": "European key (eIDAS)",
            "totp": "code from an app",
            "token": "citizen token",
            "password": "password",
        },
    ),
}

DEFAULT_LANGUAGE = "nl"


def choose_language(asked: str | None, accept_language: str | None) -> str:
    """The language asked for, else the first known one of an `Accept-Language` header, else Dutch."""
    if asked is not None and asked in TEXTS:
        return asked
    ranked = sorted(
        (_weighed(part) for part in (accept_language or "").split(",")[:20]),
        key=lambda weighed: -weighed[1],
    )
    return next((tag for tag, weight in ranked if weight > 0 and tag in TEXTS), DEFAULT_LANGUAGE)


def _weighed(part: str) -> tuple[str, float]:
    tag, _, parameter = part.strip().partition(";")
    try:
        weight = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
    except ValueError:
        weight = 0.0
    return tag.strip().lower().partition("-")[0], weight
