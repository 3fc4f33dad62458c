"""`commands.md`: the `ebox` command and all below it, in the words of their `--help`."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterator
from enum import Enum
from typing import Any, Final

import typer

import cli
from docs.reference.pages.tables import page, prose, sentence, table

WORDS: Final = {"int": "N", "str": "TEXT", "Path": "PATH", "UUID": "UUID"}
"""How a value is written in a usage line, by its type."""


INTRODUCTION: Final = """\
# Commands

`ebox COMMAND --help` says the same at the terminal. Settings come from the environment alone: see
[configuration](configuration.md). A command ends with 0; with 1 where it could not do its work, and a line on
standard error says why; with 2 where the command line or a setting is wrong."""


def commands() -> str:
    """The page."""
    return page(
        INTRODUCTION,
        *(line for path, command in leaves() for line in _section(path, command)),
    )


def leaves() -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command that does something, with its words: `("ebox", "audit", "replay")`."""
    yield from _below(("ebox",), typer.main.get_command(cli.app))


def _below(path: tuple[str, ...], command: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    children = getattr(command, "commands", {})
    if not children:
        yield path, command
    for name, child in children.items():
        yield from _below((*path, name), child)


def options(command: Any) -> set[str]:
    """All spellings of a command's options."""
    return {spelling for one in command.params for spelling in (*one.opts, *one.secondary_opts)}


def _section(path: tuple[str, ...], command: Any) -> Iterator[str]:
    usage = " ".join([*path, *(_usage(one) for one in command.params)])
    yield from ("", f"## {' '.join(path)}", "", f"`{usage}`", "", prose(command.help))
    if command.params:
        rows = [(f"`{_name(one)}`", _default(one), _meaning(one)) for one in command.params]
        yield from ("", *table(("argument or option", "default", "meaning"), rows))


def _is_argument(parameter: Any) -> bool:
    return bool(parameter.param_type_name == "argument")


def _usage(parameter: Any) -> str:
    value = "" if _is_argument(parameter) or parameter.is_flag else f" {_value(parameter)}"
    usage = _name(parameter) + value
    return usage if parameter.required else f"[{usage}]"


def _name(parameter: Any) -> str:
    return str(parameter.name.upper() if _is_argument(parameter) else max(parameter.opts, key=len))


def _value(parameter: Any) -> str:
    annotation = parameter.type_descriptor.annotation
    choices = _choices(parameter)
    if choices:
        return "|".join(choices)
    repeated = typing.get_args(annotation)  # list[UUID]: one of them each time
    kind = repeated[0] if repeated else annotation
    return WORDS[getattr(kind, "__name__", str(kind))]


def _choices(parameter: Any) -> list[str]:
    annotation = parameter.type_descriptor.annotation
    is_enum = inspect.isclass(annotation) and issubclass(annotation, Enum)
    return [str(member.value) for member in annotation] if is_enum else []


def _default(parameter: Any) -> str:
    is_plain = isinstance(parameter.default, str | int) and not isinstance(parameter.default, bool)
    return f"`{parameter.default}`" if is_plain else ""


def _meaning(parameter: Any) -> str:
    choices = _choices(parameter)
    one_of = f" One of {', '.join(f'`{one}`' for one in choices)}." if choices else ""
    return sentence(parameter.help) + one_of
