"""What `ebox audit keys` does: makes a key file, and changes who signs the audit log."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from audit.sequencer.record import OwnRecord
from audit.tlog.keys import KeyMalformed
from audit.tlog.notes import Note, SignerKey, VerifierKey
from bootstrap.audit_keys import origin_of, parse_keys, write_keys
from bootstrap.audit_log import KEY_FILE
from bootstrap.errors import CannotStart
from bootstrap.system import System
from domain.errors import Retryable
from settings import Settings


def new_key_file(path: Path, name: str) -> str:
    """Make a file with a new key for a new log of this name; returns the verifier key."""
    try:
        key = SignerKey.generate(name)
        write_keys(path, [key], is_new=True)
    except KeyMalformed as error:
        raise CannotStart(f"--name: {error}") from error
    except OSError as error:
        raise CannotStart(f"{path} cannot be written: {error.strerror}") from error
    return key.verifier.text


def default_name(settings: Settings) -> str:
    """The name of the log of this installation."""
    return origin_of(settings.url)


def rotate(settings: Settings, given: Path | None) -> tuple[Path, list[str]]:
    """Put a new current key before those in the file, and the change on record; which file, which vkeys."""
    path, keys = _read(settings, given)
    return path, _change(settings, path, [SignerKey.generate(keys[0].name), *keys])


def retire(settings: Settings, given: Path | None) -> tuple[Path, list[str]]:
    """Leave the current key alone in the file, and the change on record; which file, which vkeys."""
    path, keys = _read(settings, given)
    if len(keys) == 1:
        raise CannotStart(f"{path} holds one key: nothing is there to be retired")
    return path, _change(settings, path, keys[:1], retires=True)


def _read(settings: Settings, given: Path | None) -> tuple[Path, list[SignerKey]]:
    if given is None and not settings.is_embedded:
        raise CannotStart("name the file that EBOX_AUDIT_KEY_FILE names")
    path = given or settings.data_dir.absolute() / "secrets" / KEY_FILE
    try:
        return path, parse_keys(path.read_text())
    except OSError as error:
        raise CannotStart(f"{path} cannot be read: {error.strerror}") from error
    except KeyMalformed as error:
        raise CannotStart(f"{path}: {error}") from error


def _change(settings: Settings, path: Path, keys: Sequence[SignerKey], *, retires: bool = False) -> list[str]:
    system = System(settings)
    try:
        record = OwnRecord(system.events, system.clock)
        # Looked at first: a file of another log's keys must not begin that log here.
        has_begun = record.has_begun(keys[0].name)
        if has_begun and retires:
            _require_signed_by(keys[0].verifier, system.published_log.checkpoint())
        write_keys(path, keys, is_new=False)
        if has_begun:
            record.enter_keys(keys)
    except OSError as error:
        raise CannotStart(f"{path} cannot be written: {error.strerror}") from error
    except Retryable as error:
        raise CannotStart(
            "the event store, or the published log, does not answer. Where the file was changed already, "
            "`ebox audit-log` puts that on record at its next start"
        ) from error
    finally:
        asyncio.run(system.aclose())
    return [key.verifier.text for key in keys]


def _require_signed_by(key: VerifierKey, published: bytes | None) -> None:
    """Whoever verified in between would find a log that is signed by retired keys alone."""
    if published is not None and not Note.parse(published).signers([key]):
        raise CannotStart(
            "the current key does not sign yet: restart `ebox audit-log`, and retire the others once it has "
            "published a checkpoint"
        )
