"""In French."""

from __future__ import annotations

from notifier.texts.words import Counted, Occasion, Summary, Texts, Verification

TEXTS = Texts(
    greeting="Bonjour,",
    new=Occasion(
        subject="{sender} : nouveau document dans votre eBox",
        subject_unnamed="Nouveau document dans votre eBox",
        news="{sender} a déposé un document dans votre eBox.",
        news_unnamed="Un nouveau document vous attend dans votre eBox.",
    ),
    reminder=Occasion(
        subject="{sender} : un document non lu dans votre eBox",
        subject_unnamed="Un document non lu dans votre eBox",
        news="{sender} a déposé un document dans votre eBox le {date}. Vous ne l'avez pas encore lu.",
        news_unnamed="Un document vous attend dans votre eBox depuis le {date}. "
        "Vous ne l'avez pas encore lu.",
    ),
    expiry=Occasion(
        subject="{sender} : document à lire dans votre eBox jusqu'au {date}",
        subject_unnamed="Document à lire dans votre eBox jusqu'au {date}",
        news="{sender} a déposé dans votre eBox un document que vous n'avez pas encore lu. "
        "Vous pouvez le lire jusqu'au {date} à {time}. Ensuite, il n'y sera plus.",
        news_unnamed="Un document que vous n'avez pas encore lu se trouve dans votre eBox. "
        "Vous pouvez le lire jusqu'au {date} à {time}. Ensuite, il n'y sera plus.",
    ),
    recall=Occasion(
        subject="{sender} : un document de votre eBox a été repris",
        subject_unnamed="Un document de votre eBox a été repris",
        news="{sender} avait déposé dans votre eBox un document qui ne vous était pas destiné, et "
        "l'a repris. Vous ne pouvez plus le lire.",
        news_unnamed="Un document de votre eBox ne vous était pas destiné : son expéditeur l'a repris. "
        "Vous ne pouvez plus le lire.",
    ),
    recall_how="Vous n'avez rien à faire. Votre eBox montre qu'il s'y trouvait et qui l'a consulté.",
    summary=Summary(
        subject=Counted("1 nouveau document dans votre eBox", "{count} nouveaux documents dans votre eBox"),
        news=Counted(
            "1 nouveau document vous attend dans votre eBox.",
            "{count} nouveaux documents vous attendent dans votre eBox.",
        ),
        sender=Counted("{sender} : 1 document", "{sender} : {count} documents"),
        others=Counted(
            "1 document dont nous ne citons pas l'expéditeur ici",
            "{count} documents dont nous ne citons pas l'expéditeur ici",
        ),
        how="Pour lire ce qui vous attend, connectez-vous à votre eBox.",
        in_doubt="Un doute ? Ne cliquez pas : saisissez vous-même {address} dans votre navigateur. "
        "Vous y retrouverez tout.",
    ),
    verification=Verification(
        subject="Confirmez votre adresse e-mail pour eBox",
        news="Voici le code pour confirmer votre adresse e-mail :",
        how="Saisissez ce code dans votre eBox. Il est valable {minutes} minutes à partir de votre demande.",
        not_you="Vous n'avez rien demandé ? Alors ne faites rien : sans le code, il ne se passe rien.",
        never_tell="Ne communiquez ce code à personne. Nous ne le demandons jamais, ni par téléphone ni par "
        "courriel.",
        in_doubt="Un doute ? Saisissez vous-même {address} dans votre navigateur et n'entrez le code que là.",
        why="Vous recevez ce courriel parce que quelqu'un a indiqué cette adresse dans une eBox. "
        "Il n'est pas possible d'y répondre.",
    ),
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
)
