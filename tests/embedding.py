"""Documents for tests that carry other files inside, in every way in which readers find them."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from hashlib import md5
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Rectangle, Stream, String


def pdf_with_attachment(content: bytes) -> bytes:
    """In the catalog's list, as an office program attaches files."""
    pdf = _blank()
    pdf.attachments["appendix.bin"] = content
    return _saved(pdf)


def pdf_portfolio(content: bytes) -> bytes:
    """A cover sheet whose reader shows the files around it."""
    pdf = _blank()
    pdf.attachments["appendix.bin"] = content
    pdf.Root.Collection = Dictionary(Type=Name.Collection, View=Name.D)
    return _saved(pdf)


def pdf_with_paper_clip(content: bytes) -> bytes:
    """Behind an annotation of a page, and in no list."""
    pdf = _blank()
    clip = Dictionary(
        Type=Name.Annot,
        Subtype=Name.FileAttachment,
        Rect=Rectangle(0, 0, 9, 9).as_array(),
        FS=_specification(_packed(pdf, content)),
    )
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(clip)])
    return _saved(pdf)


def pdf_with_associated_file(content: bytes) -> bytes:
    """Named within the dictionary of a stream, under names written with escapes."""
    pdf = _blank()
    drawing = pdf.make_stream(b"q Q")
    drawing.AF = Array([Dictionary(Type=Name.Filespec, ___F=Dictionary(F=_packed(pdf, content)))])
    pdf.pages[0].obj.Drawing = drawing
    return _saved(pdf).replace(b"/___F", b"/#45F")


def pdf_with_related_file(content: bytes) -> bytes:
    """Only as the companion of an embedded file (PDF 1.7, 7.11.4.3)."""
    pdf = _blank()
    specification = _specification(_packed(pdf, b"harmless"))
    specification.RF = Dictionary(F=Array([String("companion.bin"), _packed(pdf, content)]))
    pdf.Root.AF = Array([specification])
    return _saved(pdf)


def pdf_with_nameless_file(content: bytes) -> bytes:
    """Called an embedded file, and named by nothing."""
    pdf = _blank()
    stream = _packed(pdf, content)
    stream.Type = Name.EmbeddedFile
    pdf.pages[0].obj.Something = stream
    return _saved(pdf)


EMBEDDED: dict[str, Callable[[bytes], bytes]] = {
    "an attachment": pdf_with_attachment,
    "a portfolio": pdf_portfolio,
    "a paper clip": pdf_with_paper_clip,
    "an associated file": pdf_with_associated_file,
    "a related file": pdf_with_related_file,
    "a nameless file": pdf_with_nameless_file,
}
"""Ways in which a PDF carries a file: how to make one."""


def pdf_with_many_attachments(count: int) -> bytes:
    """Small files, each different from the others."""
    pdf = _blank()
    for number in range(count):
        pdf.attachments[f"appendix-{number}.txt"] = b"appendix %d" % number
    return _saved(pdf)


def pdf_with_a_file_after_many_objects(content: bytes, count: int = 12_000) -> bytes:
    """The file comes last of all."""
    pdf = _blank()
    pdf.Root.Many = Array([pdf.make_indirect(Dictionary(N=number)) for number in range(count)])
    pdf.Root.ZLast = pdf.make_indirect(_specification(_packed(pdf, content)))
    return _saved(pdf)


def pdf_with_undecodable_attachment() -> bytes:
    """Its attachment is said to be packed, and is not."""
    pdf = _blank()
    pdf.Root.AF = Array([_specification(Stream(pdf, b"plain text", Filter=Name.FlateDecode))])
    return _saved(pdf)


def locked_pdf() -> bytes:
    """Asks for a password."""
    kept = BytesIO()
    _blank().save(kept, encryption=pikepdf.Encryption(owner="owner", user="user"))
    return kept.getvalue()


def nested(content: bytes, times: int) -> bytes:
    """A PDF in a PDF and so on; the innermost of them carries `content`."""
    for _ in range(times):
        content = pdf_with_attachment(content)
    return content


def office_document(content: bytes, entry: str = "word/media/image1.bin") -> bytes:
    """What a word processor writes: a ZIP archive (`.docx`, `.odt`), here with nothing but this in it."""
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(entry, content)
    return kept.getvalue()


def _blank() -> Pdf:
    pdf = Pdf.new()
    pdf.add_blank_page()
    return pdf


def _packed(pdf: Pdf, content: bytes) -> pikepdf.Object:
    """As pikepdf attaches files: clamd by itself does not find what is packed behind such parameters."""
    stream = pdf.make_stream(content)
    stream.Params = Dictionary(Size=len(content), CheckSum=md5(content, usedforsecurity=False).digest())
    return stream


def _specification(stream: pikepdf.Object) -> Dictionary:
    return Dictionary(Type=Name.Filespec, F=String("appendix.bin"), EF=Dictionary(F=stream))


def _saved(pdf: Pdf) -> bytes:
    kept = BytesIO()
    pdf.save(kept, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return kept.getvalue()
