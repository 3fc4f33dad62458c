"""In German."""

from __future__ import annotations

from notifier.texts.words import Counted, Occasion, Summary, Texts, Verification

TEXTS = Texts(
    greeting="Guten Tag,",
    new=Occasion(
        subject="{sender}: neues Dokument in Ihrer eBox",
        subject_unnamed="Neues Dokument in Ihrer eBox",
        news="{sender} hat ein Dokument in Ihre eBox gelegt.",
        news_unnamed="In Ihrer eBox liegt ein neues Dokument für Sie bereit.",
    ),
    reminder=Occasion(
        subject="{sender}: ein ungelesenes Dokument in Ihrer eBox",
        subject_unnamed="Ein ungelesenes Dokument in Ihrer eBox",
        news="{sender} hat am {date} ein Dokument in Ihre eBox gelegt. Sie haben es noch nicht gelesen.",
        news_unnamed="Seit dem {date} liegt in Ihrer eBox ein Dokument für Sie bereit. "
        "Sie haben es noch nicht gelesen.",
    ),
    expiry=Occasion(
        subject="{sender}: Dokument in Ihrer eBox noch bis {date} lesbar",
        subject_unnamed="Dokument in Ihrer eBox noch bis {date} lesbar",
        news="{sender} hat ein Dokument in Ihre eBox gelegt, das Sie noch nicht gelesen haben. "
        "Sie können es bis {date} um {time} Uhr lesen. Danach ist es nicht mehr da.",
        news_unnamed="In Ihrer eBox liegt ein Dokument, das Sie noch nicht gelesen haben. "
        "Sie können es bis {date} um {time} Uhr lesen. Danach ist es nicht mehr da.",
    ),
    recall=Occasion(
        subject="{sender}: ein Dokument in Ihrer eBox wurde zurückgenommen",
        subject_unnamed="Ein Dokument in Ihrer eBox wurde zurückgenommen",
        news="{sender} hatte ein Dokument in Ihre eBox gelegt, das nicht für Sie bestimmt war, und "
        "hat es zurückgenommen. Sie können es nicht mehr lesen.",
        news_unnamed="Ein Dokument in Ihrer eBox war nicht für Sie bestimmt: der Absender hat es "
        "zurückgenommen. Sie können es nicht mehr lesen.",
    ),
    recall_how="Sie müssen nichts tun. Ihre eBox zeigt, dass es da war und wer es angesehen hat.",
    summary=Summary(
        subject=Counted("1 neues Dokument in Ihrer eBox", "{count} neue Dokumente in Ihrer eBox"),
        news=Counted(
            "In Ihrer eBox liegt 1 neues Dokument für Sie bereit.",
            "In Ihrer eBox liegen {count} neue Dokumente für Sie bereit.",
        ),
        sender=Counted("{sender}: 1 Dokument", "{sender}: {count} Dokumente"),
        others=Counted(
            "1 Dokument, dessen Absender wir hier nicht nennen",
            "{count} Dokumente, deren Absender wir hier nicht nennen",
        ),
        how="Um zu lesen, was dort liegt, melden Sie sich bei Ihrer eBox an.",
        in_doubt="Sie sind unsicher? Dann klicken Sie nicht, sondern geben Sie {address} selbst in Ihren "
        "Browser ein. Auch dort finden Sie alles wieder.",
    ),
    verification=Verification(
        subject="Bestätigen Sie Ihre E-Mail-Adresse für eBox",
        news="Dies ist der Code, mit dem Sie Ihre E-Mail-Adresse bestätigen:",
        how="Geben Sie den Code in Ihrer eBox ein. Ab Ihrer Anforderung haben Sie {minutes} Minuten Zeit.",
        not_you="Das haben Sie nicht angefordert? Dann brauchen Sie nichts zu tun: Ohne den Code geschieht "
        "nichts.",
        never_tell="Geben Sie den Code an niemanden weiter. Wir fragen nie danach, weder am Telefon noch "
        "in einer E-Mail.",
        in_doubt="Sie sind unsicher? Geben Sie {address} selbst in Ihren Browser ein, und den Code nur dort.",
        why="Sie erhalten diese E-Mail, weil jemand diese Adresse in einer eBox angegeben hat. "
        "Auf diese E-Mail können Sie nicht antworten.",
    ),
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
)
