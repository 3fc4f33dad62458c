"""Replying to a message whose sender takes replies: a subject, a text, and up to six files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final
from uuid import UUID

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import Response

from application.documents import UploadedFile
from application.replies import ReplyCommand
from domain.decisions import Operation
from domain.draft import MAX_TITLE_CHARACTERS, AttachmentDraft
from domain.errors import Conflict, Gone, InvalidInput
from identity.store import new_secret
from projections.message_detail import MessageDetail
from web.pages import Pages, language_of
from web.portal import portal_of
from web.security import Visitor, go_to, signed_in
from web.troubles import page_route

REPLY_PATH: Final = "/messages/{message_id}/reply"

_canonical = msgspec.json.Encoder(order="sorted")

ReplyingVisitor = Annotated[Visitor, signed_in(Operation.REPLY)]
SendingVisitor = Annotated[Visitor, signed_in(Operation.REPLY, takes_files=True)]


def replies_router(pages: Pages) -> APIRouter:
    """`/messages/{id}/reply`: the form by GET, the reply by POST."""
    router = APIRouter(include_in_schema=False, route_class=page_route(pages))

    async def shown(
        request: Request, visitor: Visitor, message_id: UUID, problems: Mapping[str, str], status: int
    ) -> Response:
        reading = portal_of(request).reading
        view = await reading.message(visitor.actor, message_id, at_least=visitor.at_least)
        _require_open(view.message)
        sender = view.reference.organisations.get(view.message.sender_organisation)
        return pages.show(
            request,
            "reply.html",
            status=status,
            message=view.message,
            sender=sender.name if sender else {},
            problems=problems,
            form=visitor.form,
            once=visitor.form.get("once") or new_secret(),
            most=MAX_TITLE_CHARACTERS,
            most_bytes=portal_of(request).max_message_bytes,
        )

    @router.get(REPLY_PATH)
    async def form(request: Request, message_id: UUID, visitor: ReplyingVisitor) -> Response:
        return await shown(request, visitor, message_id, {}, 200)

    @router.post(REPLY_PATH)
    async def send(request: Request, message_id: UUID, visitor: SendingVisitor) -> Response:
        try:
            problems = _missing(visitor)
            if problems:
                return await shown(request, visitor, message_id, problems, 400)
            command = _command(visitor, language_of(request))
            done = await portal_of(request).replies.reply(visitor.actor, message_id, command)
        except InvalidInput as wrong:
            problems = {_place(issue.field): issue.code for issue in reversed(wrong.issues)}
            return await shown(request, visitor, message_id, problems, 400)
        finally:
            visitor.close()
        return go_to(pages, f"/messages/{message_id}?done=reply", done.position)

    return router


def _require_open(message: MessageDetail) -> None:
    if message.is_recalled:
        raise Gone("recalled by its sender")
    if not message.reply_authorised:
        raise Conflict("this message takes no replies")


def _missing(visitor: Visitor) -> Mapping[str, str]:
    """What has to be mended before anything is sent, by field."""
    if visitor.refused is not None:
        return {"files": "tooLarge"}
    return {name: "required" for name in ("subject", "text") if not visitor.form.get(name, "").strip()}


def _command(visitor: Visitor, language: str) -> ReplyCommand:
    """The text is what matters, the files go with it. `once` in the form: sent twice, it is one reply."""
    subject, text = visitor.form["subject"].strip(), visitor.form["text"].replace("\r\n", "\n").strip()
    files: list[UploadedFile] = list(visitor.files)
    names = [[file.part, file.file_name] for file in files]
    return ReplyCommand(
        subject={language: subject},
        body={language: text},
        is_body_main=True,
        attachments=[AttachmentDraft(file.part, False, False, None, None) for file in files],
        files=files,
        canonical=_canonical.encode([language, subject, text, names]),
        idempotency_key=visitor.form.get("once"),
    )


def _place(field: str) -> str:
    """The field of our form that an issue is about, whose names are the API's."""
    if ".subject" in field:
        return "subject"
    return "text" if ".bodyContent" in field else "files"
