"""The portal in a real browser: the whole story without JavaScript, and every page for everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser

from tests.e2e.browser import Examiner, Person, chromium
from tests.e2e.caller import AN, LEA, Caller, announcement, publish, with_document
from tests.e2e.installation import Installation
from tests.e2e.taken_home import she_checks_for_herself
from tests.servers.process import wait_until

EXAMPLE = Path(__file__).parents[2] / "docs" / "example.pdf"
MAIL_SECONDS = 30.0
MAIN_PAGES = ("/inbox", "/profile", "/access-history")
OTHER_PAGES = ("/inbox?show=archived", "/nowhere")
PUBLIC_PAGES = ("/", "/login", "/logout", "/demo/mail", "/nowhere")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """`ebox run`, with something to read for An and Léa."""
    installation = Installation(tmp_path_factory.mktemp("portal"))
    try:
        installation.start("run")
        installation.wait_until_ready()
        partner = Caller(installation, "partner")
        for person in (AN, LEA):
            subject = {"nl": "Uw pensioenoverzicht", "en": "Your pension statement"}
            publish(partner, with_document(person.number, subject=subject), EXAMPLE.read_bytes())
            publish(partner, announcement(person.number))
        yield installation
        installation.stop()
    finally:
        installation.kill()


def mailed_code(installation: Installation, address: str) -> str:
    """The six digits in the newest mail to the address."""

    def codes() -> list[str]:
        mails = httpx.get(f"{installation.url}/demo/mail.json", timeout=10).json()
        texts = [mail["text"] for mail in mails if address in mail["to"]]
        return [found for text in texts for found in re.findall(r"\b\d{6}\b", text)]

    wait_until(lambda: bool(codes()), MAIL_SECONDS, lambda: "no code was mailed")
    return codes()[0]


def log_in(person: Person, label: str, language: str = "en") -> None:
    """Through the login page, as the demo person of that label."""
    person.open(f"/login?lang={language}")
    person.page.get_by_role("group", name=re.compile(label)).get_by_role("button").first.click()
    person.page.wait_for_load_state()


def test_the_whole_story_without_javascript(installation: Installation, browser: Browser) -> None:
    lea = Person(browser, installation.url, width=320)
    she_takes_her_mailbox_into_use(lea, installation)
    she_reads_and_puts_away(lea)
    lea.press("Who looked?")
    lea.sees("Demo Pension Office put a message in your eBox.")
    lea.sees("for the first time, through the eBox portal.")
    lea.press("Log out")
    lea.sees("You are logged out")
    lea.open("/inbox")
    lea.sees("Log in to eBox")
    assert lea.wrong == []


def she_takes_her_mailbox_into_use(lea: Person, installation: Installation) -> None:
    """From the front page to an address that is confirmed and preferences that are saved."""
    lea.open("/")
    lea.press("Log in and read")
    lea.page.get_by_role("group", name=re.compile("Léa")).get_by_role("button").first.click()

    lea.sees("Before you begin")
    lea.press("I accept, open my eBox")
    lea.fill("E-mail address", "no address")
    lea.press("Mail me a code")
    lea.sees("Please look at this again")
    lea.fill("E-mail address", "lea@example.test")
    lea.press("Mail me a code")
    code = mailed_code(installation, "lea@example.test")
    lea.fill("The code from the mail", "000000" if code != "000000" else "111111")
    lea.press("Confirm my address")
    lea.sees("You can try 4 more times.")
    lea.fill("The code from the mail", f"{code[:3]} {code[3:]}")
    lea.press("Confirm my address")
    lea.sees("Your address is confirmed.")
    lea.page.get_by_label("One mail a day, if something came").check()
    lea.page.get_by_label("Do not mail me between these hours").check()
    lea.press("Save my choices")
    lea.sees("Your choices are saved.")
    assert lea.page.get_by_label("One mail a day, if something came").is_checked()
    assert lea.page.get_by_label("Do not mail me between these hours").is_checked()


def she_reads_and_puts_away(lea: Person) -> None:
    """Finds a message by its words, looks at its document, saves it, and archives the message."""
    lea.press("To your messages")
    lea.sees("You have 2 unread messages.")
    lea.fill("Search in your messages", "PENSION STAT")
    lea.press("Search")
    lea.press("Your pension statement")
    lea.page.get_by_role("link", name=re.compile("^Read here")).click()
    lea.page.wait_for_url("**/view")
    drawn = "document.images[0].complete && document.images[0].naturalWidth"
    assert lea.page.evaluate(drawn) > 1000
    lea.page.get_by_text("Text of this page").click()
    lea.sees("Expected pension a month")
    lea.press("Back to the message")
    with lea.page.expect_download() as saving:
        lea.page.get_by_role("link", name=re.compile("^Download")).click()
    assert saving.value.path().read_bytes() == EXAMPLE.read_bytes()

    lea.press("Put in the archive")
    lea.sees("The message was put in the archive.")
    lea.press("Archive")
    lea.sees("Your pension statement")


def test_the_keyboard_alone_is_enough(installation: Installation, browser: Browser, tmp_path: Path) -> None:
    an = Person(browser, installation.url)
    an.open("/login?lang=en")
    an.tab_to("Skip to the content", presses=1)
    an.tab_to("Log in with itsme")
    an.page.keyboard.press("Enter")
    an.page.wait_for_url("**/inbox")
    an.tab_to("Skip to the content", presses=1)
    an.page.keyboard.press("Enter")
    an.tab_to("words")
    an.page.keyboard.type("pension")
    an.page.keyboard.press("Enter")
    an.sees("Search results")
    an.tab_to("Your pension statement")
    an.page.keyboard.press("Enter")
    an.page.wait_for_url("**/messages/*")
    an.tab_to("Who looked?")
    an.page.keyboard.press("Enter")
    an.page.wait_for_url("**/access-history")
    she_checks_for_herself(an, installation, tmp_path)
    an.tab_to("Log out")
    an.page.keyboard.press("Enter")
    an.sees("You are logged out")
    assert an.wrong == []


# German has the longest words: it is looked at on every page, the others on those that matter most.
@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_every_page_is_for_everybody(installation: Installation, browser: Browser, language: str) -> None:
    an = Person(browser, installation.url, language=language)
    an.open(f"/?lang={language}")
    anyone = Examiner(browser, an)
    log_in(an, "An", language)
    message = an.page.locator(".messages a").last.get_attribute("href") or ""
    an.open(message)
    view = an.page.locator("a[href$='/view']").get_attribute("href") or ""
    owner = Examiner(browser, an)
    is_german = language == "de"
    for path in PUBLIC_PAGES if is_german else PUBLIC_PAGES[:2]:
        anyone.examine(path)
    for path in (*MAIN_PAGES, message, *((view, *OTHER_PAGES) if is_german else ())):
        owner.examine(path)
    assert anyone.found + owner.found == []
    assert an.wrong == []


def test_a_text_is_read_here_and_a_web_page_is_only_saved(
    installation: Installation, browser: Browser
) -> None:
    partner = Caller(installation, "partner")
    text = "Beste An,\n\n\t<b>Tot ziens</b> & groeten\n" + "word " * 500
    for name, content in (("letter.txt", text), ("page.html", f"<p>{text}<script>alert(1)</script>")):
        publish(partner, with_document(subject={"en": f"With {name}"}), content.encode(), name)
    an = Person(browser, installation.url)
    log_in(an, "An")
    wait_until(lambda: _is_listed(an, "With page.html"), MAIL_SECONDS, lambda: "nothing came")

    an.press("With letter.txt")
    an.sees("Text · ")
    an.page.get_by_role("link", name=re.compile("^Read here")).click()
    an.sees("<b>Tot ziens</b> & groeten")
    owner = Examiner(browser, an)
    owner.examine(an.page.url.removeprefix(installation.url))
    assert owner.found == []

    an.open("/inbox")
    an.press("With page.html")
    an.sees("Web page · ")
    assert an.page.get_by_role("link", name=re.compile("^Read here")).count() == 0
    with an.page.expect_download() as saving:
        an.page.get_by_role("link", name=re.compile("^Download")).click()
    assert saving.value.suggested_filename == "page.html"
    assert an.wrong == []


def _is_listed(person: Person, subject: str) -> bool:
    person.open("/inbox")
    return person.page.get_by_text(subject).count() > 0


def test_first_steps_and_mistakes_are_for_everybody(installation: Installation, browser: Browser) -> None:
    kim = Person(browser, installation.url, width=320, language="de")
    log_in(kim, "Kim", "de")
    terms = Examiner(browser, kim)
    terms.examine(kim.page.url.removeprefix(installation.url))
    assert terms.found == []
    kim.press("Einverstanden, meine eBox öffnen")
    owner = Examiner(browser, kim)
    owner.examine("/inbox")
    owner.page.locator("#words").fill("nichts davon")
    owner.page.locator("form.search button").click()
    owner.examine_shown("an empty search")
    owner.examine("/profile")
    owner.page.locator("#address").fill("nonsense")
    owner.page.locator("button", has_text="Code schicken").click()
    owner.examine_shown("a wrong address")
    assert owner.page.locator(".errors a").get_attribute("href") == "#address"
    owner.page.locator("#address").fill("kim@example.test")
    owner.page.locator("button", has_text="Code schicken").click()
    owner.examine_shown("a code to give")
    owner.page.locator("#code").fill("12345x")
    owner.page.locator("button", has_text="Meine Adresse bestätigen").click()
    owner.examine_shown("a wrong code")
    assert owner.found == []


def test_what_is_not_for_everybody_would_be_found(installation: Installation, browser: Browser) -> None:
    examiner = Examiner(browser, Person(browser, installation.url))
    examiner.page.set_content("<main><h1>Page</h1><img src='x'><pre>" + "wide " * 200 + "</pre></main>")
    examiner.examine_shown("a bad page")
    assert any("image-alt" in found for found in examiner.found)
    assert any("html-has-lang" in found for found in examiner.found)
    assert any("pixels wide" in found for found in examiner.found)
