"""A report in words, and as JSON for programs."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from audit.verifier.findings import CANNOT_TELL, FINDINGS, FINE, Report

_VERDICTS = {
    FINE: "Nothing is wrong: every leaf, every tile and every chain is as it was signed.",
    FINDINGS: "This history was changed, or is damaged:",
    CANNOT_TELL: "Nothing was found to be wrong, but it cannot be told whether all is well:",
}


def lines(report: Report) -> Iterator[str]:
    """The report for a person to read."""
    if report.origin is not None:
        yield f"{report.origin}: {report.size} leaves, root {_base64(report.root)}"
    yield _VERDICTS[report.exit_code]
    for one in report.findings:
        yield f"  {one.where}: {one.what} [{one.rule}]"
        yield f"    → {one.advice}"
    for rule, count in report.counts.items():
        kept = sum(one.rule is rule for one in report.findings)
        if count > kept:
            yield f"  … and {count - kept} more of [{rule}]"
    for text in report.cannot_tell:
        yield f"  {text}"
    yield from report.notes


def as_json(report: Report) -> dict[str, Any]:
    """The same for programs. The members' names stay."""
    return {
        "exitCode": report.exit_code,
        "origin": report.origin,
        "size": report.size,
        "root": _base64(report.root),
        "findings": [
            {
                "rule": one.rule.value,
                "leaf": one.leaf,
                "subject": one.subject,
                "what": one.what,
                "advice": one.advice,
            }
            for one in report.findings
        ],
        "counts": {rule.value: count for rule, count in report.counts.items()},
        "cannotTell": report.cannot_tell,
        "notes": report.notes,
    }


def _base64(data: bytes | None) -> str | None:
    return base64.b64encode(data).decode() if data is not None else None
