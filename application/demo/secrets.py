"""Secrets and keys that the embedded mode makes at its first run, readable by its user alone."""

from __future__ import annotations

import json
import os
import shutil
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

SECRET_BYTES = 32
DEMO_FOLDER = "demo"
"""Below the data directory: the demo's partners file and its clients' private keys."""

PARTNERS = Path(__file__).with_name("partners.yaml")
LOGOS = [Path(__file__).with_name("demo-pensions.svg")]
"""The pictures that it names."""


def secret_in(path: Path) -> bytes:
    """The 32 bytes that the file holds in base64; made where there is none."""
    write_once(path, b64encode(os.urandom(SECRET_BYTES)).decode() + "\n")
    return b64decode(path.read_text())


def demo_partners(
    folder: Path,
    new_key: Callable[[], dict[str, Any]],
    public_half: Callable[[dict[str, Any]], dict[str, Any]],
) -> Path:
    """The demo's partners file in `folder`, with its logos and a key pair for each client beside it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / PARTNERS.name
    for file in (*LOGOS, PARTNERS):
        shutil.copyfile(file, folder / file.name)
    for client_id in _client_ids(yaml.safe_load(path.read_text(encoding="utf-8"))):
        private = private_key_file(folder, client_id)
        write_once(private, json.dumps(new_key()))
        public = folder / f"{client_id}.public.json"
        write_once(public, json.dumps(public_half(json.loads(private.read_text()))))
    return path


def private_key_file(folder: Path, client_id: str) -> Path:
    """Where a demo client's private key lies."""
    return folder / f"{client_id}.private.json"


def write_once(path: Path, text: str) -> None:
    """Write the file, for its user's eyes only, unless it is there; of two processes one writes."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(temporary, path)
    except FileExistsError:
        return
    finally:
        temporary.unlink()
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    # What these keys encrypt is synced; the keys must not be lost behind it.
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _client_ids(entry: Any) -> list[str]:
    if isinstance(entry, dict):
        own = [entry["clientId"]] if "clientId" in entry else []
        return own + [one for value in entry.values() for one in _client_ids(value)]
    if isinstance(entry, list):
        return [one for value in entry for one in _client_ids(value)]
    return []
