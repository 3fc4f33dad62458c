"""The process that parses uploads. Run by path, it imports of eBox only `storage.examining`.

It holds one socket. Each message names a way of checking and the media type that is to be found, and brings
the descriptor of one upload, and a second one where the files embedded in it are wanted: they are written to
it, one after the other. The answer is one JSON object: `{"refused": reason}` or
`{"page_count": n, "findings": [...], "embedded": [size, ...]}`, or `{"unavailable": reason}` where they could
not be written. It ends when the socket does, so it never outlives the process that started it; in the middle
of a document the limit on processor time ends it. Anything unforeseen ends the process, which counts as a
refusal.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import asdict

from storage.examining import archive, compound, packages, pdf, text
from storage.examining.answers import CannotWrite, Examined, Refused

_LONGEST_MESSAGE = 256
_CHECKS: dict[str, Callable[[int, str], Examined]] = {
    "archive": lambda upload, _: archive.examine(upload),
    "open-document": packages.examine_open_document,
    "office-xml": packages.examine_office_xml,
    "compound": compound.examine,
    "text": lambda upload, _: text.examine_text(upload),
    "html": lambda upload, _: text.examine_html(upload),
    "xml": lambda upload, _: text.examine_xml(upload),
}


def examine(check: str, media_type: str, upload: int, targets: list[int], embedded_bytes: int) -> Examined:
    """What the bytes behind the descriptor `upload` are found to be. Raises `Refused`, `CannotWrite`."""
    if check == "pdf":
        return pdf.examine(upload, *(pdf.Extraction(target, embedded_bytes) for target in targets))
    return _CHECKS[check](upload, media_type)


def _limit(memory_bytes: int, file_bytes: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then closes the socket
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would be a copy of somebody's document
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))


def _allow_seconds(seconds: int) -> None:
    """Let the kernel end this process after so many seconds more of processor time."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def _serve(connection: socket.socket, job_seconds: int, embedded_bytes: int) -> None:
    connection.send(b"ready")
    while True:
        message, descriptors, _, _ = socket.recv_fds(connection, _LONGEST_MESSAGE, 2)
        if not message:
            return
        _allow_seconds(job_seconds)
        try:
            check, media_type = message.decode().split(" ")
            examined = examine(check, media_type, descriptors[0], descriptors[1:], embedded_bytes)
            answer = asdict(examined)
        except Refused as refusal:
            answer = {"refused": refusal.reason}
        except CannotWrite as trouble:
            answer = {"unavailable": str(trouble)}
        for descriptor in descriptors:
            os.close(descriptor)
        connection.send(json.dumps(answer).encode())


if __name__ == "__main__":
    _connection, _memory_bytes, _job_seconds, _embedded_bytes = map(int, sys.argv[1:])
    _limit(_memory_bytes, _embedded_bytes)
    _serve(socket.socket(fileno=_connection), _job_seconds, _embedded_bytes)
