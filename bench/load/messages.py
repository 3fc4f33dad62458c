"""HTTP requests as files of bytes, for the load generator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

BOUNDARY = b"ebox-benchmark-boundary"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart body. With a file name it is a file."""

    name: str
    content: bytes
    media_type: str
    file_name: str | None = None


def http_request(method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """A whole HTTP/1.1 request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def multipart_request(path: str, headers: Mapping[str, str], parts: list[Part]) -> bytes:
    """A POST with a multipart/form-data body (RFC 7578)."""
    body = b""
    for part in parts:
        disposition = f'form-data; name="{part.name}"'
        if part.file_name is not None:
            disposition += f'; filename="{part.file_name}"'
        head = f"Content-Disposition: {disposition}\r\nContent-Type: {part.media_type}\r\n\r\n"
        body += b"--" + BOUNDARY + b"\r\n" + head.encode() + part.content + b"\r\n"
    body += b"--" + BOUNDARY + b"--\r\n"
    kind = f"multipart/form-data; boundary={BOUNDARY.decode()}"
    return http_request("POST", path, {**headers, "Content-Type": kind}, body)


def write_request(folder: Path, name: str, request: bytes) -> str:
    """Keep a request for the generator; returns the file's path. Readable by us alone: it holds a token."""
    path = folder / name
    path.touch(mode=0o600)
    path.write_bytes(request)
    return str(path)
