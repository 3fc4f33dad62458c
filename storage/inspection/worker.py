"""The process that parses uploads. Run by path, it imports nothing else of eBox.

It holds one socket. Each message brings the descriptor of one upload; the answer is one JSON object:
`{"refused": reason}` or `{"page_count": n, "findings": [...]}`. It ends when the socket does, so it never
outlives the process that started it; in the middle of a document the limit on processor time ends it.

Streams are never decoded: a file of 1.4 KB can hold one of 500 MB. What the structure itself needs
decoded (object streams) is bounded by the limit on memory. Anything unforeseen ends the process, which
counts as a refusal.
"""

import json
import os
import re
import resource
import signal
import socket
import sys
from itertools import islice

import pikepdf

_TAIL_LENGTH = 1024  # where readers look for the end mark (PDF 1.7, annex H.3, note 18)
_MOST_OBJECTS = 10_000
_MARKS = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFiles|EF|AA)(?=[\s/<>\[\]()])")
_FINDINGS = {
    b"JavaScript": "javascript",
    b"JS": "javascript",
    b"Launch": "launch-action",
    b"EmbeddedFiles": "embedded-files",
    b"EF": "embedded-files",
    b"AA": "open-action",
}


class Refused(Exception):
    """The upload is not accepted, for this reason."""


def examine(descriptor: int) -> dict[str, object]:
    """What was found in the upload behind this descriptor. Raises `Refused`."""
    _check_end(descriptor)
    try:
        with (
            open(descriptor, "rb", closefd=False) as file,
            pikepdf.open(file, attempt_recovery=False) as document,
        ):
            if document.is_encrypted:
                raise Refused("encrypted")
            if not len(document.pages):
                raise Refused("no-pages")
            return {"page_count": len(document.pages), "findings": sorted(_findings(document))}
    except pikepdf.PasswordError:
        raise Refused("encrypted") from None
    except pikepdf.PikepdfError:
        raise Refused("damaged") from None


def _check_end(descriptor: int) -> None:
    size = os.fstat(descriptor).st_size
    tail = os.pread(descriptor, _TAIL_LENGTH, max(0, size - _TAIL_LENGTH))
    _, end_mark, after = tail.rpartition(b"%%EOF")
    if not end_mark:
        raise Refused("damaged")
    if after.strip(b"\0\t\n\f\r "):
        raise Refused("trailing-data")


def _findings(document: pikepdf.Pdf) -> set[str]:
    found = set()
    objects = document.objects
    if len(objects) > _MOST_OBJECTS:
        found.add("partly-examined")
    # A goto-page is commonly written as an array here; only a dictionary can be another kind of action.
    if isinstance(document.Root.get("/OpenAction"), pikepdf.Dictionary):
        found.add("open-action")
    for item in islice(objects, _MOST_OBJECTS):
        if isinstance(item, (pikepdf.Dictionary, pikepdf.Array)) and not isinstance(item, pikepdf.Stream):
            # Written out again, names are free of the #-escapes that could hide them.
            found.update(_FINDINGS[mark] for mark in _MARKS.findall(item.unparse(resolved=True)))
    return found


def _limit(memory_bytes: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then closes the socket
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would be a copy of somebody's document
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _allow_seconds(seconds: int) -> None:
    """Let the kernel end this process after so many seconds more of processor time."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def _serve(connection: socket.socket, job_seconds: int) -> None:
    connection.send(b"ready")
    while True:
        message, descriptors, _, _ = socket.recv_fds(connection, 16, 1)
        if not message:
            return
        _allow_seconds(job_seconds)
        try:
            answer = examine(descriptors[0])
        except Refused as refusal:
            answer = {"refused": str(refusal)}
        os.close(descriptors[0])
        connection.send(json.dumps(answer).encode())


if __name__ == "__main__":
    _limit(int(sys.argv[2]))
    _serve(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[3]))
