"""What a caller learns who asks for a position that the read models have not reached."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.integration.api.embedded import Embedded

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATH = "/messageRegistry/v3/ebox/messages"


@pytest.mark.parametrize("rest", ["", "/attachments", f"/attachments/{uuid4()}"])
async def test_a_404_says_which_position_it_speaks_of(ebox: Embedded, rest: str) -> None:
    head = await ebox.system.events.latest_position()
    awaited = {"Ebox-Position": str(head + 1000)}
    response = await ebox.http.get(f"{PATH}/{uuid4()}{rest}", headers=ebox.as_("an") | awaited)
    assert response.status_code == 404
    assert head <= int(response.headers["ebox-position"]) < head + 1000
