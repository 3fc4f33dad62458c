"""EBOX_PARTNERS_FILE: mistakes are named when it is read, not when somebody first needs it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from application.demo.secrets import PARTNERS, demo_partners, private_key_file
from application.partners import read_partners_file
from domain.errors import InvalidInput
from identity.client_keys import new_client_key, public_jwks
from identity.visitors import PORTAL

PUBLIC_KEY = {"kty": "EC", "crv": "P-256", "x": "x", "y": "y"}
HOOK = {"id": "hook", "url": "https://office.example/hook", "events": ["newDocument"]}
DATUM = {"key": "year", "name": {"en": "Year"}}
READER = {"ssin": "81000003517", "role": "reader"}


def a_file(folder: Path, **changes: Any) -> Path:
    client = {"clientId": "office", "keys": [PUBLIC_KEY]}
    partner = {
        "enterpriseNumber": "0206731645",
        "name": {"en": "Office"},
        "clients": [client],
        "applications": [{"id": "office.app", "name": {"en": "App"}}],
        "messageTypes": [
            {"id": "LETTER", "name": {"en": "L"}, "validity": {"years": 1}, "recipients": ["citizen"]}
        ],
    }
    auditor = {
        "name": {"en": "Court"},
        "client": {**client, "clientId": "court"},
        "grants": [{"case": "c", "purpose": "p", "subjects": ["*"]}],
    }
    site = {
        "name": {"en": "Portal"},
        "client": {**client, "clientId": "portal", "redirectUris": ["https://portal.example/cb"]},
    }
    enterprise = {
        "enterpriseNumber": "0884303369",
        "partitions": [{"id": "STAFF", "name": {"en": "Staff"}}],
        "routing": [{"messageType": "LETTER", "partition": "STAFF"}],
        "people": [{"ssin": "81000003517", "role": "reader", "partitions": ["STAFF"]}],
    }
    content = {"partners": [partner], "sites": [site], "auditors": [auditor], "enterprises": [enterprise]}
    for place, value in changes.items():
        at: Any = content
        *steps, last = place.split("__")
        for step in steps:
            at = at[int(step) if step.isdigit() else step]
        at[int(last) if last.isdigit() else last] = value
    path = folder / "partners.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


def test_a_good_file(tmp_path: Path) -> None:
    file = read_partners_file(a_file(tmp_path))
    office = file.partners[0].declaration()
    assert (office.enterprise_number, office.message_types[0].senders) == ("0206731645", ["0206731645"])
    assert file.auditors[0].declaration().grants[0].subjects == ["*"]


@pytest.mark.parametrize(
    ("place", "value", "named"),
    [
        ("partners__0__enterpriseNumber", "0206731646", "enterpriseNumber"),
        ("partners__0__name", {"xx": "Office"}, "name"),
        ("partners__0__name", {}, "name"),
        ("partners__0__clients__0__keys", [], "clients.0"),
        ("partners__0__clients__0__keys", [{**PUBLIC_KEY, "d": "secret"}], "clients.0"),
        ("partners__0__clients__0__clientId", "Not A Name", "clientId"),
        ("partners__0__clients__0__unknown", 1, "unknown"),
        ("partners__0__messageTypes__0__validity", {}, "validity"),
        ("partners__0__messageTypes__0__recipients", ["everybody"], "recipients"),
        ("sites__0__client__redirectUris", ["javascript:alert(1)"], "redirectUris"),
        ("sites__0__client__redirectUris", ["http://portal.example/cb"], "redirectUris"),
        ("sites__0__client__redirectUris", ["https://portal.example/#x"], "redirectUris"),
        ("auditors__0__grants__0__subjects", ["not-a-uuid"], "subjects"),
        ("auditors__0__grants__0__subjects", ["*", "*"], "subjects"),
        ("auditors__0__grants__0__start", "2026-01-01T00:00:00", "start"),
        ("auditors__0__grants__0__purpose", "p" * 257, "purpose"),
        ("auditors__0__client__clientId", "portal", ""),
        ("partners__0__webhooks", [{**HOOK, "url": "http://office.example/hook"}], "webhooks.0.url"),
        ("partners__0__webhooks", [{**HOOK, "url": "https://u:p@office.example/hook"}], "webhooks.0.url"),
        ("partners__0__webhooks", [{**HOOK, "events": ["everything"]}], "webhooks.0.events"),
        ("partners__0__webhooks", [{**HOOK, "events": []}], "webhooks.0.events"),
        ("partners__0__webhooks", [HOOK, HOOK], "webhooks"),
        ("partners__0__url", {"en": "javascript:alert(1)"}, "url"),
        ("partners__0__messageTypes__0__deceased", "perhaps", "deceased"),
        ("partners__0__messageTypes__0__businessData", [DATUM, DATUM], "businessData"),
        ("sites__0__documentEvents", ["everybody"], "documentEvents"),
        ("enterprises__0__routing__0__partition", "NOWHERE", "enterprises.0"),
        ("enterprises__0__people__0__partitions", ["NOWHERE"], "enterprises.0"),
        ("enterprises__0__people__0__role", "owner", "role"),
        ("enterprises__0__people__0__ssin", "81000003518", "ssin"),
        ("enterprises__0__people", [READER, READER], "enterprises.0"),
        ("partners__0__clients__0__clientId", PORTAL, "partners.0.clients.0.clientId"),
        ("sites__0__client__clientId", PORTAL, "sites.0.client.clientId"),
        ("auditors__0__client__clientId", PORTAL, "auditors.0.client.clientId"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, place: str, value: Any, named: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        read_partners_file(a_file(tmp_path, **{place: value}))
    assert any(named in issue.field for issue in raised.value.issues)
    assert "8100000351" not in f"{raised.value.issues} {raised.value.__cause__}"


def test_a_file_that_is_not_there_or_not_yaml(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannotBeRead"):
        read_partners_file(tmp_path / "nowhere.yaml")
    broken = tmp_path / "broken.yaml"
    broken.write_text("enterprises: [ssin: 81000003517, ]: [")
    with pytest.raises(InvalidInput, match="notYaml") as raised:
        read_partners_file(broken)
    assert "81000003517" not in str(raised.value.issues)


@pytest.mark.parametrize(
    "content",
    [b"partners: [\xe9]", b"partners: [{enterpriseNumber: 2026-13-45}]", b"[" * 3000],
    ids=["not UTF-8", "no such day", "no end"],
)
def test_what_yaml_cannot_have_is_the_files_mistake(tmp_path: Path, content: bytes) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_bytes(content)
    with pytest.raises(InvalidInput, match="notYaml"):
        read_partners_file(broken)


@pytest.mark.parametrize("content", ["{}", "[]", '{"keys": ["81000003517"]}', "81000003517 x"])
def test_a_keys_file_that_is_none_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "keys.json").write_text(content)
    with pytest.raises(InvalidInput) as raised:
        read_partners_file(a_file(tmp_path, sites__0__client__keysFile="keys.json"))
    assert [issue.field for issue in raised.value.issues] == ["sites.0.client"]
    assert "81000003517" not in f"{raised.value.issues} {raised.value.__cause__}"


def test_a_number_where_a_field_goes_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as raised:
        read_partners_file(a_file(tmp_path, enterprises__0__people=[{"81000003517": "reader"}]))
    assert "enterprises.0.people.0.…" in {issue.field for issue in raised.value.issues}
    assert "81000003517" not in f"{raised.value.issues} {raised.value.__cause__}"


def test_a_local_webhook_is_one_of_this_machine(tmp_path: Path) -> None:
    here = {**HOOK, "url": "http://127.0.0.1:8080/hook"}
    file = read_partners_file(a_file(tmp_path, sites__0__webhooks=[here]))
    assert file.sites[0].declaration().webhooks[0].url == here["url"]


def test_the_demo_file_with_keys_made_once(tmp_path: Path) -> None:
    path = demo_partners(tmp_path / "demo", new_client_key, public_jwks)
    first = read_partners_file(path)
    private = private_key_file(tmp_path / "demo", "demo-partner")
    assert private.stat().st_mode & 0o077 == 0
    assert "d" in json.loads(private.read_text())
    assert read_partners_file(demo_partners(tmp_path / "demo", new_client_key, public_jwks)) == first
    assert path.read_text() == PARTNERS.read_text()
