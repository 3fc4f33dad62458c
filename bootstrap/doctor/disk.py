"""The disks under our folders: room, inodes, and a spool that can be written to and lies on this machine."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from bootstrap.doctor.findings import Finding, fine, warning, wrong
from bootstrap.doctor.patient import Patient, sqlite_file

WARN: Final = 0.10
FAIL: Final = 0.02
UPLOADS: Final = 10
"""So many of the largest messages at once must fit."""
_REMOTE: Final = ("nfs", "cifs", "smb", "9p", "ceph", "fuse.", "glusterfs", "lustre", "afs", "ncpfs")
_MOUNTS: Final = Path("/proc/self/mounts")
_GIBIBYTE: Final = 2**30


def look_at(system: Patient) -> Iterator[Finding]:
    """Each disk once, by the first of our folders that lies on it."""
    seen = set()
    for folder in _folders(system):
        there = _nearest(folder)
        if there.stat().st_dev not in seen:
            seen.add(there.stat().st_dev)
            yield _room(there, system.settings.max_message_bytes * UPLOADS)
    yield from _spool(system.spool_dir)


def _folders(system: Patient) -> Iterator[Path]:
    yield system.data_dir
    yield system.spool_dir
    for url in system.database_urls.values():
        file = sqlite_file(url)
        if file is not None:
            yield file.parent
    objects = system.settings.object_store_url
    if objects is not None and objects.get_secret_value().startswith("file:///"):
        yield Path(urlsplit(objects.get_secret_value()).path)


def _room(folder: Path, needed: int) -> Finding:
    disk = os.statvfs(folder)
    free = disk.f_bavail * disk.f_frsize
    room = disk.f_bavail / max(1, disk.f_blocks)
    # Some file systems make inodes as they go, and then say that there are none.
    inodes = disk.f_favail / disk.f_files if disk.f_files else 1.0
    least = min(room, inodes)
    what = "room" if room <= inodes else "inodes"
    told = f"{folder}: {free / _GIBIBYTE:.1f} GiB free, {least:.0%} of its {what}"
    advice = "make room, or move EBOX_DATA_DIR to a larger disk"
    if least < FAIL or free < needed:
        return wrong("disk", told, advice)
    return warning("disk", told, advice) if least < WARN else fine("disk", told)


def _spool(folder: Path) -> Iterator[Finding]:
    part = "spool"
    there = _nearest(folder)
    kind = _file_system(there)
    if kind.startswith(_REMOTE):
        yield warning(
            part,
            f"it lies on a file system of the network ({kind})",
            "let EBOX_DATA_DIR be on a disk of this machine: each upload passes through it",
        )
    elif not _takes_a_file(folder):
        yield wrong(part, f"{there} cannot be written to", f"let the user of `ebox api` write to {there}")
    else:
        yield fine(part, "can be written to" if folder.exists() else "`ebox api` will make it")


def _takes_a_file(folder: Path) -> bool:
    if not folder.exists():
        return os.access(_nearest(folder), os.W_OK | os.X_OK)
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\0")
    except OSError:
        return False
    return True


def _nearest(folder: Path) -> Path:
    """The folder, or the one above it that is there."""
    return next(one for one in (folder, *folder.parents) if one.exists())


def _file_system(folder: Path) -> str:
    """Its type, as the kernel calls it; empty where nobody tells."""
    try:
        lines = [line.split() for line in _MOUNTS.read_text().splitlines()]
    except OSError:
        return ""
    real = folder.resolve()
    above = [(mount, kind) for _, mount, kind, *_ in lines if real.is_relative_to(mount)]
    return max(above, key=lambda one: len(one[0]))[1] if above else ""
