"""The pages made from the code are those in the repository."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
PAGES = runpy.run_path(str(REFERENCE / "generate.py"))["PAGES"]


@pytest.mark.parametrize("name", PAGES)
def test_the_reference_is_current(name: str) -> None:
    advice = "run: python docs/reference/generate.py"
    assert (REFERENCE / name).read_text(encoding="utf-8") == PAGES[name](), advice
