"""Logos: small pictures beside the partners file, looked into before anybody is shown them.

The first bytes decide what a picture is, and have to agree with what the entry says.
"""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, PrivateAttr, ValidationInfo, model_validator

from application.partnersfile.clients import folder_of, refuse_twice
from application.partnersfile.drawings import check_drawing
from application.partnersfile.shapes import Entry, SafeId
from domain.events.reference import LogoRecord

MOST_LOGOS: Final = 4
"""An owner's."""
MOST_BYTES: Final = 64 * 1024
"""A logo's."""
SVG: Final = "image/svg+xml"

_FIRST_BYTES: Final = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
}


class LogoEntry(Entry):
    """A picture in a file beside this one."""

    id: SafeId
    media_type: Literal["image/png", "image/jpeg", "image/gif", "image/svg+xml"]
    file: Path
    language: Literal["nl", "fr", "de"] | None = None

    _content: bytes = PrivateAttr(b"")

    @model_validator(mode="after")
    def _with_content(self, info: ValidationInfo) -> Self:
        with (folder_of(info) / self.file).open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise ValueError(f"a logo has at most {MOST_BYTES} bytes")
        if self.media_type == SVG:
            check_drawing(content)
        elif not content.startswith(_FIRST_BYTES[self.media_type]):
            raise ValueError(f"its first bytes are not those of {self.media_type}")
        self._content = content
        return self

    def record(self) -> LogoRecord:
        """The logo as events tell of it."""
        return LogoRecord(self.id, self.media_type, self.language, b64encode(self._content).decode())


def _each_once(entries: list[LogoEntry]) -> list[LogoEntry]:
    refuse_twice("logo", (one.id for one in entries))
    return entries


Logos = Annotated[list[LogoEntry], Field(max_length=MOST_LOGOS), AfterValidator(_each_once)]
