"""An owner takes proofs home from the portal, by the keyboard alone, and they check out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import httpx

from audit.leaf import decode
from audit.proving.export_check import check_export
from audit.tlog.notes import VerifierKey
from audit.tlog.proofs import TlogProof
from tests.e2e.browser import Person
from tests.e2e.installation import Installation
from tests.servers.process import wait_until

LOGGED_SECONDS: Final = 20.0


def she_checks_for_herself(an: Person, installation: Installation, folder: Path) -> None:
    """Saves her history with its proofs, and the proof of one line, by the page's own links."""
    proofs = an.page.get_by_role("link", name=re.compile("^Proof of number"))

    def are_shown() -> bool:
        an.open("/access-history")
        return proofs.count() > 0

    wait_until(are_shown, LOGGED_SECONDS, lambda: "no line has a proof")
    export = an.page.get_by_role("link", name="Download my history with its proofs")
    assert not export.is_visible()
    an.tab_to("Check it yourself")
    an.page.keyboard.press("Enter")
    export.wait_for()
    keys = httpx.get(f"{installation.url}/audit/vkeys", timeout=10).text
    known = [VerifierKey.parse(line) for line in keys.splitlines()]

    an.tab_to("Download my history with its proofs", presses=1)
    report = check_export(saved(an, folder / "access-history.zip"), known)
    assert (report.findings, report.trusts_own_keys) == ([], False)
    assert report.leaves > report.disclosures > 0

    an.tab_to("Proof of number")
    number = an.page.locator(":focus").inner_text().rpartition(" ")[2]
    proof = TlogProof.parse(saved(an, folder / "line.tlog-proof").read_bytes())
    proof.verify(proof.extra or b"", known)
    assert decode(proof.extra or b"").sequence == int(number)


def saved(person: Person, path: Path) -> Path:
    """What the link that has the focus saves, once it is at that path."""
    with person.page.expect_download() as saving:
        person.page.keyboard.press("Enter")
    saving.value.save_as(path)
    assert saving.value.suggested_filename.endswith(path.suffix)
    return path
