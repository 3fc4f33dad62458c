"""Addresses of the whole application, as somebody with a browser or by hand finds them."""

from __future__ import annotations

import pytest

from tests.integration.api.embedded import Embedded

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_address_in_a_mail_leads_to_a_page(ebox: Embedded) -> None:
    page = await ebox.http.get(ebox.system.settings.url, headers={"Accept-Language": "fr"})
    assert page.status_code == 200
    assert '<html lang="fr">' in page.text
    for path in ("/docs", "/demo/mail"):
        assert f'href="{path}"' in page.text
        assert (await ebox.http.get(path)).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("PUT", "/login", "GET, POST"), ("POST", "/", "GET, HEAD"), ("GET", "/oauth/token", "POST")],
)
async def test_an_address_names_every_method_that_it_takes(
    ebox: Embedded, method: str, path: str, allowed: str
) -> None:
    refused = await ebox.http.request(method, path)
    assert refused.status_code == 405
    assert refused.headers["allow"] == allowed


@pytest.mark.parametrize("name", ["site", "sender", "kind"])
async def test_a_filter_with_a_control_character_is_refused_by_name(ebox: Embedded, name: str) -> None:
    address = f"/audit/access-history?{name}=%00"
    refused = await ebox.http.get(address, headers=ebox.as_("auditor"))
    assert refused.status_code == 400
    assert [issue["name"] for issue in refused.json()["issues"]] == [name]
