"""In Dutch."""

from __future__ import annotations

from notifier.texts.words import Counted, Occasion, Summary, Texts, Verification

TEXTS = Texts(
    greeting="Goedendag,",
    new=Occasion(
        subject="{sender}: nieuw document in uw eBox",
        subject_unnamed="Nieuw document in uw eBox",
        news="{sender} heeft een document in uw eBox gelegd.",
        news_unnamed="Er ligt een nieuw document in uw eBox.",
    ),
    reminder=Occasion(
        subject="{sender}: nog een ongelezen document in uw eBox",
        subject_unnamed="Nog een ongelezen document in uw eBox",
        news="{sender} heeft op {date} een document in uw eBox gelegd. U hebt het nog niet gelezen.",
        news_unnamed="Sinds {date} ligt er een document in uw eBox. U hebt het nog niet gelezen.",
    ),
    expiry=Occasion(
        subject="{sender}: document in uw eBox nog te lezen tot {date}",
        subject_unnamed="Document in uw eBox nog te lezen tot {date}",
        news="{sender} heeft een document in uw eBox gelegd dat u nog niet hebt gelezen. "
        "U kunt het lezen tot {date} om {time} uur. Daarna is het er niet meer.",
        news_unnamed="In uw eBox ligt een document dat u nog niet hebt gelezen. "
        "U kunt het lezen tot {date} om {time} uur. Daarna is het er niet meer.",
    ),
    recall=Occasion(
        subject="{sender}: een document in uw eBox werd teruggenomen",
        subject_unnamed="Een document in uw eBox werd teruggenomen",
        news="{sender} had een document in uw eBox geplaatst dat niet voor u bestemd was, en heeft "
        "het teruggenomen. U kunt het niet meer lezen.",
        news_unnamed="Een document in uw eBox was niet voor u bestemd: de afzender heeft het teruggenomen. "
        "U kunt het niet meer lezen.",
    ),
    recall_how="U hoeft niets te doen. Uw eBox toont dat het er was en wie het bekeek.",
    summary=Summary(
        subject=Counted("1 nieuw document in uw eBox", "{count} nieuwe documenten in uw eBox"),
        news=Counted(
            "Er ligt 1 nieuw document in uw eBox.", "Er liggen {count} nieuwe documenten in uw eBox."
        ),
        sender=Counted("{sender}: 1 document", "{sender}: {count} documenten"),
        others=Counted(
            "1 document waarvan wij de afzender hier niet noemen",
            "{count} documenten waarvan wij de afzender hier niet noemen",
        ),
        how="Om te lezen wat er ligt, meldt u zich aan bij uw eBox.",
        in_doubt="Twijfelt u? Klik dan niet, maar typ {address} zelf in uw browser. "
        "Ook daar vindt u alles terug.",
    ),
    verification=Verification(
        subject="Bevestig uw e-mailadres voor eBox",
        news="Dit is de code om uw e-mailadres te bevestigen:",
        how="Vul de code in uw eBox in. U hebt daarvoor {minutes} minuten vanaf uw aanvraag.",
        not_you="Hebt u dit niet gevraagd? Dan hoeft u niets te doen: zonder de code gebeurt er niets.",
        never_tell="Geef de code aan niemand door. Wij vragen er nooit naar, niet per telefoon en niet in "
        "een mail.",
        in_doubt="Twijfelt u? Typ {address} zelf in uw browser en vul de code alleen daar in.",
        why="U krijgt deze mail omdat iemand in een eBox dit e-mailadres heeft opgegeven. "
        "Op deze mail antwoorden kan niet.",
    ),
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
)
