"""The owner's own routes: profile, preferences, mailboxes and who looked; and what refusals leave behind."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from application.verification import TRIES
from domain.events.access import AccessDenied
from tests.integration.api.embedded import AN, LEA, Embedded
from tests.unit.api.forms import CONTENT_TYPE, form, json_part, message

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATCH = {"Content-Type": "application/merge-patch+json"}
NEW_CODE = "/me/profile/emailVerification/newCode"


async def patch(ebox: Embedded, path: str, body: str, who: str = "an", **headers: str) -> httpx.Response:
    return await ebox.http.patch(path, content=body, headers=ebox.as_(who) | PATCH | headers)


async def get(ebox: Embedded, path: str, who: str = "an", **parameters: Any) -> Any:
    answer = await ebox.http.get(path, params=parameters, headers=ebox.as_(who))
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    return answer.json()


async def mailed_code(ebox: Embedded) -> str:
    """The code of the last mail, derived as the mail's composer does."""
    mailbox_id = (await get(ebox, "/me/mailboxes"))["items"][0]["mailboxId"]
    events = ebox.events_since(0)
    [*_, mail] = [
        one.originator_id
        for one in events
        if one.TOPIC == "notification.queued" and vars(one)["kind"] == "email_verification"
    ]
    [mailbox] = [one.originator_id for one in events if str(one.originator_id) == mailbox_id][:1]
    code = await ebox.system.address_codes.code_for(mailbox, mail)
    assert code is not None
    return code


async def test_an_address_is_entered_and_verified(ebox: Embedded) -> None:
    entered = await patch(ebox, "/me/profile", '{"emailAddress": "new@example.test"}')
    assert entered.status_code == 200
    assert int(entered.headers["ebox-position"]) == await ebox.system.events.latest_position()
    body = entered.json()
    assert (body["emailAddress"], body["isEmailAddressVerified"]) == ("new@example.test", False)
    assert body["emailVerification"]["triesLeft"] == TRIES
    assert body == await get(ebox, "/me/profile")

    url, code = "/me/profile/emailVerification", await mailed_code(ebox)
    wrong = await ebox.http.post(url, json={"code": f"{(int(code) + 1) % 10**6:06}"}, headers=ebox.as_("an"))
    assert wrong.status_code == 400
    [issue] = wrong.json()["issues"]
    assert (issue["name"], issue["title"], issue["in"]) == ("code", "wrongCode", "body")
    assert "4 tries left" in issue["detail"]
    verified = await ebox.http.post(url, json={"code": code}, headers=ebox.as_("an"))
    assert verified.json()["isEmailAddressVerified"] is True
    assert "emailVerification" not in verified.json()


async def test_a_patch_without_a_member_changes_nothing(ebox: Embedded) -> None:
    before = await ebox.system.events.latest_position()
    for path in ("/me/profile", "/me/preferences"):
        answer = await patch(ebox, path, "{}")
        assert answer.json() == await get(ebox, path)
        assert "ebox-position" not in answer.headers
    assert await ebox.system.events.latest_position() == before


async def test_codes_past_the_limit_are_refused_with_when_to_come_back(ebox: Embedded) -> None:
    await patch(ebox, "/me/profile", '{"emailAddress": "other@example.test"}')
    statuses = [(await ebox.http.post(NEW_CODE, headers=ebox.as_("an"))).status_code for _ in range(4)]
    assert statuses[-1] == 429
    refused = await ebox.http.post(NEW_CODE, headers=ebox.as_("an"))
    assert refused.json()["type"] == "urn:problem-type:belgif:tooManyRequests"
    assert 0 < int(refused.headers["retry-after"]) <= 3600


async def test_preferences_change_member_by_member(ebox: Embedded) -> None:
    quiet = '{"start": "22:00", "end": "07:00", "timeZone": "Europe/Brussels"}'
    await patch(ebox, "/me/preferences", f'{{"quietHours": {quiet}, "notificationFrequency": "daily"}}')
    answer = await patch(ebox, "/me/preferences", '{"isTitleShown": true, "isReminded": false}')
    assert answer.status_code == 200
    assert answer.json() == {
        "language": "nl",
        "notificationFrequency": "daily",
        "quietHours": {"start": "22:00", "end": "07:00", "timeZone": "Europe/Brussels"},
        "isReminded": False,
        "isExclusivelyEbox": False,
        "isTitleShown": True,
    }
    assert answer.headers["ebox-position"]
    without = await patch(ebox, "/me/preferences", '{"quietHours": null}')
    assert without.json()["quietHours"] is None


