"""The login page's words, in the four languages."""

# ruff: noqa: RUF001 - French is written with typographic apostrophes
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LoginTexts:
    """Everything the login pages say, in one language."""

    title: str
    introduction: str
    demo_notice: str
    choose: str
    with_key: str
    cancel: str
    expired_title: str
    expired: str
    keys: Mapping[str, str]


TEXTS: Mapping[str, LoginTexts] = {
    "nl": LoginTexts(
        title="Aanmelden bij eBox",
        introduction="Kies wie u bent en met welke digitale sleutel u zich aanmeldt.",
        demo_notice="Dit is een demonstratie: de personen bestaan niet en er wordt "
        "geen echte sleutel gevraagd.",
        choose="Demopersonen",
        with_key="Aanmelden met",
        cancel="Annuleren",
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
        title="Se connecter à eBox",
        introduction="Choisissez qui vous êtes et avec quelle clé numérique vous vous connectez.",
        demo_notice="Ceci est une démonstration : ces personnes n’existent pas "
        "et aucune vraie clé n’est demandée.",
        choose="Personnes de démonstration",
        with_key="Se connecter avec",
        cancel="Annuler",
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
        title="Bei eBox anmelden",
        introduction="Wählen Sie, wer Sie sind und mit welchem digitalen Schlüssel Sie sich anmelden.",
        demo_notice="Dies ist eine Vorführung: Diese Personen gibt es nicht, "
        "und kein echter Schlüssel wird verlangt.",
        choose="Vorführpersonen",
        with_key="Anmelden mit",
        cancel="Abbrechen",
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
        title="Log in to eBox",
        introduction="Choose who you are and with which digital key you log in.",
        demo_notice="This is a demonstration: these people do not exist and no real key is asked for.",
        choose="Demo people",
        with_key="Log in with",
        cancel="Cancel",
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
