"""The story that eBox is for, step by step, told over HTTP to whatever installation is there.

A partner publishes a PDF for An, An is told by mail, reads it, and an auditor sees all of that.
"""

from __future__ import annotations

from typing import Any, Final

import httpx

from application.demo.people import ADDRESS_OF_AN
from tests.e2e.caller import AN, MESSAGES, Caller, Published, form, published, with_document
from tests.e2e.installation import Installation
from tests.pdfs import make_pdf
from tests.servers.process import wait_until

PDF: Final = make_pdf(pages=3, size=300_000)
"""Larger than one segment of an encrypted document; most of it is bytes that stand nowhere else."""

SUBJECT: Final = {"nl": "Zeldzaam woord Kwikstaartje", "en": "Rare word Bergamot-Quince"}
NON_SENSITIVE_TITLE: Final = {"nl": "Onopvallende Titelregel"}
FILE_NAME: Final = "overzicht-zonnebloem.pdf"
APPLICATION, ORGANISATION, SITE = "demo.pensions", "0206731645", "demo-site"
HISTORY_SECONDS = 30.0

SECRETS: Final = {
    "the national number": AN.number.encode(),
    "the address": ADDRESS_OF_AN.encode(),
    "the Dutch subject": b"Kwikstaartje",
    "the English subject": b"Bergamot-Quince",
    "the title": b"Titelregel",
    "the file's name": b"zonnebloem",
}
"""What must lie nowhere in plain sight, by what it is."""

DOCUMENT_BYTES: Final = {
    f"bytes {start} to {start + 24} of the document": PDF[start : start + 24]
    for start in range(2_000, len(PDF) - 2_000, 5_000)
}


class Story:
    """The story in one installation."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.partner = Caller(installation, "partner")
        self.an = Caller(installation, "citizen", AN.key)
        self.auditor = Caller(installation, "auditor")

    def the_partner_publishes(self) -> Published:
        """A PDF by multipart, the JSON last, so that it is streamed before anything is known of it."""
        message = with_document(subject=SUBJECT, nonSensitiveTitle=NON_SENSITIVE_TITLE)
        parts = form(message, PDF, FILE_NAME)["files"]
        answer = self.partner.request("POST", MESSAGES, files=dict(reversed(parts.items())))
        assert "code" not in answer.json(), "An uses her mailbox"
        return published(answer)

    def the_inbox_lists_it(self, message: Published) -> None:
        """At once: An asks for what is at least as new as the publication."""
        assert self._listed(message, at_least=message.position)["readStatus"] is False

    def an_reads_it(self, message: Published) -> None:
        """The document comes back byte by byte, whole and in part, and from then on counts as read."""
        detail = self.an.get(f"{MESSAGES}/{message.message_id}")
        assert detail["subject"]["nl"] == SUBJECT["nl"]
        (attachment,) = detail["attachments"]["items"]
        assert attachment["fileName"] == FILE_NAME

        whole = self.an.request("GET", attachment["contentHref"])
        assert (whole.status_code, whole.headers["Content-Type"]) == (httpx.codes.OK, "application/pdf")
        assert whole.content == PDF

        wanted = {"Range": "bytes=70000-140000"}
        part = self.an.request("GET", attachment["contentHref"], headers=wanted)
        assert part.status_code == httpx.codes.PARTIAL_CONTENT
        assert part.headers["Content-Range"] == f"bytes 70000-140000/{len(PDF)}"
        assert part.content == PDF[70_000:140_001]

        at_least = int(part.headers["Ebox-Position"])
        assert self._listed(message, at_least=at_least)["readStatus"] is True

    def the_mail_says_nothing_of_it(self, to: str, subject: str, text: str) -> None:
        """It goes to the verified address and names the sender; `text` is all of it, as An sees it or not."""
        assert to == ADDRESS_OF_AN
        assert "Demo Pensioendienst" in subject
        for what, secret in SECRETS.items():
            assert what == "the address" or secret.decode() not in text, f"{what} is in the mail"

    def the_auditor_sees_it(self, message: Published) -> None:
        """Who published, who was told, who opened it: when, where, with which key, on which basis."""
        found = self.auditor.request("POST", "/audit/mailboxes/search", json={"ssin": AN.number})
        mailbox_id = found.json()["mailboxId"]
        self._wait_for_history(message, {"message.published", "notification.sent", "message.opened"})
        lines = self._history(message)
        assert {line["mailboxId"] for line in lines} == {mailbox_id}
        positions = [line["position"] for line in lines]
        assert positions == sorted(positions, reverse=True), "newest first"
        assert all(line["at"] for line in lines)
        one = {line["kind"]: line for line in lines}

        publication = one["message.published"]
        assert publication["position"] == message.position
        assert publication["senderOrganizationId"] == ORGANISATION
        assert publication["actor"]["kind"] == "partner"
        assert publication["detail"]["application"] == APPLICATION
        assert publication["basis"]["kind"] == "registration"

        assert one["notification.sent"]["detail"]["attempts"] == 1

        opening = one["message.opened"]
        assert opening["actor"] == {
            "partyId": opening["basis"]["id"],
            "kind": "citizen",
            "identity": AN.number,
            "isErased": False,
        }
        assert (opening["site"], opening["digitalKey"], opening["assuranceLevel"]) == (SITE, "itsme", "high")
        assert opening["basis"]["kind"] == "self"
        accesses = [line for line in lines if line["kind"] == "access.recorded"]
        assert [line["what"] for line in accesses].count("message") == 1
        assert opening["accessId"] in {line["accessId"] for line in accesses if line["what"] == "attachment"}

    def the_auditors_look_is_on_record(self, message: Published) -> None:
        """The search by number and each look at the history, with the case they were for."""
        mailbox_id = self._history(message)[0]["mailboxId"]

        def looks() -> set[tuple[str, str]]:
            lines = self.auditor.get("/audit/access-history", params={"mailbox": mailbox_id})["items"]
            return {
                (line["what"], line["detail"]["case"]) for line in lines if line["kind"] == "audit.replayed"
            }

        expected = {("mailbox_search", "DEMO-1"), ("access_history", "DEMO-1")}
        wait_until(lambda: looks() >= expected, HISTORY_SECONDS, lambda: f"only {looks()} on record")

    def nothing_in_the_log(self) -> None:
        """All that all processes logged: it is there, and tells nothing of anybody."""
        log = self.installation.log()
        assert '"route": "/messageRegistry/v3/ebox/messages"' in log, "requests are logged"
        for what, secret in SECRETS.items():
            assert secret.decode() not in log, f"{what} is in the log"

    def _listed(self, message: Published, *, at_least: int) -> dict[str, Any]:
        pages: list[httpx.Response] = []

        def is_current() -> bool:
            # A busy machine may need longer than the moment that one request waits; the answer says so.
            pages.append(self.an.request("GET", MESSAGES, headers={"Ebox-Position": str(at_least)}))
            return int(pages[-1].headers["Ebox-Position"]) >= at_least

        wait_until(is_current, HISTORY_SECONDS, lambda: "the inbox did not reach the position")
        items: list[dict[str, Any]] = pages[-1].json()["items"]
        return next(item for item in items if item["messageId"] == message.message_id)

    def _wait_for_history(self, message: Published, kinds: set[str]) -> None:
        def missing() -> set[str]:
            return kinds - {line["kind"] for line in self._history(message)}

        wait_until(lambda: not missing(), HISTORY_SECONDS, lambda: f"no {missing()} in the history")

    def _history(self, message: Published) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.auditor.get(
            "/audit/access-history", params={"message": message.message_id}
        )["items"]
        return items
