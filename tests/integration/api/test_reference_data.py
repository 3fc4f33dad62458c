"""Anybody looks the reference data up; and what an operator suspends is refused at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from application.demo.secrets import LOGOS
from application.partners import read_partners_file
from domain.errors import Conflict, NotFound
from tests.integration.api.embedded import Embedded
from tests.unit.api.forms import CONTENT_TYPE, form, json_part, message

pytestmark = pytest.mark.asyncio(loop_scope="module")

BASE = "/messageRegistry/v3/referenceData"
OFFICE = f"{BASE}/senderOrganizations/0206731645"
LOGO = f"{OFFICE}/images/main/content"
MESSAGES = "/messageRegistry/v3/ebox/messages"


async def answer(ebox: Embedded, path: str) -> dict[str, Any]:
    response = await ebox.http.get(path)
    assert response.status_code == 200, response.text
    assert response.headers["cache-control"] == "public, max-age=86400"
    found: dict[str, Any] = response.json()
    return found


async def test_a_message_type_tells_what_it_takes_and_who_may_publish_it(ebox: Embedded) -> None:
    found = await answer(ebox, f"{BASE}/messageTypes/PENSION_STATEMENT")
    assert found["messageTypeName"]["de"] == "Pensionsübersicht"
    assert found["validityPeriod"] == {"validityPeriodNumber": 10, "validityPeriodUnit": "year"}
    assert found["senderOrganizationIds"] == ["0206731645"]
    assert found["senderApplicationIds"] == ["demo.pensions"]
    [year, amount] = found["businessDataDefinitions"]
    assert (year["key"], year["isRequired"], amount["description"]["fr"]) == ("year", False, "Brut, en euros")


async def test_a_missing_language_is_filled_from_another(ebox: Embedded) -> None:
    found = await answer(ebox, f"{BASE}/senderApplications/demo.pensions")
    assert found["applicationUrl"]["de"] == found["applicationUrl"]["nl"]
    assert found["messageTypeIds"] == ["A1_CERTIFICATE", "PENSION_STATEMENT"]


async def test_an_organisation_shows_itself(ebox: Embedded) -> None:
    found = await answer(ebox, OFFICE)
    assert found["organizationLongName"]["en"] == "Federal Demonstration Office for Pensions"
    assert found["contactTechnical"] == "servicedesk@pensions.example"
    [logo] = found["organizationLogos"]
    assert logo["contentHref"] == f"{ebox.system.settings.url}{LOGO}"
    assert logo["size"] == LOGOS[0].stat().st_size / 1024


async def test_lists_come_in_pages(ebox: Embedded) -> None:
    first = await answer(ebox, f"{BASE}/messageTypes?pageSize=1")
    second = await answer(ebox, f"{BASE}/messageTypes?pageSize=1&page=2")
    assert [one["items"][0]["messageTypeId"] for one in (first, second)] == [
        "A1_CERTIFICATE",
        "PENSION_STATEMENT",
    ]
    assert (first["totalItems"], await answer(ebox, f"{BASE}/messageTypes?page=3")) == (
        2,
        {"items": [], "totalItems": 2},
    )
    for kind in ("senderApplications", "senderOrganizations"):
        assert (await answer(ebox, f"{BASE}/{kind}"))["totalItems"] == 1


@pytest.mark.parametrize("query", ["pageSize=101", "page=0", "pageSize=x", "size=1"])
async def test_a_page_that_cannot_be_is_refused_by_name(ebox: Embedded, query: str) -> None:
    response = await ebox.http.get(f"{BASE}/messageTypes?{query}")
    assert response.status_code == 400
    assert response.json()["issues"][0]["name"] == query.partition("=")[0]


@pytest.mark.parametrize(
    "path",
    [
        f"{BASE}/messageTypes/NONE",
        f"{BASE}/senderApplications/none",
        f"{BASE}/senderOrganizations/0884303369",
        f"{OFFICE}/images/none/content",
        f"{BASE}/senderApplications/none/images/main/content",
    ],
)
async def test_what_is_not_there_is_not_found(ebox: Embedded, path: str) -> None:
    assert (await ebox.http.get(path)).status_code == 404


@pytest.mark.parametrize("path", [f"{BASE}/messageTypes", OFFICE, LOGO])
async def test_whoever_has_it_already_is_told_so(ebox: Embedded, path: str) -> None:
    tag = (await ebox.http.get(path)).headers["etag"]
    known = await ebox.http.get(path, headers={"If-None-Match": tag})
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", tag)
    assert known.headers["cache-control"] == "public, max-age=86400"
    assert (await ebox.http.get(path, headers={"If-None-Match": '"other"'})).status_code == 200


async def test_a_logo_is_served_so_that_it_can_only_be_looked_at(ebox: Embedded) -> None:
    for path in (LOGO, f"{BASE}/senderApplications/demo.pensions/images/main/content"):
        response = await ebox.http.get(path)
        assert response.content == LOGOS[0].read_bytes()
        assert response.headers["content-type"] == "image/svg+xml"
        assert response.headers["content-disposition"] == 'attachment; filename="main.svg"'
        assert response.headers["content-security-policy"].startswith("default-src 'none'")
        assert response.headers["x-content-type-options"] == "nosniff"


@asynccontextmanager
async def suspended(ebox: Embedded, name: str) -> AsyncIterator[None]:
    await asyncio.to_thread(ebox.system.suspending.suspend, name, "a test")
    try:
        yield
    finally:
        await asyncio.to_thread(ebox.system.suspending.resume, name)


async def publish(ebox: Embedded) -> httpx.Response:
    return await ebox.http.post(
        MESSAGES, content=form(json_part(message())), headers=CONTENT_TYPE | ebox.as_("partner")
    )


async def read(ebox: Embedded) -> httpx.Response:
    return await ebox.http.get(MESSAGES, headers=ebox.as_("an"))


@pytest.mark.parametrize(
    ("name", "request_of"),
    [("0206731645", publish), ("demo-partner", publish), ("demo-site", read)],
    ids=["organisation", "client", "site"],
)
async def test_tokens_that_were_issued_before_a_suspension_are_refused_within_seconds(
    ebox: Embedded, name: str, request_of: Any
) -> None:
    assert (await request_of(ebox)).is_success
    async with suspended(ebox, name):
        # Applying the same file again lifts nothing.
        file = ebox.system.partners_file
        assert file is not None
        assert await asyncio.to_thread(ebox.system.partners.apply, read_partners_file(file)) == 0
        assert await becomes(ebox, request_of, 403)
    assert await becomes(ebox, request_of, 200, 201)


async def becomes(ebox: Embedded, request_of: Any, *statuses: int) -> bool:
    """Whether the answer is one of these within the time that reference data may be old."""
    async with asyncio.timeout(5):
        while True:
            if (await request_of(ebox)).status_code in statuses:
                return True
            await asyncio.sleep(0.05)


async def test_who_is_not_registered_can_be_neither_suspended_nor_resumed(ebox: Embedded) -> None:
    for name in ("nobody", "0884303369"):
        with pytest.raises(NotFound):
            await asyncio.to_thread(ebox.system.suspending.suspend, name, "a test")
    with pytest.raises(Conflict):
        await asyncio.to_thread(ebox.system.suspending.resume, "demo-site")
