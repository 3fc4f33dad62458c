"""The codes of issues, collected from the code that raises them.

The rule: whatever is called with a `code` and a `detail` (an `Issue`, or a function that makes one) has both
as its parameters of these names. So every call of such a callable is found, its code is read from the call,
and where the code is no literal the place must be one of `ELSEWHERE`, which says where its codes are written.
A new way of making issues fails the generation instead of being left out.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from types import ModuleType
from typing import Final

from api import problem_types
from api.problem_types import ProblemType
from application.documents import REFUSALS
from domain.errors import Issue

ROOT: Final = Path(__file__).parents[3]
SCANNED: Final = ("domain", "application", "api")
NOT_ANSWERED: Final = {"application/partners.py", "api/description/problem_examples.py"}
"""Issues of files that an operator wrote (told by `ebox migrate`, never by the API), and made-up ones."""

FORWARDED: Final = {"refused.code", "code", "found.code"}
"""Codes that were given to another callable with a `code`, and are found there."""

BELGIF: Final = "ebox_"
"""What our own kinds of findings begin with, for pydantic; the rest is the code."""


@dataclass(frozen=True, slots=True)
class FoundIssue:
    """A code, its wording, and the status of the problem that carries it."""

    code: str
    detail: str
    status: int


def issues() -> list[FoundIssue]:
    """Every issue that the API can answer with."""
    modules = [_Module(path) for folder in SCANNED for path in sorted((ROOT / folder).rglob("*.py"))]
    modules = [one for one in modules if one.name not in NOT_ANSWERED]
    public = {
        name: parameters for module in modules for name, parameters in module.makers() if name[0] != "_"
    }
    return [found for module in modules for found in module.issues({**public, **dict(module.makers())})]


ELSEWHERE: Final[dict[tuple[str, str], Callable[[], list[tuple[str, str]]]]] = {
    ("application/documents.py", "refused.reason"): lambda: list(REFUSALS.items()),
    ("api/schemas/issues.py", "kind.removeprefix('ebox_')"): list,
}
"""Where the codes are written of those calls that do not name theirs, by file and expression."""


FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
Function = ast.FunctionDef | ast.AsyncFunctionDef


class _Module:
    def __init__(self, path: Path) -> None:
        self.name = str(path.relative_to(ROOT))
        self._tree = ast.parse(path.read_text(encoding="utf-8"))
        self._functions = [one for one in ast.walk(self._tree) if isinstance(one, FUNCTIONS)]

    def makers(self) -> Iterator[tuple[str, list[str]]]:
        """The callables that take a code and a detail, with their parameters' names."""
        for node in ast.walk(self._tree):
            match node:
                case ast.ClassDef(name="Issue"):
                    yield node.name, [field.name for field in fields(Issue)]
                case ast.ClassDef(name=name):
                    for method in node.body:
                        if isinstance(method, ast.FunctionDef) and method.name == "__init__":
                            yield from _if_maker(name, method)
                case ast.FunctionDef(name=name) if name != "__init__":
                    yield from _if_maker(name, node)

    def issues(self, makers: dict[str, list[str]]) -> Iterator[FoundIssue]:
        """What this module's calls of them say."""
        for call in (one for one in ast.walk(self._tree) if isinstance(one, ast.Call)):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if name == "PydanticCustomError":
                code, detail = (ast.literal_eval(one) for one in call.args)
                if code.startswith(BELGIF):
                    yield FoundIssue(code.removeprefix(BELGIF), detail, 400)
            elif name in makers and len(call.args) + len(call.keywords) >= len(_required(makers[name])):
                yield from self._said(call, makers[name])

    def _said(self, call: ast.Call, parameters: list[str]) -> Iterator[FoundIssue]:
        given = {
            **dict(zip(parameters, call.args, strict=False)),
            **{one.arg: one.value for one in call.keywords if one.arg},
        }
        status, code = self._status(call), given["code"]
        if isinstance(code, ast.Constant):
            yield FoundIssue(str(code.value), self._worded(call, given["detail"]), status)
            return
        expression = ast.unparse(code)
        if expression in FORWARDED:
            return
        if expression == "error.code":
            yield FoundIssue(self._code_of_error(call), self._worded(call, given["detail"]), status)
            return
        for one, detail in ELSEWHERE[self.name, expression]():
            yield FoundIssue(one, detail, status)

    def _code_of_error(self, call: ast.Call) -> str:
        """The stable code of the error that the function around is given."""
        function = self._around(call)
        annotation = function.args.args[0].annotation if function else None
        return str(getattr(self._names(), ast.unparse(annotation)).code) if annotation else ""

    def _names(self) -> ModuleType:
        return importlib.import_module(self.name.removesuffix(".py").replace("/", "."))

    def _worded(self, call: ast.Call, detail: ast.expr) -> str:
        """The detail's text, `…` for what is known only when it happens."""
        match detail:
            case ast.Constant(value=str(text)):
                return text
            case ast.JoinedStr(values=parts):
                return "".join(self._worded(call, part) for part in parts)
            case ast.FormattedValue(value=value):
                return self._known(value)
            case ast.Name(id=name):
                assigned = self._assigned(call, name)
                return self._worded(call, assigned) if assigned is not None else self._known(detail)
            case _:
                return "…"

    def _known(self, value: ast.expr) -> str:
        """What a constant of the module is, `…` for anything else."""
        try:
            known = eval(ast.unparse(value), dict(vars(self._names())))  # noqa: S307 - an expression of our own code
        except (NameError, AttributeError, TypeError):
            return "…"
        return str(known)

    def _around(self, node: ast.AST) -> Function | None:
        within = [one for one in self._functions if any(inner is node for inner in ast.walk(one))]
        return max(within, key=lambda one: one.lineno, default=None)

    def _assigned(self, call: ast.Call, name: str) -> ast.expr | None:
        """What a local name was last given before the call."""
        function = self._around(call)
        found = None
        for one in ast.walk(function) if function else ():
            match one:
                case ast.Assign(targets=[ast.Name(id=target)], value=value) if (
                    target == name and one.lineno < call.lineno
                ):
                    found = value
        return found

    def _status(self, call: ast.Call) -> int:
        """The status of the problem that carries the issue; 400 where nothing else does."""
        function = self._around(call)
        if function is None:
            return 400
        names = {
            one.targets[0].id
            for one in ast.walk(function)
            if isinstance(one, ast.Assign)
            and isinstance(one.targets[0], ast.Name)
            and any(inner is call for inner in ast.walk(one.value))
        }
        for carrier in (one for one in ast.walk(function) if isinstance(one, ast.Call)):
            inside = list(ast.walk(carrier))
            carries = any(one is call or (isinstance(one, ast.Name) and one.id in names) for one in inside)
            if carries:
                status = _status_of(carrier)
                if status is not None:
                    return status
        return 400


def _status_of(carrier: ast.Call) -> int | None:
    match carrier.func:
        case ast.Name(id="NotAllowed"):
            return problem_types.NO_ACCESS.status
        case ast.Name(id="Refusal" | "Problem"):
            kind = carrier.args[0]
            name = kind.attr if isinstance(kind, ast.Attribute) else getattr(kind, "id", "")
            named = getattr(problem_types, name, None)
            return named.status if isinstance(named, ProblemType) else None
        case _:
            return None


def _if_maker(name: str, function: ast.FunctionDef) -> Iterator[tuple[str, list[str]]]:
    parameters = [one.arg for one in function.args.args if one.arg != "self"]
    if {"code", "detail"} <= set(parameters):
        yield name, parameters


def _required(parameters: list[str]) -> list[str]:
    return parameters[: parameters.index("detail") + 1]
