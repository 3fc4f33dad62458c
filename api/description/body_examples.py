"""An example of every body that the API takes, by the name of its shape."""

from __future__ import annotations

from typing import Any, Final

from api.description import ids
from api.schemas.timestamps import timestamp

_FILE: Final = "%PDF-1.7 …"
_OF_A_CITIZEN: Final = {"eboxType": "citizen", "ssin": ids.CITIZEN}
_OF_AN_ENTERPRISE: Final = {"eboxType": "enterprise", "enterpriseNumber": ids.ENTERPRISE}
_SUBJECT: Final = {"nl": "Uw pensioenoverzicht", "fr": "Votre aperçu de pension"}

_BODY_ONLY: Final[dict[str, Any]] = {
    "recipient": _OF_A_CITIZEN,
    "subject": _SUBJECT,
    "messageTypeId": ids.MESSAGE_TYPE,
    "senderApplicationId": ids.APPLICATION,
    "isBodyMainContent": True,
    "bodyContent": {"nl": "U vindt hier uw overzicht van dit jaar."},
}
_WITH_A_FILE: Final[dict[str, Any]] = {
    "sender": {"eboxType": "enterprise", "enterpriseNumber": ids.PARTNER},
    "recipient": _OF_A_CITIZEN,
    "subject": _SUBJECT,
    "messageTypeId": ids.MESSAGE_TYPE,
    "senderApplicationId": ids.APPLICATION,
    "attachments": [
        {
            "httpPartName": "upfile1",
            "isMainContent": True,
            "attachmentTitle": {"nl": "Overzicht", "fr": "Aperçu"},
            "digest": {"digestMethod": "sha_256", "digestValue": ids.SHA256},
        }
    ],
    "businessDataList": [{"key": "year", "values": [{"nl": "2027"}]}],
    "isReplyAuthorized": True,
    "isConfirmationNeeded": True,
    "expirationDate": timestamp(ids.EXPIRES_AT),
}
_IN_A_BATCH: Final = {"idempotencyKey": "2027-statement-000001", "messageToPublish": _BODY_ONLY}

BODY_EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    "MessageToPublish": {
        "bodyOnly": {"messageToPublish": _BODY_ONLY},
        "withADocument": {"messageToPublish": _WITH_A_FILE, "upfile1": _FILE},
    },
    "MessagesInBatch": {"oneMessage": {"items": [_IN_A_BATCH]}},
    "MessageInBatch": {"oneLine": _IN_A_BATCH},
    "DocumentToKeep": {
        "untilADay": {"documentToKeep": {"keepUntil": timestamp(ids.EXPIRES_AT)}, "upfile1": _FILE}
    },
    "RecipientsToLink": {
        "twoMore": {"items": [{"eboxType": "citizen", "ssin": ids.MINOR}, _OF_AN_ENTERPRISE]}
    },
    "StatusSearch": {"oneMessage": {"items": [{"messageId": str(ids.MESSAGE), "recipient": _OF_A_CITIZEN}]}},
    "TakeBack": {
        "ofAll": {"reason": "Sent with the figures of last year."},
        "ofOneRecipient": {"reason": "Meant for another person.", "recipient": _OF_A_CITIZEN},
    },
    "ReplyToPublish": {
        "bodyOnly": {
            "messageToPublish": {
                "subject": {"nl": "Vraag over mijn overzicht"},
                "isBodyMainContent": True,
                "bodyContent": {"nl": "Het jaar 2019 ontbreekt. Kunt u dat nakijken?"},
            }
        }
    },
    "MessageSearch": {
        "unread": {"readStatus": False, "pageSize": 50},
        "words": {"q": "pensioen", "qlang": "nl"},
        "changes": {"changedAfterPosition": ids.POSITION},
    },
    "MessagesToUpdate": {"hideOne": {"items": [{"messageId": str(ids.MESSAGE), "visible": False}]}},
    "MailboxSearch": {
        "ofACitizen": _OF_A_CITIZEN,
        "ofAnEnterprise": _OF_AN_ENTERPRISE,
    },
    "ScopeRequest": {
        "oneMailbox": {
            "case": "2027-117",
            "purpose": "Complaint about a missing letter",
            "subject": [str(ids.MAILBOX)],
            "period": {"from": "2027-01-01T00:00:00+01:00", "to": "2027-07-01T00:00:00+02:00"},
        },
        "everyMailbox": {"case": "DEMO-1", "purpose": "A look around the demo", "subject": "*"},
    },
    "ScopeApproval": {
        "openly": {"validUntil": "2027-08-01T00:00:00+02:00"},
        "underAnEmbargo": {
            "validUntil": "2027-08-01T00:00:00+02:00",
            "embargoUntil": "2027-10-01T00:00:00+02:00",
        },
    },
    "ScopeReason": {"closed": {"reason": "The case is closed."}},
    "ProfilePatch": {"newAddress": {"emailAddress": "an@example.test"}},
    "VerificationCode": {"sixDigits": {"code": "314159"}},
    "PreferencesPatch": {
        "daily": {
            "language": "nl",
            "notificationFrequency": "daily",
            "quietHours": {"start": "22:00", "end": "07:00", "timeZone": "Europe/Brussels"},
        },
        "noQuietHours": {"quietHours": None},
    },
    "EboxIdSameTypeList": {
        "ofCitizens": {
            "eboxType": "CITIZEN",
            "eboxIdType": "SSIN",
            "eboxIdValueList": [ids.CITIZEN, ids.MINOR],
        }
    },
    "EboxPreferencesToUpdate": {
        "eboxAlone": {
            "eboxId": {"eboxType": "CITIZEN", "eboxIdValue": ids.CITIZEN},
            "exclusivelyEbox": True,
        }
    },
    "TokenRequest": {
        "clientCredentials": {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJkZW1vLXBhcnRuZXIifQ.c2lnbmVk",
        }
    },
}
"""By name, for each shape. The demo takes the first of them, where it can be without files or secrets."""
