"""Anybody looks up who publishes what."""

from __future__ import annotations

import pytest

from tests.integration.api.v2.client import V2Client

pytestmark = pytest.mark.asyncio(loop_scope="package")

ORGANISATION, APPLICATION = "0206731645", "demo.pensions"
LANGUAGES = {"nl", "fr", "de"}


async def test_message_types(v2: V2Client) -> None:
    page = await v2.get("/referenceData/messageTypes", None)
    assert page["totalItems"] == len(page["items"]) == 2
    found = next(one for one in page["items"] if one["messageTypeId"] == "PENSION_STATEMENT")
    assert await v2.get("/referenceData/messageTypes/PENSION_STATEMENT", None) == found
    assert found["messageTypeName"].keys() == LANGUAGES
    assert found["validityPeriod"] == {"validityPeriodNumber": 10, "validityPeriodUnit": "year"}


@pytest.mark.parametrize(
    ("kind", "own"), [("senderApplications", APPLICATION), ("senderOrganizations", ORGANISATION)]
)
async def test_who_publishes_with_which_logo(v2: V2Client, kind: str, own: str) -> None:
    page = await v2.get(f"/referenceData/{kind}", None, params={"page": 1, "pageSize": 100})
    found = await v2.get(f"/referenceData/{kind}/{own}", None)
    assert found in page["items"]
    logo = (found.get("applicationLogos") or found["organizationLogos"])[0]
    path = f"/referenceData/{kind}/{own}/images/{logo['imageId']}/content"
    assert logo["contentHref"].endswith(f"/messageRegistry/v2{path}")
    answer = await v2.call("GET", path, None)
    assert len(answer.content) == logo["size"] * 1024
    assert answer.headers["content-type"] == "application/octet-stream"
    shown = await v2.ebox.http.get(logo["contentHref"], headers={"Accept": "image/avif,image/*"})
    assert shown.headers["content-type"].startswith(logo["mediaType"])


async def test_anybody_may_keep_it_for_a_day(v2: V2Client) -> None:
    answer = await v2.call("GET", "/referenceData/messageTypes", None)
    assert answer.headers["cache-control"] == "public, max-age=86400"
    known = {"If-None-Match": answer.headers["etag"]}
    again = await v2.call("GET", "/referenceData/messageTypes", None, headers=known)
    assert again.status_code == 304


async def test_what_there_is_none_of_is_not_found(v2: V2Client) -> None:
    for path in (
        "/messageTypes/NO_SUCH",
        "/senderApplications/no.such",
        "/senderOrganizations/0884303369",
        f"/senderApplications/{APPLICATION}/images/none/content",
        f"/senderOrganizations/{ORGANISATION}/images/none/content",
    ):
        answer = await v2.call("GET", f"/referenceData{path}", None)
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND"), path
    beyond = await v2.get("/referenceData/messageTypes", None, params={"page": 9})
    assert beyond == {"items": [], "totalItems": 2}
    wrong = await v2.call("GET", "/referenceData/messageTypes", None, params={"pageSize": 101})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "INVALID_INPUT")