@pytest.mark.parametrize(
    ("path", "body", "name"),
    [
        ("/me/profile", '{"emailAddress": "an"}', "emailAddress"),
        ("/me/profile", '{"emailAddress": null}', "body.emailAddress"),
        ("/me/profile", '{"email": "an@example.test"}', "body.email"),
        ("/me/profile", '{"emailAddress": "a@b.test", "emailAddress": "c@d.test"}', "body"),
        ("/me/preferences", '{"language": "it"}', "body.language"),
        ("/me/preferences", '{"isReminded": null}', "body.isReminded"),
        ("/me/preferences", '{"isReminded": "yes"}', "body.isReminded"),
        ("/me/preferences", '{"quietHours": {"start": "22:00"}}', "body.quietHours.end"),
        (
            "/me/preferences",
            '{"quietHours": {"start": "22:00", "end": "22:00", "timeZone": "UTC"}}',
            "quietHours.end",
        ),
    ],
)
async def test_what_is_wrong_is_named(ebox: Embedded, path: str, body: str, name: str) -> None:
    answer = await patch(ebox, path, body)
    assert answer.status_code == 400
    assert answer.json()["issues"][0]["name"].removeprefix("body.") == name.removeprefix("body.")


async def test_another_media_type_is_refused(ebox: Embedded) -> None:
    answer = await patch(ebox, "/me/profile", "{}", **{"Content-Type": "text/plain"})
    assert answer.status_code == 415


async def test_the_own_mailbox_is_listed(ebox: Embedded) -> None:
    listed = await get(ebox, "/me/mailboxes")
    [own] = listed["items"]
    assert (own["eboxType"], own["isOwn"], own["basis"]["kind"]) == ("citizen", True, "self")
    assert listed["totalItems"] == 1


async def test_owners_see_who_did_what_but_no_other_persons_number(ebox: Embedded) -> None:
    published = await ebox.http.post(
        "/messageRegistry/v3/ebox/messages",
        content=form(json_part(message())),
        headers=CONTENT_TYPE | ebox.as_("partner"),
    )
    await ebox.http.post("/audit/mailboxes/search", json={"ssin": AN.number}, headers=ebox.as_("auditor"))
    await ebox.http.get("/messageRegistry/v3/ebox/messages", headers=ebox.as_("an"))
    await ebox.caught_up()

    page = await get(ebox, "/me/access-history", limit=3)
    listed, looked, arrived = page["items"]
    assert (listed["kind"], listed["what"]) == ("access.recorded", "list")
    assert (listed["who"]["kind"], listed["who"]["isOwn"]) == ("self", True)
    assert listed["who"]["site"]["siteId"] == "demo-site"
    assert listed["who"]["site"]["name"]["nl"]
    assert (looked["kind"], looked["who"]["kind"]) == ("audit.replayed", "auditor")
    assert looked["who"]["case"]
    assert looked["who"]["purpose"]
    assert (arrived["kind"], arrived["messageId"]) == ("message.published", published.json()["messageId"])
    assert arrived["who"]["organization"]["enterpriseNumber"] == "0206731645"
    assert arrived["who"]["organization"]["name"]["nl"]
    assert not re.search(r"demo-auditor|\d{11}", str(page["items"]))

    rest = await get(ebox, "/me/access-history", before=page["nextBefore"], limit=100)
    assert all(one["position"] < arrived["position"] for one in rest["items"])
    assert "nextBefore" not in rest


async def test_looking_who_looked_is_recorded(ebox: Embedded) -> None:
    before = await ebox.system.events.latest_position()
    await get(ebox, "/me/access-history")
    [looked] = ebox.events_since(before)
    assert (looked.TOPIC, vars(looked)["what"]) == ("access.recorded", "history")


async def test_a_refusal_is_recorded_once_and_a_stranger_leaves_nothing(
    ebox: Embedded, capsys: pytest.CaptureFixture[str]
) -> None:
    before = await ebox.system.events.latest_position()
    assert (await ebox.http.get("/me/profile")).status_code == 401
    assert (await ebox.http.get("/me/profile", headers={"Authorization": "Bearer x"})).status_code == 401
    assert await ebox.system.events.latest_position() == before

    refused = await ebox.http.get("/audit/access-history", headers=ebox.as_("lea"))
    assert refused.status_code == 403
    [denied] = ebox.events_since(before)
    assert isinstance(denied, AccessDenied)
    assert (denied.operation, denied.reason) == ("read_access_history", "not an auditor")
    assert (denied.caller.actor, denied.caller.site) == (LEA.number, "demo-site")
    assert str(denied.caller.request_id) == refused.headers["ebox-request-id"]
    written = capsys.readouterr()
    assert LEA.number not in written.out + written.err
