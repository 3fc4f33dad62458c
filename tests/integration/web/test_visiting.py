"""Who gets in, what every page says to the browser, and what is told when something is wrong."""

from __future__ import annotations

import asyncio
import re
from uuid import uuid4

import pytest

from application.demo.people import PEOPLE
from domain.actors import DigitalKey
from domain.events.access import AccessDenied
from domain.events.mailbox import PreferencesChanged
from identity.ports import ProvenPerson
from tests.integration.api.embedded import Embedded
from tests.integration.web.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")

OWN_PAGES = ("/inbox", "/profile", "/access-history")
KIM = PEOPLE[2]
PUBLIC_PAGES = ("/", "/login", "/logout", "/demo/mail")


async def test_nobody_gets_in_without_logging_in(ebox: Embedded) -> None:
    visitor = Visitor(ebox)
    for path in (*OWN_PAGES, f"/messages/{uuid4()}", f"/messages/{uuid4()}/attachments/{uuid4()}/view"):
        answer = await visitor.http.get(path, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/login"), path
    posted = await visitor.http.post("/profile", data={"step": "new-code"}, follow_redirects=False)
    assert posted.headers["location"] == "/login"


async def test_after_the_login_comes_the_page_that_was_asked_for(ebox: Embedded) -> None:
    visitor = Visitor(ebox)
    login = await visitor.http.get("/access-history")
    assert (await visitor.send(login, "/login", choice="an:itsme")).url.path == "/access-history"


async def test_each_login_has_a_session_of_its_own(ebox: Embedded) -> None:
    visitor = Visitor(ebox)
    await visitor.log_in()
    first = visitor.session
    page = await Visitor(ebox).http.get("/login")
    assert (await visitor.http.get("/login")).url.path == "/inbox", "who is logged in need not log in"
    visitor.http.cookies.delete("ebox-session")
    visitor.http.cookies.set("ebox-session", "A" * 43)
    await visitor.log_in()
    assert visitor.http.cookies.get("ebox-session", domain="127.0.0.1") != first
    assert page.status_code == 200


async def test_logging_out_ends_the_session_for_good(ebox: Embedded) -> None:
    visitor = Visitor(ebox)
    inbox = await visitor.log_in()
    secret = visitor.session
    out = await visitor.send(inbox, "/logout")
    assert "You are logged out" in out.text
    assert "ebox-session" not in visitor.http.cookies
    visitor.http.cookies.set("ebox-session", secret)
    assert (await visitor.http.get("/inbox")).url.path == "/login"


@pytest.mark.parametrize("token", [None, "", "wrong", "A" * 43])
async def test_a_form_from_elsewhere_changes_nothing(ebox: Embedded, token: str | None) -> None:
    visitor = Visitor(ebox)
    await visitor.log_in()
    fields = {} if token is None else {"csrf_token": token}
    for path in ("/inbox", "/profile", "/logout", f"/messages/{uuid4()}"):
        answer = await visitor.http.post(path, data={**fields, "step": "new-code", "change": "hide"})
        assert answer.status_code == 403, path
        assert "This form is no longer valid" in answer.text
    assert (await visitor.http.get("/inbox")).url.path == "/inbox", "still logged in"


async def test_every_page_lets_the_browser_do_nothing_more(ebox: Embedded) -> None:
    visitor = Visitor(ebox)
    public = [await visitor.http.get(path) for path in (*PUBLIC_PAGES, "/nowhere")]
    await visitor.log_in()
    own = [await visitor.http.get(path) for path in (*OWN_PAGES, f"/messages/{uuid4()}")]
    for page in (*public, *own):
        policy = page.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self';"), page.url
        assert "frame-ancestors 'none'" in policy
        assert "base-uri 'none'" in policy
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["cross-origin-opener-policy"] == "same-origin"
        assert page.headers["cross-origin-resource-policy"] == "same-origin"
        for forbidden in ("<script", " style=", "<style", "http://", "https://", " onclick"):
            assert forbidden not in page.text, (page.url, forbidden)


async def test_the_style_may_be_kept_and_nothing_else_is_served(ebox: Embedded) -> None:
    visitor = Visitor(ebox)
    (address,) = re.findall(r'rel="stylesheet" href="([^"]*)"', (await visitor.http.get("/")).text)
    style = await visitor.http.get(address)
    assert style.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in style.headers["cache-control"]
    for outside in ("url(", "@import", "http"):
        assert outside not in style.text
    assert (await visitor.http.get("/static/..%2fpages.py")).status_code == 404


async def test_where_there_is_no_audit_log_yet_the_history_says_so_and_is_shown(ebox: Embedded) -> None:
    visitor = Visitor(ebox)
    await visitor.log_in()
    page = await visitor.http.get("/access-history")
    assert "There are no proofs at this moment. Come back later." in page.text
    assert 'class="history"' in page.text
    assert "/access-history/export" not in page.text
    assert "Proof of number" not in page.text
    export = await visitor.http.get("/access-history/export")
    assert (export.status_code, export.headers["retry-after"]) == (503, "60")
    assert "text/html" in export.headers["content-type"]


async def test_people_get_a_page_and_programs_a_problem(ebox: Embedded) -> None:
    visitor = Visitor(ebox)
    page = await visitor.http.get("/nowhere")
    assert page.status_code == 404
    assert page.headers["ebox-request-id"] in page.text, "the help desk asks for it"
    assert "Wir finden diese Seite nicht" in (await visitor.http.get("/nowhere?lang=de")).text
    problem = await visitor.http.get("/nowhere", headers={"Accept": "application/json"})
    assert problem.headers["content-type"] == "application/problem+json"


async def test_a_mistake_of_ours_is_admitted_and_logged(
    ebox: Embedded, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    visitor = Visitor(ebox)
    await visitor.log_in()

    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("81050103522")

    monkeypatch.setattr(type(ebox.system.own_history), "page", broken)
    page = await visitor.http.get("/access-history")
    assert page.status_code == 500
    assert "Something went wrong on our side" in page.text
    assert "81050103522" not in page.text
    logged = capsys.readouterr().out
    assert page.headers["ebox-request-id"] in logged
    assert "81050103522" not in logged


async def test_a_refusal_is_on_record_with_what_was_wanted(ebox: Embedded) -> None:
    visitor = Visitor(ebox)
    await visitor.log_in()
    session = ebox.system.sessions.find(visitor.session)
    assert session is not None
    weak = ProvenPerson(session.party_id, DigitalKey.PASSWORD)
    secret, _ = await asyncio.to_thread(ebox.system.sessions.begin, weak)
    stranger = Visitor(ebox)
    stranger.http.cookies.set("ebox-session", secret)
    before = await ebox.system.events.latest_position()

    for path in ("/profile", f"/messages/{uuid4()}"):
        page = await stranger.http.get(path)
        assert page.status_code == 403
        assert "You may not see this page" in page.text
    denied = [one for one in ebox.events_since(before) if isinstance(one, AccessDenied)]
    assert [one.operation for one in denied] == ["profile", "read"]
    assert {(one.caller.actor_party, one.caller.site) for one in denied} == {
        (session.party_id, "ebox-portal")
    }


async def test_a_session_whose_owner_was_erased_ends_at_the_login_page(ebox: Embedded) -> None:
    nobody = ProvenPerson(uuid4(), DigitalKey.ITSME)
    for path in (*OWN_PAGES, "/login", "/logout"):
        secret, _ = await asyncio.to_thread(ebox.system.sessions.begin, nobody)
        visitor = Visitor(ebox)
        visitor.http.cookies.set("ebox-session", secret)
        page = await visitor.http.get(path)
        assert (page.status_code, page.url.path) == (200, "/login"), path
        assert ebox.system.sessions.find(secret) is None, path


async def test_the_first_code_is_mailed_in_the_language_of_the_page(ebox: Embedded) -> None:
    visitor = Visitor(ebox)
    terms = await visitor.log_in(KIM, language="fr")
    profile = await visitor.send(terms, "/terms", accept="yes")
    before = await ebox.system.events.latest_position()
    await visitor.send(profile, "/profile", step="address", address="kim@example.test")
    chosen, *later = ebox.events_since(before)
    assert isinstance(chosen, PreferencesChanged)
    assert chosen.language == "fr"
    assert later, "and then comes the address"

    visitor.http.cookies.clear()
    again = await visitor.log_in(KIM, language="de")
    await visitor.send(
        await visitor.http.get("/profile"), "/profile", step="address", address="k@example.test"
    )
    assert again.status_code == 200
    session = ebox.system.sessions.find(visitor.session)
    assert session is not None
    actor = await ebox.system.portal.actor_of(session, uuid4())
    assert actor is not None
    assert (await ebox.system.profiles.profile(actor)).language == "fr", "what stands stays"


async def test_the_language_that_the_owner_chose_comes_back_on_a_new_browser(ebox: Embedded) -> None:
    visitor = Visitor(ebox)
    visitor.http.headers["Accept-Language"] = "fr"
    page = await visitor.log_in(language="")
    assert page.headers["content-language"] == "nl", "An's profile says Dutch"
