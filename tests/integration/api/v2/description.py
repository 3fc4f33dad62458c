"""The public description 2.1, which is not ours to copy: its path stands in an environment variable.

With it, every answer that these tests get is held against it. More strictly than it asks for: an object may
have no member that is not described, because generated clients refuse those.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import httpx
import yaml
from jsonschema import Draft4Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

VARIABLE = "EBOX_MESSAGE_REGISTRY_DESCRIPTION"
LOCATION = os.environ.get(VARIABLE)
"""Read at once: the tests' eBox sees none of the environment."""

BASE = "/messageRegistry/v2"
OF_HTTP = frozenset({206, 304, 405, 408, 409, 412, 413, 415, 416, 429, 501, 503})
"""Statuses that HTTP needs and the description does not have."""

_ROOT = "urn:description"
_FORMATS = FormatChecker()
_FORMATS.checks("int32")(lambda value: not isinstance(value, int) or abs(value) < 2**31)

Operation = tuple[str, str]


class Description:
    """What it says of operations and of shapes."""

    def __init__(self, document: dict[str, Any]) -> None:
        assert {"date-time", "uuid", "int32"} <= _FORMATS.checkers.keys()
        strict = deepcopy(document)
        for schema in objects(strict["definitions"]):
            schema.setdefault("additionalProperties", False)
        self.paths: dict[str, dict[str, Any]] = document["paths"]
        self._lenient = _registry(document)
        self._strict = _registry(strict)

    @property
    def operations(self) -> set[Operation]:
        """Every method with its path."""
        return {(method.upper(), path) for path, methods in self.paths.items() for method in methods}

    def operation_of(self, response: httpx.Response) -> Operation | None:
        """Which operation this answers, if it is one of those."""
        path = response.request.url.path.removeprefix(BASE).rstrip("/")
        for method, template in self.operations:
            pattern = re.sub(r"{.*?}", "[^/]+", template)
            if method == response.request.method and re.fullmatch(pattern, path):
                return method, template
        return None

    def check_answer(self, response: httpx.Response) -> None:
        """Fail where the answer is not as described."""
        operation = self.operation_of(response)
        if operation is None or response.status_code in OF_HTTP:
            if response.status_code >= 400:
                self.check("StatusMessage", response.json())
            return
        described = self.paths[operation[1]][operation[0].lower()]
        assert response.status_code in described["responses"], f"{operation}: {response.status_code}"
        schema = described["responses"][response.status_code].get("schema")
        if response.status_code >= 400:
            assert response.headers["content-type"] == "application/json"
        elif "produces" in described:
            assert response.headers["content-type"] in described["produces"]
        if schema is not None and schema.get("type") != "string":
            self._validate(self._strict, schema, response.json(), str(operation))

    def check(self, definition: str, value: Any) -> None:
        """Fail where the value is not of this shape."""
        self._validate(self._strict, {"$ref": f"#/definitions/{definition}"}, value, definition)

    def check_sent(self, definition: str, value: Any) -> None:
        """Fail where what is sent is not of this shape; it may hold more."""
        self._validate(self._lenient, {"$ref": f"#/definitions/{definition}"}, value, definition)

    def check_body(self, operation: Operation, value: Any) -> None:
        """Fail where the value is not a body that this operation takes."""
        parameters = self.paths[operation[1]][operation[0].lower()]["parameters"]
        schema = next(one["schema"] for one in parameters if one["in"] == "body")
        self._validate(self._lenient, schema, value, str(operation))

    def _validate(self, registry: Registry[Any], schema: dict[str, str], value: Any, what: str) -> None:
        whole = {"$ref": schema["$ref"].replace("#/", f"{_ROOT}#/")}
        validator = Draft4Validator(whole, registry=registry, format_checker=_FORMATS)
        wrong = [f"{one.json_path}: {one.message}" for one in validator.iter_errors(value)]
        assert wrong == [], what


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Every object with named members, within a schema."""
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
            yield schema
        for one in schema.values():
            yield from objects(one)
    elif isinstance(schema, list):
        for one in schema:
            yield from objects(one)


def _registry(document: dict[str, Any]) -> Registry[Any]:
    resource: Resource[Any] = Resource.from_contents(document, DRAFT4)
    registry: Registry[Any] = Registry().with_resource(_ROOT, resource)
    return registry


def description() -> Description | None:
    """The description, where the environment says where it is."""
    return Description(yaml.safe_load(Path(LOCATION).read_text(encoding="utf-8"))) if LOCATION else None
