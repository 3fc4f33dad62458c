"""The process that draws one page of a PDF. Run by path, it imports nothing else of eBox, and ends after it.

Standard input is the document. Standard output gets one line of JSON, `{"pages": n}`, which has `text`,
`width` and `height` as well where the text was asked for, and otherwise the page after it, as a PNG. One
process for one page: a document that gets the better of the parser finds nobody else's document there.
Anything unforeseen ends the process without an answer.
"""

import json
import math
import resource
import sys

import pypdfium2

_INCH = 72.0  # a PDF's unit is 1/72 inch
_DOTS_PER_INCH = 144.0
_MOST_PIXELS = 4_000_000
_MOST_CHARACTERS = 50_000


def _limit(memory_bytes: int, seconds: int) -> None:
    for what, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),  # a core file would be a copy of somebody's document
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(what, (most, most))


def _text_of(page: pypdfium2.PdfPage) -> str:
    found = page.get_textpage()
    return str(found.get_text_range(count=min(found.count_chars(), _MOST_CHARACTERS)))


def _picture_of(page: pypdfium2.PdfPage) -> None:
    width, height = page.get_size()
    scale = min(_DOTS_PER_INCH / _INCH, math.sqrt(_MOST_PIXELS / (width * height)))
    image = page.render(scale=scale).to_pil().convert("RGB")
    image.save(sys.stdout.buffer, "PNG", compress_level=3)


def _answer(number: int, *, with_picture: bool) -> None:
    document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
    document.init_forms()  # or what somebody filled in would be missing
    pages = len(document)
    answer: dict[str, object] = {"pages": pages}
    page = document[number - 1] if number <= pages else None
    if page is not None and not with_picture:
        width, height = page.get_size()
        answer |= {"text": _text_of(page), "width": round(width), "height": round(height)}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
    if page is not None and with_picture:
        _picture_of(page)


if __name__ == "__main__":
    _limit(int(sys.argv[1]), int(sys.argv[2]))
    _answer(int(sys.argv[3]), with_picture=sys.argv[4] == "picture")
