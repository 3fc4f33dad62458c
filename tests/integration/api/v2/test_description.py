"""All of version 2.1 against its public description."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.api.embedded import LEA
from tests.integration.api.v2.client import PDF, V2Client, message, to, with_file
from tests.integration.api.v2.description import BASE, LOCATION, VARIABLE, Description

pytestmark = [
    pytest.mark.asyncio(loop_scope="package"),
    pytest.mark.skipif(
        LOCATION is None,
        reason=f"NOT VALIDATED against the public description 2.1: set {VARIABLE} to the path of its YAML",
    ),
]

REFERENCE = "/referenceData"
LOGOS = (("senderApplications", "demo.pensions"), ("senderOrganizations", "0206731645"))


async def test_every_operation_answers_as_described(v2: V2Client) -> None:
    described = description_of(v2)
    await call_everything(v2)
    good = {described.operation_of(one) for one in v2.answers if one.status_code < 300}
    refused = {described.operation_of(one) for one in v2.answers if one.status_code >= 400}
    assert good == described.operations
    assert refused == described.operations


async def test_our_own_description_has_the_same_operations_and_parameters(v2: V2Client) -> None:
    described = description_of(v2)
    ours = operations_of_ours(v2)
    assert ours.keys() == described.operations
    for (method, path), operation in ours.items():
        theirs = described.paths[path][method.lower()]
        wanted = {one["name"] for one in theirs.get("parameters", ()) if one["in"] in {"query", "path"}}
        found = {one["name"] for one in operation.get("parameters", ()) if one["in"] in {"query", "path"}}
        assert found == wanted, path
        missing = {str(status) for status in theirs["responses"]} - operation["responses"].keys()
        assert missing <= ({"404"} if "{" not in path else set()) | {"401"}, path


async def test_the_bodies_of_our_examples_are_as_described(v2: V2Client) -> None:
    described = description_of(v2)
    examples = v2.ebox.system.app.openapi()["components"]["examples"]
    checked = set()
    for (method, path), operation in operations_of_ours(v2).items():
        for content in operation.get("requestBody", {}).get("content", {}).values():
            for reference in content["examples"].values():
                value = examples[reference["$ref"].rpartition("/")[2]]["value"]
                if path == "/publishMessage":
                    described.check_sent("MessageToPublish", value["messageToPublish"])
                else:
                    described.check_body((method, path), value)
                checked.add(path)
    assert checked == {"/publishMessage", "/linkEboxMessage", "/searchMessageStatus", "/ebox/messages"}


def description_of(v2: V2Client) -> Description:
    assert v2.described is not None
    return v2.described


def operations_of_ours(v2: V2Client) -> dict[tuple[str, str], Any]:
    return {
        (method.upper(), path.removeprefix(BASE)): operation
        for path, methods in v2.ebox.system.app.openapi()["paths"].items()
        if path.startswith(BASE)
        for method, operation in methods.items()
    }


async def call_everything(v2: V2Client) -> None:
    """Each operation once with what it takes, and once with what it refuses."""
    payment = {
        "paymentDataId": "1",
        "amount": 1.5,
        "vatAmount": 0.5,
        "currency": "EUR",
        "dueDate": "2027-03-31T12:00:00Z",
        "iban": "BE68539007547034",
        "reference": "+++090/9337/55493+++",
    }
    more: dict[str, Any] = {
        "paymentData": payment,
        "bodyContent": {"nl": "Beste"},
        "forTheAttentionOf": {"type": "person", "id": "81050103522", "name": "An"},
        "businessDataList": [{"key": "year", "name": {"nl": "Jaar"}, "values": [{"nl": "2027"}]}],
    }
    published = await v2.publish(with_file("Beschreven") | more, PDF)
    await v2.send(message(subject={}))
    await call_the_rest_of_the_sender(v2, published)
    own = f"/ebox/messages/{published}"
    [attachment] = (await v2.get(f"{own}/attachments"))["items"]
    file = f"{own}/attachments/{attachment['attachmentId']}"
    await v2.call("PATCH", "/ebox/messages", json={"items": [{"messageId": published, "visible": True}]})
    await v2.call("PATCH", "/ebox/messages", json={"items": []})
    mailbox = ("/ebox", "/ebox/messages", own, f"{own}/attachments", file, f"{file}/content")
    for path in (*mailbox, f"{own}/body", f"{own}/paymentData"):
        assert (await v2.call("GET", path)).status_code == 200, path
        assert (await v2.call("GET", path, "partner")).status_code == 404, path
    for path in ("", "?page=0"):
        await v2.call("GET", f"/ebox/messages{path}")
    await call_reference_data(v2)


async def call_the_rest_of_the_sender(v2: V2Client, published: str) -> None:
    for recipients in ([to(LEA.number), to("81050103521")], []):
        asked = {"messageId": published, "recipients": recipients}
        await v2.call("POST", "/linkEboxMessage", "partner", json=asked)
    for status in ({"messageId": published, "eboxId": to()}, {}):
        await v2.call("POST", "/searchMessageStatus", "partner", json=[status])


async def call_reference_data(v2: V2Client) -> None:
    for kind in ("messageTypes", "senderApplications", "senderOrganizations"):
        await v2.call("GET", f"{REFERENCE}/{kind}", None)
        await v2.call("GET", f"{REFERENCE}/{kind}?pageSize=101", None)
        await v2.call("GET", f"{REFERENCE}/{kind}/none", None)
    await v2.call("GET", f"{REFERENCE}/messageTypes/PENSION_STATEMENT", None)
    for kind, own in LOGOS:
        await v2.call("GET", f"{REFERENCE}/{kind}/{own}", None)
        await v2.call("GET", f"{REFERENCE}/{kind}/{own}/images/main/content", None)
        await v2.call("GET", f"{REFERENCE}/{kind}/{own}/images/none/content", None)
