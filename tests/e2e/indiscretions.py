"""Requests that are wrong in many ways, each with something personal where it should not be."""

from __future__ import annotations

from typing import Any, Final

import httpx

from application.demo.people import PEOPLE
from tests.e2e.caller import AN, MESSAGES, TIMEOUT, TLS, Caller, announcement, form, with_document
from tests.e2e.installation import Installation
from tests.e2e.story import SECRETS, SUBJECT
from tests.pdfs import make_pdf

NOT_A_NUMBER: Final = "81050103521"
UNKNOWN_NUMBER: Final = "92521506931"
NAME, STREET, WORD = "Zonneveld-Hazelaar", "Lijsterbeslaan", "ontslagbrief"
ADDRESS: Final = f"ine@{NAME}.example"
MERGE_PATCH: Final = {"Content-Type": "application/merge-patch+json"}
TYPED: Final = {
    "ssin": NOT_A_NUMBER,
    "name": f"{NAME} Ine",
    "address": f"{STREET} 17",
    "searched": WORD,
}


def forbidden() -> set[str]:
    """What must stand in no output at all, in lower case."""
    numbers = {*(person.number for person in PEOPLE), NOT_A_NUMBER, UNKNOWN_NUMBER}
    spelt = {variant for number in numbers for variant in _spellings(number)}
    words = {secret.decode() for secret in SECRETS.values()} | {NAME, STREET, WORD}
    return {one.lower() for one in spelt | words | {person.label for person in PEOPLE}}


def found_in(output: str) -> set[str]:
    """What of it does."""
    lowered = output.lower()
    return {one for one in forbidden() if one in lowered}


def commit_them_all(installation: Installation) -> None:
    """Each request is answered, and none with a fault of ours."""
    partner, an, lea = (
        Caller(installation, *who) for who in (("partner",), ("citizen", AN.key), ("citizen", PEOPLE[1].key))
    )
    auditor = Caller(installation, "auditor")
    answers = [
        *_bad_publications(partner),
        *_bad_looks(an, lea),
        *_audits(auditor),
        *_strangers(installation),
    ]
    assert [answer.status_code for answer in answers if answer.status_code >= 500] == []
    assert {400, 401, 403, 404, 405} <= {answer.status_code for answer in answers}


def _bad_publications(partner: Caller) -> list[httpx.Response]:
    pdf, file_name = make_pdf(size=20_000), f"{NAME} {AN.number}.pdf"
    texts = {"nl": f"{NAME} {STREET}", "en": SUBJECT["en"]}

    def send(message: dict[str, Any], *parts: Any, **options: Any) -> httpx.Response:
        return partner.request("POST", MESSAGES, **form(message, *parts), **options)

    return [
        send(announcement(NOT_A_NUMBER, subject=texts)),
        send(announcement(_dotted(AN.number))),
        send(announcement(UNKNOWN_NUMBER, subject=texts)),
        *(send(announcement(person.number, subject=texts)) for person in PEOPLE),
        send(with_document(subject=texts), pdf, file_name),
        send(with_document(subject=texts), b"no PDF, but about " + NAME.encode(), file_name),
        send(with_document(subject=texts), pdf[:9_000], file_name),
        send(with_document(subject=texts), pdf, f"{NAME}.docx"),
        send(announcement(**{NAME: STREET})),
        send(announcement(messageTypeId=NAME, senderApplicationId=NOT_A_NUMBER)),
        send(announcement(forTheAttentionOf={"ssin": UNKNOWN_NUMBER, "label": NAME})),
        send(announcement(businessDataList=[{"key": NAME, "values": [{"value": STREET * 40}]}])),
        send(announcement(), headers={"Idempotency-Key": f'"{AN.number}"'}),
        send(announcement(subject=texts), headers={"Idempotency-Key": f'"{AN.number}"'}),
        partner.request("POST", MESSAGES, content=AN.number, headers={"Content-Type": "text/plain"}),
    ]


