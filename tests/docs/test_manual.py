"""What the manual refers to is there: pages, headings, commands with their options, settings, decisions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.reference.pages.commands import leaves, options
from settings import Settings

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "client" / "README.md", *(ROOT / "docs").rglob("*.md")])
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]

FENCE = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
SETTING = re.compile(r"\bEBOX_[A-Z][A-Z_]*[A-Z]\b")
COMMAND = re.compile(r"(?:^|[\s(/])ebox ([a-z][^|;&\n)`]*)")

COMMANDS = {path[1:]: options(command) for path, command in leaves()}
GROUPS = {path[:length] for path in COMMANDS for length in range(1, len(path) + 1)}


def anchors(page: Path) -> set[str]:
    """The headings of a page as GitHub links to them."""
    found = set()
    for heading in HEADING.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        plain = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower())
        found.add(plain.replace(" ", "-"))
    return found


def code_in(page: Path) -> Iterator[str]:
    """Everything that is set as code."""
    text = page.read_text(encoding="utf-8")
    yield from FENCE.findall(text)
    yield from CODE.findall(FENCE.sub("", text))


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{link} leads nowhere"
        if anchor:
            assert anchor in anchors(target), f"{link}: no such heading"


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_command_exists_with_its_options(page: Path) -> None:
    for code in code_in(page):
        for line in COMMAND.findall(code.replace("\\\n", " ")):
            words = line.split("#")[0].split()
            named: tuple[str, ...] = ()
            for word in words:
                if (*named, word) not in GROUPS:
                    break
                named = (*named, word)
            assert named, f"there is no `ebox {line}`"
            spelled = set(re.findall(r"(?<=\s)--[a-z-]+", line))
            assert spelled <= COMMANDS.get(named, set()) | {"--help"}, f"`ebox {line}` has no such option"


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_setting_exists(page: Path) -> None:
    known = {f"EBOX_{name.upper()}" for name in Settings.model_fields}
    for name in SETTING.findall(page.read_text(encoding="utf-8")):
        assert name in known or name.removesuffix("_FILE") in known, f"there is no {name}"


def test_every_page_can_be_reached_from_the_index() -> None:
    linked = {
        (page.parent / link.partition("#")[0]).resolve()
        for page in PAGES
        for link in LINK.findall(page.read_text(encoding="utf-8"))
    }
    for page in PAGES:
        assert page in linked or page == ROOT / "README.md", f"nothing links to {page}"


def test_every_decision_is_in_the_index_under_its_title() -> None:
    index = (ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf-8")
    for record in sorted((ROOT / "docs" / "adr").glob("0*.md")):
        number, title = record.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ").split(" · ", 1)
        assert f"| [{number}]({record.name}) | {title}" in index, f"{record.name} is not in the index"
