"""The two keys that everything hangs from: the right ones, and no change of them left half done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bootstrap.doctor.findings import Finding, fine, warning, wrong
from bootstrap.doctor.patient import Patient, require_file
from bootstrap.requirements import Requirements

_ROTATE: Final = {
    "party keys": "run `ebox keys rotate key-encryption`",
    "signing keys": "run `ebox keys rotate key-encryption`",
    "numbers": "run `ebox keys rotate identifier`, then the same with --finish",
}
COUNT_SECONDS: Final = 30.0
"""Every party is counted."""


def open_what_is_there(system: Patient) -> Iterator[Finding]:
    """Raises what `lasting_trouble` knows to tell where they are others than those used before."""
    require_file(system.key_store_url)
    Requirements(system).check_keys()
    system.signing_keys.wrapped()
    yield fine("keys", "both open and find what they are tried on")


def changes(system: Patient) -> Iterator[Finding]:
    """How far a change of a key is, where one was begun."""
    require_file(system.key_store_url)
    part = "change of keys"
    rows = system.key_changing().status()
    previous = [one for one in rows if one.role == "previous"]
    unknown = [one for one in rows if one.role == "unknown"]
    for one in previous:
        yield warning(part, f"{one.rows} {one.what} are still under the previous key", _ROTATE[one.what])
    for one in unknown:
        if one.what == "numbers":
            yield warning(
                part, f"{one.rows} {one.what} have a hash under a key that is not given", _ROTATE[one.what]
            )
        else:
            yield wrong(
                part,
                f"{one.rows} {one.what} are under a key that is not given",
                "give it as EBOX_PREVIOUS_KEY_ENCRYPTION_KEY: without it they cannot be opened",
            )
    is_given = {
        "EBOX_PREVIOUS_KEY_ENCRYPTION_KEY": system.settings.previous_key_encryption_key,
        "EBOX_PREVIOUS_IDENTIFIER_KEY": system.settings.previous_identifier_key,
    }
    left_over = [name for name, value in is_given.items() if value is not None]
    if left_over and not previous and not unknown:
        yield warning(
            part, f"{' and '.join(left_over)} is set, and nothing is under it", "take it away from every role"
        )
    if not (previous or unknown or left_over):
        yield fine(part, "none under way")
