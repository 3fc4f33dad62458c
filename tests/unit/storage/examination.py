"""What the worker process of an inspection would answer, asked in this process."""

from __future__ import annotations

import os

import pytest

from domain.mediatypes import MEDIA_TYPES
from storage.examining.answers import Examined, Refused
from storage.inspection import worker


def examine(media_type: str, content: bytes) -> Examined:
    """What is found in a file of which this is said. Raises `Refused`."""
    descriptor = os.memfd_create("upload")
    try:
        os.write(descriptor, content)
        return worker.examine(MEDIA_TYPES[media_type].check, media_type, descriptor, [], 0)
    finally:
        os.close(descriptor)


def refusal(media_type: str, content: bytes) -> str:
    """Why it is not accepted."""
    with pytest.raises(Refused) as raised:
        examine(media_type, content)
    return raised.value.reason
