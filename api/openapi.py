"""The API's description (OpenAPI 3.1), completed with the shapes that the framework does not see."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from api.description.examples import Examples
from api.description.schemas import tidy
from api.schemas import aftermath, answers, document_events, federation, reference_data, scopes
from api.schemas.audit import History, MailboxFound, MailboxSearch
from api.schemas.audit_export import ExportLine
from api.schemas.batch import ItemAnswers, MessageInBatch, MessagesInBatch
from api.schemas.health import Health
from api.schemas.linking import LinkAnswers, RecipientsToLink
from api.schemas.me import Mailboxes, Preferences, PreferencesPatch, Profile, ProfilePatch, VerificationCode
from api.schemas.message_changes import MessagesToUpdate
from api.schemas.message_search import MessageSearch
from api.schemas.own_history import OwnHistory
from api.schemas.own_proofs import NothingHiddenAnswer
from api.schemas.problem import Problem
from api.schemas.proofs import Consistency
from api.schemas.publish import message_schema
from api.schemas.replay import MailboxThenAnswer
from api.schemas.reply import ReplyToPublish
from api.schemas.shared_documents import DocumentToKeep, KeptDocument
from api.status_messages import StatusMessage
from api.v2.common import TAG as V2_TAG
from api.v2.schemas import answers as v2
from api.v2.schemas import reference_data as v2_reference_data
from api.v2.schemas.message_to_publish import V2MessageToPublish
from api.v2.schemas.requests import V2MessagesToUpdate, V2MessageToLink, V2StatusSearch

TITLE: Final = "eBox"
VERSION: Final = "3"
SUMMARY: Final = "A document mailbox for citizens and enterprises"
DESCRIPTION: Final = """\
Partner organisations publish documents into mailboxes; their owners read them through any integrating
site; auditors see who did what. Every answer carries `Ebox-Request-Id`. Errors are problems (RFC 9457) in the
style of the Belgian REST guide: go by `type`. Dates are RFC 3339 with an offset, ids are UUIDs, a trailing
slash is accepted.
"""
TAGS: Final = [
    {"name": "publish", "description": "Partner organisations put messages into mailboxes."},
    {"name": "consult", "description": "Owners read their mailbox. Every read but counting is recorded."},
    {"name": "profile", "description": "Owners say how to be told, and see who looked."},
    {
        "name": V2_TAG,
        "description": "The public description 2.1 of the e-Box, for its existing clients. Errors are status "
        "messages: go by `code`.",
    },
    {"name": "reference data", "description": "Anybody looks up who publishes what."},
    {"name": "events", "description": "Senders and sites follow what happens to documents."},
    {"name": "federation", "description": "What the Federation asks of a provider."},
    {"name": "audit", "description": "Auditors search the access history, within an approved scope."},
    {"name": "audit log", "description": "The verifiable log of everything: checkpoints, tiles, proofs."},
    {"name": "authorization", "description": "Access tokens for all of this (RFC 6749, 8414, 9068)."},
    {"name": "health", "description": "For load balancers and operators."},
]

_ANSWERS: Final = (
    aftermath.ConfirmationAnswer,
    aftermath.Statuses,
    aftermath.TakenBackAnswer,
    Consistency,
    answers.AttachmentAnswer,
    answers.Attachments,
    answers.Ebox,
    answers.MessageAnswer,
    answers.Messages,
    answers.Published,
    answers.TranslatedString,
    document_events.CitizenDocumentEvents,
    document_events.EnterpriseDocumentEvents,
    federation.EboxPreferences,
    federation.MessageProvider,
    ExportLine,
    Health,
    ItemAnswers,
    History,
    KeptDocument,
    LinkAnswers,
    Mailboxes,
    MailboxFound,
    MailboxThenAnswer,
    NothingHiddenAnswer,
    OwnHistory,
    Preferences,
    Problem,
    Profile,
    reference_data.MessageTypeAnswer,
    reference_data.MessageTypes,
    reference_data.SenderApplicationAnswer,
    reference_data.SenderApplications,
    reference_data.SenderOrganizationAnswer,
    reference_data.SenderOrganizations,
    scopes.ScopeAnswer,
    scopes.ScopesAnswer,
    StatusMessage,
    v2.V2Attachment,
    v2.V2Attachments,
    v2.V2Linked,
    v2.V2Message,
    v2.V2Messages,
    v2.V2MessageStatus,
    v2.V2PaymentData,
    v2.V2Published,
    v2.V2TranslatedString,
    v2_reference_data.V2MessageType,
    v2_reference_data.V2MessageTypes,
    v2_reference_data.V2SenderApplication,
    v2_reference_data.V2SenderApplications,
    v2_reference_data.V2SenderOrganization,
    v2_reference_data.V2SenderOrganizations,
)
_BODIES: Final = (
    MessageInBatch,
    MessagesInBatch,
    DocumentToKeep,
    RecipientsToLink,
    aftermath.StatusSearch,
    aftermath.TakeBack,
    ReplyToPublish,
    federation.EboxIdSameTypeList,
    federation.EboxPreferencesToUpdate,
    MailboxSearch,
    MessageSearch,
    MessagesToUpdate,
    scopes.ScopeApproval,
    scopes.ScopeReason,
    scopes.ScopeRequest,
    PreferencesPatch,
    ProfilePatch,
    VerificationCode,
    V2MessagesToUpdate,
    V2MessageToLink,
    V2MessageToPublish,
    V2StatusSearch,
)
_REQUEST_ID: Final = {
    "description": "Names this request in our logs and records.",
    "schema": {"type": "string", "format": "uuid"},
}


def install(app: FastAPI) -> None:
    """Let the application describe itself, once."""

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _description(app)
        return app.openapi_schema

    app.openapi = describe  # type: ignore[method-assign] # how FastAPI wants it extended


def _description(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=TITLE,
        version=VERSION,
        summary=SUMMARY,
        description=DESCRIPTION,
        tags=TAGS,
        routes=app.routes,
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    # The framework's own shape of a validation error, which nobody is ever sent.
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas.update(_answer_schemas())
    schemas.update(message_schema())
    for shape in _BODIES:
        schemas.update(_body_schemas(shape))
    for path in document["paths"].values():
        for operation in path.values():
            _complete(operation["responses"])
    tidy(document)
    Examples(document).add()
    return document


def _answer_schemas() -> dict[str, Any]:
    _, components = msgspec.json.schema_components(_ANSWERS, ref_template="#/components/schemas/{name}")
    return components


def _body_schemas(shape: type[BaseModel]) -> dict[str, Any]:
    """The shape and those within it, by name."""
    schema = shape.model_json_schema(ref_template="#/components/schemas/{model}")
    parts: dict[str, Any] = schema.pop("$defs", {})
    return {**parts, shape.__name__: schema}


def _complete(responses: dict[str, Any]) -> None:
    validation = responses.get("422", {}).get("content", {}).get("application/json")
    if validation is not None:
        del responses["422"]
    for response in responses.values():
        response.setdefault("headers", {})["Ebox-Request-Id"] = _REQUEST_ID
