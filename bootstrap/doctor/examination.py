"""All the checks there are, and `ebox doctor` itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from functools import partial

from bootstrap.doctor import (
    audit_log,
    clock,
    databases,
    disk,
    keys,
    machine,
    mail,
    malware,
    objects,
    ports,
    reference,
    register,
    report,
    roles,
)
from bootstrap.doctor.findings import Finding, Verdict
from bootstrap.doctor.patient import Patient
from bootstrap.doctor.running import SECONDS, Check, examine
from bootstrap.logs import configure_logging
from settings import Settings


def doctor(settings: Settings, *, as_json: bool) -> Verdict:
    """`ebox doctor`: print what is found; returns the worst of it."""
    # What a look fails with is told in its line; a log of the same on the same screen helps nobody.
    configure_logging("CRITICAL")
    logging.getLogger().setLevel(logging.CRITICAL)
    system = Patient(settings)
    try:
        findings = examine(checks_of(system))
        return report.print_json(findings) if as_json else report.print_lines(findings)
    finally:
        asyncio.run(system.aclose())


def checks_of(system: Patient) -> list[Check]:
    """Each part's, in the order in which an operator would go through them."""

    def check(part: str, look: Callable[[Patient], Iterable[Finding]], seconds: float = SECONDS) -> Check:
        return Check(part, partial(look, system), seconds)

    return [
        check("settings", machine.configuration),
        check("secrets", machine.secret_files),
        *(check(part, partial(_database, of)) for part, of in databases.ALL.items()),
        check("backups", databases.are_apart),
        check("keys", keys.open_what_is_there),
        check("change of keys", keys.changes, keys.COUNT_SECONDS),
        check("clock", clock.look_at, SECONDS * 2),
        check(objects.PART, objects.look_at, objects.SECONDS),
        check("disk", disk.look_at),
        check(mail.PART, mail.look_at),
        check("bounces", ports.bounces),
        check(malware.PART, malware.look_at),
        check(register.PART, register.look_at, register.SECONDS),
        check(register.MERGES, register.merges),
        check(reference.PARTNERS, reference.partners),
        check(reference.ISSUERS, reference.issuers),
        check("projections", roles.read_models),
        check(audit_log.KEYS, audit_log.keys),
        check(audit_log.FILES, audit_log.files),
        check(audit_log.PROGRESS, audit_log.progress),
        check("roles", roles.leaders),
        check("HTTP port", ports.http),
        *([check("mail catcher", ports.catcher)] if system.catches_mail else []),
        check("metrics port", ports.metrics),
        check("open files", machine.limits),
        check("versions", machine.versions),
    ]


def _database(of: Callable[[Patient], databases.Database], system: Patient) -> Iterable[Finding]:
    return databases.look_at(of(system))
