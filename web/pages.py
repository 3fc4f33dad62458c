"""What all our pages have in common: templates, the choice of language, headers that allow nothing more."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response

from web.formats import filters
from web.languages import LANGUAGE_NAMES, choose_language
from web.static import address_of
from web.translations import translations

TEMPLATES: Final = Path(__file__).parent / "templates"
LANGUAGE_COOKIE: Final = "ebox-language"
_LANGUAGE_SECONDS: Final = 365 * 24 * 3600

NOTHING_MORE: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""What every answer of ours says, beside its content security policy."""


class Pages:
    """Makes pages. `public_url` is where browsers find us; `shows_mail`: there is a page of caught mails."""

    def __init__(self, public_url: str, *, shows_mail: bool = False) -> None:
        self.is_secure = public_url.startswith("https://")
        self.shows_mail = shows_mail

    def show(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        query: Mapping[str, str] | None = None,
        form_targets: str = "'self'",
        **values: Any,
    ) -> HTMLResponse:
        """The page, in the reader's language.

        `query`: what the links to the other languages keep of the address. `form_targets`: where its forms
        may lead, as a source list of a content security policy.
        """
        language = language_of(request)
        html = (
            environment(language)
            .get_template(template)
            .render(
                language=language,
                language_names=LANGUAGE_NAMES,
                language_links={code: _link(request, query or {}, code) for code in LANGUAGE_NAMES},
                stylesheet=address_of("ebox.css"),
                icon=address_of("icon.svg"),
                visitor=getattr(request.state, "visitor", None),
                shows_mail=self.shows_mail,
                **values,
            )
        )
        answer = HTMLResponse(html, status, _headers(language, form_targets))
        if request.query_params.get("lang") == language:
            self.remember_language(answer, language)
        return answer

    def remember_language(self, answer: Response, language: str) -> None:
        """Let the browser come back in this language."""
        self.set_cookie(answer, LANGUAGE_COOKIE, language, seconds=_LANGUAGE_SECONDS)

    def set_cookie(self, answer: Response, name: str, value: str, *, seconds: int | None = None) -> None:
        """Set a cookie as all of ours are: for our own pages and no script; until the browser closes, or
        for so many seconds.
        """
        answer.set_cookie(name, value, seconds, secure=self.is_secure, httponly=True, samesite="lax")


@cache
def environment(language: str) -> Environment:
    """The templates in that language."""
    found = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.policies["ext.i18n.trimmed"] = True
    found.filters.update(filters(language))
    words = translations(language)
    found.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        words.ugettext, words.ungettext, newstyle=True, pgettext=words.upgettext, npgettext=words.unpgettext
    )
    return found


def language_of(request: Request) -> str:
    """The language in which this request is answered."""
    return choose_language(
        request.query_params.get("lang"),
        request.cookies.get(LANGUAGE_COOKIE),
        request.headers.get("accept-language"),
    )


def policy(*, form_targets: str = "'self'", images: str = "'self'") -> str:
    """The content security policy of our pages: our own style sheet and pictures, no script, no frame."""
    return (
        f"default-src 'none'; style-src 'self'; img-src {images}; form-action {form_targets}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


def _link(request: Request, query: Mapping[str, str], code: str) -> str:
    return f"{request.url.path}?{urlencode({**query, 'lang': code})}"


def _headers(language: str, form_targets: str) -> dict[str, str]:
    return {
        **NOTHING_MORE,
        "Content-Security-Policy": policy(form_targets=form_targets),
        "Content-Language": language,
        "Vary": "Accept-Language, Cookie",
    }
