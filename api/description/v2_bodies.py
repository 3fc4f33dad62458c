"""An example of every body that the Message Registry's version 2.1 takes, by the name of its shape."""

from __future__ import annotations

from typing import Any, Final

from api.description import ids

_RECIPIENT: Final = {"eboxType": "citizen", "eboxIdValue": ids.CITIZEN}
_MESSAGE: Final[dict[str, Any]] = {
    "recipient": _RECIPIENT,
    "subject": {"nl": "Uw pensioenoverzicht", "fr": "Votre aperçu de pension"},
    "messageTypeId": ids.MESSAGE_TYPE,
    "senderOrganizationId": ids.PARTNER,
    "senderApplicationId": ids.APPLICATION,
    "bodyMainContent": True,
    "bodyContent": {"nl": "U vindt hier uw overzicht van dit jaar."},
    "replyAuthorized": False,
}

V2_BODY_EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    "V2MessageToPublish": {
        "bodyOnly": {"messageToPublish": _MESSAGE},
        "withADocument": {
            "messageToPublish": {
                **{name: value for name, value in _MESSAGE.items() if name != "bodyContent"},
                "attachments": [{"httpPartName": "upfile1", "mainContent": True, "attachmentSigned": False}],
                "bodyMainContent": False,
            },
            "upfile1": "%PDF-1.7 …",
        },
    },
    "V2MessageToLink": {
        "twoMore": {
            "messageId": str(ids.MESSAGE),
            "recipients": [
                {"eboxType": "citizen", "eboxIdValue": ids.MINOR},
                {"eboxType": "enterprise", "eboxIdValue": ids.ENTERPRISE},
            ],
        }
    },
    "V2StatusSearch": {"oneMessage": [{"messageId": str(ids.MESSAGE), "eboxId": _RECIPIENT}]},
    "V2MessagesToUpdate": {"hideOne": {"items": [{"messageId": str(ids.MESSAGE), "visible": False}]}},
}
