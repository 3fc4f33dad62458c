"""`/openapi.json`, and `/docs`: the same for people, as one plain page.

The page is made here, from the description, without scripts and without a request to anybody else: the
usual viewers load theirs from a content network, and a document mailbox tells no third party who reads its
manual.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

router = APIRouter(include_in_schema=False)

_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "code,pre{font-family:ui-monospace,monospace;background:#f3f3f3}pre{padding:.75rem;overflow:auto}"
    "h3 code{font-size:1.1em}table{border-collapse:collapse}td,th{padding:.2rem .8rem .2rem 0;"
    "text-align:left;vertical-align:top}details{margin:.5rem 0}"
)
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}


@router.api_route("/openapi.json", methods=["GET", "HEAD"])
async def description(request: Request) -> Response:
    """The description (OpenAPI 3.1)."""
    return JSONResponse(request.app.openapi())


@router.api_route("/docs", methods=["GET", "HEAD"])
async def page(request: Request) -> Response:
    """The description as a page."""
    return HTMLResponse("\n".join(_page(request.app.openapi())), headers=_HEADERS)


def _page(document: Mapping[str, Any]) -> Iterator[str]:
    info = document["info"]
    yield "<!doctype html><html lang=en><head><meta charset=utf-8>"
    yield '<meta name=viewport content="width=device-width">'
    yield f"<title>{escape(info['title'])} API</title><style>{_STYLE}</style></head><body>"
    yield f"<h1>{escape(info['title'])}: {escape(info['summary'])}</h1><p>{_text(info['description'])}</p>"
    yield "<p><a href=/openapi.json>The description itself</a> (OpenAPI 3.1)</p>"
    for tag in document["tags"]:
        yield f"<h2>{escape(tag['name'])}</h2><p>{_text(tag['description'])}</p>"
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                if tag["name"] in operation.get("tags", ()):
                    yield from _operation(method, path, operation)
    yield "<h2>Shapes</h2>"
    for name, schema in sorted(document["components"]["schemas"].items()):
        yield f"<details id={escape(name)}><summary><code>{escape(name)}</code></summary>"
        yield f"<p>{_text(schema.get('description', ''))}</p>"
        yield f"<pre>{escape(json.dumps(schema, indent=2))}</pre></details>"
    yield "</body></html>"


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f"<h3><code>{method.upper()} {escape(path)}</code></h3>"
    yield f"<p>{_text(operation.get('description', operation['summary']))}</p>"
    if operation.get("parameters"):
        yield "<table>"
        for parameter in operation["parameters"]:
            yield f"<tr><td><code>{escape(parameter['name'])}</code><td>{escape(parameter['in'])}"
            yield f"<td>{_text(parameter.get('description', ''))}"
        yield "</table>"
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"<p>Takes <code>{escape(media_type)}</code>: {_shapes(content['schema'])}</p>"
    yield "<table>"
    for status, response in sorted(operation["responses"].items()):
        shapes = ", ".join(_shapes(content["schema"]) for content in response.get("content", {}).values())
        yield f"<tr><td>{status}<td>{_text(response['description'])}<td>{shapes}"
    yield "</table>"


def _shapes(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f"<a href=#{name}>{name}</a>"
    parts = [
        f"<code>{escape(name)}</code> {_shapes(one)}" for name, one in schema.get("properties", {}).items()
    ]
    return ", ".join(parts) or escape(schema.get("format", schema.get("type", "")))


def _text(text: str) -> str:
    """Escaped, with `code` between back ticks."""
    pieces = escape(text).split("`")
    return "".join(f"<code>{piece}</code>" if index % 2 else piece for index, piece in enumerate(pieces))
