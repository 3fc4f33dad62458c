"""A real Chromium at the portal, as people have it: small or wide, and without JavaScript.

Whatever a page tries beside what it may (another origin, a script, something its own policy forbids) is
noted, and fails the test that saw it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

CHROMIUM: Final = "/usr/bin/chromium"
WIDTHS: Final = (320, 1280)
AXE: Final = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
TIMEOUT_MS: Final = 15_000


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser, until the block ends."""
    assert Path(CHROMIUM).exists(), "install Debian's package chromium"
    assert AXE.exists(), "install what package-lock.json names: npm ci"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


class Person:
    """Somebody at the portal, in a browser of their own without JavaScript."""

    def __init__(self, browser: Browser, url: str, *, width: int = 1280, language: str = "en") -> None:
        self.url = url
        self.wrong: list[str] = []
        self.context = browser.new_context(
            viewport={"width": width, "height": 800}, java_script_enabled=False, locale=f"{language}-BE"
        )
        self.page = self._watched(self.context)

    def _watched(self, context: BrowserContext) -> Page:
        context.set_default_timeout(TIMEOUT_MS)
        page = context.new_page()
        page.on("request", self._note_request)
        page.on("console", self._note_console)
        return page

    def open(self, path: str) -> None:
        """Go to a page of the portal."""
        self.page.goto(self.url + path)

    def press(self, name: str) -> None:
        """Press the button, or follow the link, of that name."""
        button = self.page.get_by_role("button", name=name, exact=True)
        (button if button.count() else self.page.get_by_role("link", name=name, exact=True)).first.click()
        self.page.wait_for_load_state()

    def fill(self, label: str, text: str) -> None:
        """Fill in the field of that label."""
        self.page.get_by_label(label, exact=True).fill(text)

    def sees(self, text: str) -> None:
        """Fail unless the page shows this text."""
        self.page.get_by_text(text).first.wait_for()

    def tab_to(self, name: str, presses: int = 40) -> None:
        """Move there by the keyboard alone."""
        for _ in range(presses):
            self.page.keyboard.press("Tab")
            focused = self.page.locator(":focus")
            if focused.count() and name in (focused.inner_text() or focused.get_attribute("name") or ""):
                return
        raise AssertionError(f"the keyboard does not reach {name}")

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith(self.url):
            self.wrong.append(f"a request to {request.url}")

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            self.wrong.append(message.text)


class Examiner:
    """Runs axe-core on pages. Only its own browser lets a script in."""

    def __init__(self, browser: Browser, person: Person) -> None:
        self.context = browser.new_context(bypass_csp=True, storage_state=person.context.storage_state())
        self.context.set_default_timeout(TIMEOUT_MS)
        self.page = self.context.new_page()
        self.url = person.url
        self.found: list[str] = []

    def examine(self, path: str) -> None:
        """Open the page and note what is wrong with it, narrow or wide."""
        self.page.goto(self.url + path)
        self.examine_shown(path)

    def examine_shown(self, what: str) -> None:
        """Note what is wrong with the page as it is, narrow or wide."""
        self.page.add_script_tag(path=AXE)
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 800})
            self._examine(f"{what} at {width} pixels")

    def _examine(self, where: str) -> None:
        options = json.dumps({"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]})
        result: dict[str, Any] = self.page.evaluate(f"axe.run(document, {options})")
        assert result["passes"], "axe looked at nothing"
        for violation in result["violations"]:
            places = [" ".join(node["target"]) for node in violation["nodes"]]
            self.found.append(f"{where}: {violation['id']} in {places}")
        sizes = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        if sizes[0] > sizes[1]:
            self.found.append(f"{where}: {sizes[0]} pixels wide")
