"""What all our pages have in common: templates, the choice of language, headers that allow nothing more."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from web.languages import LANGUAGE_NAMES, SWITCH_LABELS

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
)


def page(
    template: str,
    language: str,
    links: Mapping[str, str],
    *,
    status: int = 200,
    form_action: str = "'none'",
    **values: object,
) -> HTMLResponse:
    """The page in that language, with a link to each other one.

    `links`: the page's own address in each language. `form_action`: where its form may lead, as a source
    list of a content security policy.
    """
    nonce = secrets.token_urlsafe(16)
    html = _templates.get_template(template).render(
        language=language,
        language_names=LANGUAGE_NAMES,
        language_links=links,
        switch_label=SWITCH_LABELS[language],
        nonce=nonce,
        **values,
    )
    return HTMLResponse(html, status, _headers(language, nonce, form_action))


def _headers(language: str, nonce: str, form_action: str) -> dict[str, str]:
    policy = f"default-src 'none'; style-src 'nonce-{nonce}'; form-action {form_action}"
    return {
        "Content-Security-Policy": f"{policy}; frame-ancestors 'none'; base-uri 'none'",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Content-Language": language,
        "Vary": "Accept-Language, Cookie",
    }
