"""Documents for tests: sound PDFs of a chosen size, and everything that must be refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

from tests.noise import noise

ELF_EXECUTABLE = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00\x3e\x00" + bytes(4000)
GIF_PIXEL = bytes.fromhex("47494638396101000100800000ffffff0000002c00000000010001000002024401003b")


@lru_cache(maxsize=32)
def make_pdf(pages: int = 1, size: int | None = None) -> bytes:
    """A sound PDF, of exactly `size` bytes where given (1,500 or more); the same one every time."""
    if size is None:
        return _saved(_blank(pages))
    padding = size - len(_padded(pages, 0))
    for _ in range(5):  # the padding's length is itself written in the file, in more or fewer digits
        document = _padded(pages, padding)
        if len(document) == size:
            return document
        padding += size - len(document)
    raise ValueError(f"no PDF of {pages} pages has exactly {size} bytes")


def encrypted_pdf() -> bytes:
    """Cannot be opened without a password."""
    return _saved(_blank(), encryption=pikepdf.Encryption(owner="owner", user="user"))


def restricted_pdf() -> bytes:
    """Opens without a password, but is encrypted and restricts what a reader may do."""
    return _saved(_blank(), encryption=pikepdf.Encryption(owner="owner", user=""))


def truncated_pdf() -> bytes:
    """The first nine tenths of a PDF."""
    document = make_pdf(size=20_000)
    return document[: len(document) * 9 // 10]


def header_only_pdf() -> bytes:
    """The first line of a PDF and no more."""
    return b"%PDF-1.7\n"


def pdf_without_pages() -> bytes:
    """Sound, with nothing to show."""
    return _saved(Pdf.new())


def pdf_with_broken_object() -> bytes:
    """Its catalog's page tree is cut out."""
    document = make_pdf()
    return document.replace(b"/Kids [", b"/Kids <", 1)


def pdf_with_appended_executable() -> bytes:
    """A sound PDF and then a program."""
    return make_pdf() + ELF_EXECUTABLE


def pdf_with_appended_bytes() -> bytes:
    """A sound PDF and then a few bytes of something else."""
    return make_pdf() + b"PK\x03\x04"


def executable_named_pdf() -> bytes:
    """A program, whatever its file name says."""
    return ELF_EXECUTABLE


def gif_pdf_polyglot() -> bytes:
    """A GIF image that lenient readers also open as a PDF."""
    return GIF_PIXEL + make_pdf()


def html_named_pdf() -> bytes:
    """A web page, whatever its file name says."""
    return b"<!DOCTYPE html><html><script>alert(1)</script></html>"


def pdf_with_javascript() -> bytes:
    """Runs a script when it is opened; the names are written with escapes, as malware does."""
    pdf = _blank()
    action = Dictionary({"/S": Name("/Java___cript"), "/___S": String("app.alert('x')")})
    pdf.Root.OpenAction = pdf.make_indirect(action)
    return _saved(pdf).replace(b"/Java___cript", b"/Java#53cript").replace(b"/___S", b"/#4aS")


def pdf_with_launch_action() -> bytes:
    """A link on its page starts a program."""
    pdf = _blank()
    action = Dictionary(S=Name.Launch, F=String("cmd.exe"))
    pdf.pages[0].obj.Annots = Array(
        [
            pdf.make_indirect(
                Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action)
            )
        ]
    )
    return _saved(pdf)


def pdf_with_embedded_file() -> bytes:
    """Carries another file inside."""
    pdf = _blank()
    pdf.attachments["invoice.xml"] = b"<invoice/>"
    return _saved(pdf)


def pdf_that_opens_at_a_page() -> bytes:
    """Says on which page to begin: an open action that does nothing but that."""
    pdf = _blank(2)
    pdf.Root.OpenAction = Array([pdf.pages[1].obj, Name.Fit])
    return _saved(pdf)


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "zero bytes": (bytes, "empty"),
    "an executable": (executable_named_pdf, "not-a-pdf"),
    "a web page": (html_named_pdf, "not-a-pdf"),
    "a GIF that is also a PDF": (gif_pdf_polyglot, "not-a-pdf"),
    "a PDF after an empty line": (lambda: b"\n" + make_pdf(), "not-a-pdf"),
    "a truncated PDF": (truncated_pdf, "damaged"),
    "a header alone": (header_only_pdf, "damaged"),
    "a broken page tree": (pdf_with_broken_object, "damaged"),
    "an appended executable": (pdf_with_appended_executable, "damaged"),
    "appended bytes": (pdf_with_appended_bytes, "trailing-data"),
    "a password": (encrypted_pdf, "encrypted"),
    "restrictions": (restricted_pdf, "encrypted"),
    "no pages": (pdf_without_pages, "no-pages"),
}
"""What must be refused, by what it is: how to make it, and the reason an inspection gives."""


def _blank(pages: int = 1) -> Pdf:
    pdf = Pdf.new()
    for _ in range(pages):
        pdf.add_blank_page()
    return pdf


def _padded(pages: int, padding: int) -> bytes:
    pdf = _blank(pages)
    pdf.pages[0].obj.Padding = pdf.make_stream(noise(padding, padding))
    return _saved(pdf)


def _saved(pdf: Pdf, **options: object) -> bytes:
    kept = BytesIO()
    settings = {"object_stream_mode": pikepdf.ObjectStreamMode.disable, **options}
    if "encryption" not in options:
        settings["deterministic_id"] = True
    pdf.save(kept, **settings)
    return kept.getvalue()