def _bad_looks(an: Caller, lea: Caller) -> list[httpx.Response]:
    return [
        an.request("GET", MESSAGES, params={"q": WORD, "qlang": "nl"}),
        an.request("GET", MESSAGES, params={"q": f"{NAME} {_dotted(AN.number)}"}),
        an.request("GET", MESSAGES, params={AN.number: NAME}),
        an.request("POST", f"{MESSAGES}/search", json={"q": WORD, "qlang": "nl"}),
        an.request("POST", f"{MESSAGES}/search", json=TYPED),
        an.request("GET", MESSAGES, headers={"Ebox-Mailbox": AN.number}),
        an.request("GET", MESSAGES, headers={"traceparent": AN.number, "tracestate": f"ssin={AN.number}"}),
        an.request(
            "GET",
            MESSAGES,
            headers={
                "traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01",
                "tracestate": f"ssin={AN.number},name={NAME.lower()}",
            },
        ),
        an.request("GET", f"{MESSAGES}/{AN.number}"),
        an.request("GET", f"{MESSAGES}/{NAME}/attachments/{AN.number}/content"),
        an.request("POST", MESSAGES, **form(announcement())),
        lea.request("GET", MESSAGES),
        lea.request("PATCH", "/me/profile", json={"emailAddress": ADDRESS}, headers=MERGE_PATCH),
        lea.request("PATCH", "/me/profile", json={"emailAddress": f"{NAME} {STREET}"}, headers=MERGE_PATCH),
        lea.request("POST", "/me/profile/emailVerification", json={"code": AN.number}),
        lea.request("PATCH", "/me/preferences", json={NAME: STREET}, headers=MERGE_PATCH),
        an.request("GET", "/me/access-history", params={"q": NAME}),
        an.request("DELETE", MESSAGES, params={"name": NAME}),
    ]


def _audits(auditor: Caller) -> list[httpx.Response]:
    numbers = (*(person.number for person in PEOPLE), UNKNOWN_NUMBER, NOT_A_NUMBER, _dotted(AN.number))
    return [
        *(auditor.request("POST", "/audit/mailboxes/search", json={"ssin": number}) for number in numbers),
        auditor.request("POST", "/audit/mailboxes/search", json=TYPED),
        auditor.request("GET", "/audit/access-history", params={"mailbox": AN.number}),
        auditor.request("GET", "/audit/access-history"),
    ]


def _strangers(installation: Installation) -> list[httpx.Response]:
    with httpx.Client(base_url=installation.url, timeout=TIMEOUT, verify=TLS) as http:
        return [
            http.get(MESSAGES, headers={"Authorization": f"Bearer {AN.number}"}),
            http.get(MESSAGES, headers={"Authorization": AN.number}),
            http.get(f"/people/{AN.number}/{STREET}", params=TYPED),
            http.request("BREW", f"/{AN.number}"),
            http.post("/oauth/token", data={"grant_type": NAME, "client_id": AN.number}),
            http.post("/oauth/token", data={"grant_type": "client_credentials", "client_assertion": NAME}),
            http.get("/oauth/authorize", params={"client_id": AN.number, "login_hint": NAME}),
            http.get("/login", params={"login": NAME}),
            http.post("/login", data={"login": NAME, "person": AN.number}),
            http.get("/inbox", params={"q": WORD, "qlang": "nl"}),
            http.get(f"/messages/{AN.number}", headers={"Cookie": f"session={NAME}"}),
            http.post("/profile", data={"email": ADDRESS}),
        ]


def _spellings(number: str) -> set[str]:
    return {number, _dotted(number), number[:6] + "-" + number[6:], number[:6] + " " + number[6:]}


def _dotted(number: str) -> str:
    """As on an identity card."""
    return f"{number[:2]}.{number[2:4]}.{number[4:6]}-{number[6:9]}.{number[9:]}"
