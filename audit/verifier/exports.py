"""The export of an owner's access history, as `ebox audit check-proof` checks it and says so in words."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from audit.proving.export_check import ExportUnreadable, check_export
from audit.verifier.checkpoints import Trusted
from audit.verifier.findings import WrongUse, printable
from audit.verifier.proving import NotProven

MOST_TOLD: Final = 20
_ZIP: Final = b"PK\x03\x04"


def is_export(path: Path) -> bool:
    """Whether the file is a ZIP. Raises `OSError`."""
    with path.open("rb") as file:
        return file.read(len(_ZIP)) == _ZIP


def check_owners_export(path: Path, trusted: Trusted) -> list[str]:
    """What the export proves, a sentence each. Raises `NotProven`, `WrongUse`, `OSError`."""
    try:
        report = check_export(path, trusted.keys)
    except ExportUnreadable as error:
        raise WrongUse(printable(str(error))) from error
    if report.findings:
        told = [printable(one) for one in report.findings[:MOST_TOLD]]
        more = len(report.findings) - len(told)
        raise NotProven("; ".join(told) + (f"; and {more} more" if more else ""))
    said = [
        f"This is the history of mailbox {' and '.join(map(str, report.mailboxes))}: see that it is yours.",
        f"All {report.leaves} leaves of this history are among the {report.size} of {report.origin}.",
        "They are numbered and chained without a gap.",
        f"The {report.lines} lines of the history say what these leaves say.",
    ]
    if report.newer:
        said.append(f"{report.newer} lines are newer than these leaves: nothing proves them yet.")
    if report.disclosures:
        said.append(f"{report.disclosures} fields of the owner's are what the leaves committed to.")
    if report.withheld:
        said.append(f"{report.withheld} leaves are withheld for now; their numbers are there.")
    if report.trusts_own_keys:
        said.append(
            "The key came out of the same file, which so was only compared with itself: give --vkey-file."
        )
    return [printable(line) for line in said + report.notes]
