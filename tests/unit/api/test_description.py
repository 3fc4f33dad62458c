"""The API's description: every body and every problem has an example, and every example is of its shape."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from api import problem_types
from api.problem_types import ProblemType
from docs.reference.pages.description import description

PROBLEM = "application/problem+json"
ROOT = "urn:description"

Content = tuple[str, dict[str, Any]]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """Of the whole application."""
    found: dict[str, Any] = json.loads(description())
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def bodies(document: dict[str, Any]) -> Iterator[Content]:
    for label, operation in operations(document):
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
            yield f"{label} {media_type}", content


def answers(document: dict[str, Any]) -> Iterator[tuple[str, int, dict[str, Any]]]:
    for label, operation in operations(document):
        for status, response in operation["responses"].items():
            for media_type, content in response.get("content", {}).items():
                yield f"{label} {status} {media_type}", int(status), content


def test_it_is_valid(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_every_body_has_an_example(document: dict[str, Any]) -> None:
    assert [label for label, content in bodies(document) if not content.get("examples")] == []


def test_every_problem_has_an_example(document: dict[str, Any]) -> None:
    lacking = [
        label for label, status, content in answers(document) if status >= 400 and not content.get("examples")
    ]
    assert lacking == []


def test_every_answer_that_has_a_shape_has_an_example(document: dict[str, Any]) -> None:
    lacking = [
        label
        for label, status, content in answers(document)
        if status < 300 and "$ref" in str(content["schema"]) and not content.get("examples")
    ]
    assert lacking == []


def test_every_kind_of_problem_has_an_example(document: dict[str, Any]) -> None:
    kinds = {one.urn for one in vars(problem_types).values() if isinstance(one, ProblemType)}
    shown = {
        one["value"]["type"]
        for name, one in document["components"]["examples"].items()
        if name.startswith("Problem.")
    }
    assert kinds == shown


def test_every_example_is_of_its_shape(document: dict[str, Any]) -> None:
    registry: Registry[Any] = Registry().with_resource(ROOT, Resource.from_contents(document, DRAFT202012))
    wrong = []
    for label, content in contents(document):
        schema = json.loads(json.dumps(content["schema"]).replace('"#/', f'"{ROOT}#/'))
        validator = Draft202012Validator(
            schema, registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER
        )
        for reference in content.get("examples", {}).values():
            name = reference["$ref"].rpartition("/")[2]
            value = document["components"]["examples"][name]["value"]
            wrong += [f"{label} {name}: {error.message}" for error in validator.iter_errors(value)]
    assert wrong == []


def contents(document: dict[str, Any]) -> Iterator[Content]:
    yield from bodies(document)
    for label, _, content in answers(document):
        yield label, content


def test_no_parameter_can_be_null_and_every_bound_is_in_the_words_of_json_schema(
    document: dict[str, Any],
) -> None:
    for label, operation in operations(document):
        for parameter in operation.get("parameters", ()):
            schema = parameter["schema"]
            assert "null" not in str(schema.get("anyOf", "")), (label, parameter["name"])
            assert not {"ge", "le"} & schema.keys(), (label, parameter["name"])
