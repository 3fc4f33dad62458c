"""The front page, to which every mail leads: what this is, and where one reads.

It knows nothing of anybody and loads nothing from anywhere.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from web.front_texts import TEXTS
from web.languages import choose_language
from web.mail import MAIL_PATH
from web.pages import page

FRONT_PATH = "/"
_DESCRIPTION_PATH = "/docs"


def front_router(*, shows_mail: bool) -> APIRouter:
    """`GET /`, with a link to the caught mails where there is such a page."""
    router = APIRouter(include_in_schema=False)

    @router.api_route(FRONT_PATH, methods=["GET", "HEAD"])
    async def front(request: Request, lang: str | None = None) -> Response:
        language = choose_language(lang, request.headers.get("accept-language"))
        return page(
            "front.html",
            language,
            {code: f"{FRONT_PATH}?lang={code}" for code in TEXTS},
            texts=TEXTS[language],
            description_path=_DESCRIPTION_PATH,
            mail_path=MAIL_PATH if shows_mail else None,
        )

    return router
