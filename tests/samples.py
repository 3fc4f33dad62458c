"""One sound file of each media type that a message may carry, small and of our own making."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from io import BytesIO

from tests import compound_files, pdfs

Entries = Mapping[str, bytes | str]

OPEN_DOCUMENT = "application/vnd.oasis.opendocument"
OFFICE_XML = "application/vnd.openxmlformats-officedocument"
DOCX = f"{OFFICE_XML}.wordprocessingml.document"
XLSX = f"{OFFICE_XML}.spreadsheetml.sheet"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"


def archive(entries: Entries, *, stored: tuple[str, ...] = ()) -> bytes:
    """A ZIP archive of these entries, in their order, packed but for those that are `stored`."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name, content in entries.items():
            how = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            made.writestr(zipfile.ZipInfo(name), content, how)
    return target.getvalue()


def open_document(kind: str, *, manifest: str = "", more: Entries | None = None) -> bytes:
    """An OpenDocument of this kind; `manifest` is said in its manifest besides."""
    media_type = f"{OPEN_DOCUMENT}.{kind}"
    entry = f'<m:file-entry m:full-path="/" m:media-type="{media_type}">{manifest}</m:file-entry>'
    return archive(
        {
            "mimetype": media_type,
            "content.xml": "<content/>",
            "META-INF/manifest.xml": f'<m:manifest xmlns:m="{_MANIFEST}">{entry}</m:manifest>',
            **(more or {}),
        },
        stored=("mimetype",),
    )


def office_xml(
    main_type: str, part: str = "word/document.xml", *, types: str = "", more: Entries | None = None
) -> bytes:
    """An Office Open XML package whose main part is of this type; `types` are declared besides."""
    return archive(
        {
            "[Content_Types].xml": f'<?xml version="1.0"?><Types xmlns="{_PACKAGE}/content-types">'
            f'<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/{part}" ContentType="{main_type}"/>{types}</Types>',
            "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{_RELATION}" Target="{part}"/></Relationships>',
            part: "<main/>",
            **(more or {}),
        }
    )


def docx(*, types: str = "", more: Entries | None = None) -> bytes:
    """A text of today's office programs."""
    return office_xml(f"{DOCX}.main+xml", types=types, more=more)


SOUND: dict[str, tuple[str, bytes]] = {
    "application/pdf": ("overview.pdf", pdfs.make_pdf()),
    "application/zip": ("papers.zip", archive({"a.txt": "one", "papers/b.txt": "two" * 1000})),
    "text/csv": ("amounts.csv", "naam;bedrag\r\nAn Peeters;€ 12,50\r\n".encode()),
    "text/html": ("page.html", "<!DOCTYPE html>\n<title>Café</title>\n<p>Dag".encode()),
    "text/plain": ("letter.txt", "Beste An\n\tTot ziens\f\n".encode("utf-8-sig")),
    "text/xml": ("data.xml", b'<?xml version="1.0" encoding="UTF-8"?>\n<data><line/></data>'),
    f"{OPEN_DOCUMENT}.text": ("text.odt", open_document("text")),
    f"{OPEN_DOCUMENT}.spreadsheet": ("sheet.ods", open_document("spreadsheet")),
    f"{OPEN_DOCUMENT}.presentation": ("slides.odp", open_document("presentation")),
    f"{OPEN_DOCUMENT}.graphics": ("plan.odg", open_document("graphics")),
    "application/vnd.ms-excel": ("sheet.xls", compound_files.spreadsheet()),
    XLSX: ("sheet.xlsx", office_xml(f"{XLSX}.main+xml", "xl/workbook.xml")),
    "application/vnd.ms-powerpoint": ("slides.ppt", compound_files.presentation()),
    "application/msword": ("text.doc", compound_files.text_document()),
    DOCX: ("text.docx", docx()),
}
"""A file name and its bytes, by media type."""
