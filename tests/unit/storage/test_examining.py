"""Each media type: what is one, what only says that it is one, and what does harm to who opens it."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest

from domain.mediatypes import MEDIA_TYPES
from storage.examining.answers import Examined
from tests import compound_files, samples
from tests.noise import noise
from tests.unit.storage.examination import examine, refusal

CSV, HTML, TEXT, XML = "text/csv", "text/html", "text/plain", "text/xml"
DOC, XLS, PPT = "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"
ODT = f"{samples.OPEN_DOCUMENT}.text"
MACROS = '<Override PartName="/word/vbaProject.bin" ContentType="application/vnd.ms-office.vbaProject"/>'
SOUND = {name: content for name, (_, content) in samples.SOUND.items()}


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
def test_a_sound_file_of_each_media_type_is_accepted(media_type: str) -> None:
    assert examine(media_type, SOUND[media_type]).findings == []


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
def test_no_file_passes_as_one_of_another_media_type(media_type: str) -> None:
    for other, content in SOUND.items():
        if other == media_type:
            continue
        if {media_type, other} <= {TEXT, CSV} or (other in {TEXT, CSV, XML} and media_type in {TEXT, CSV}):
            continue  # all that is text is plain text
        reason = refusal(media_type, content)
        assert reason in {"not-of-its-type", "damaged", "not-well-formed", "document-type"}, other


@pytest.mark.parametrize("media_type", [name for name in MEDIA_TYPES if name != "application/pdf"])
def test_bytes_of_no_kind_are_no_file_of_any(media_type: str) -> None:
    assert refusal(media_type, noise(5000)) in {"not-of-its-type", "not-utf8", "control-character"}


@pytest.mark.parametrize("media_type", [name for name, one in MEDIA_TYPES.items() if not one.is_text])
def test_what_did_not_come_whole_is_refused(media_type: str) -> None:
    content = SOUND[media_type]
    for share in (5, 9):
        assert refusal(media_type, content[: len(content) * share // 10]) == "damaged"


TEXTS: dict[str, tuple[str, bytes, str]] = {
    "UTF-16": (TEXT, "Beste An".encode("utf-16"), "not-utf8"),
    "UTF-16 without a mark": (TEXT, "Beste An".encode("utf-16-le"), "control-character"),
    "Latin-1": (CSV, "naam;café\n".encode("latin-1"), "not-utf8"),
    "a NUL": (TEXT, b"Beste\0An", "control-character"),
    "an escape": (TEXT, b"Beste \x1b[2J An", "control-character"),
    "a control character of the upper half": (TEXT, "Beste\x9bAn".encode(), "control-character"),
    "a NUL far on": (HTML, b"<p>" + b"a" * 200_000 + b"\0", "control-character"),
    "a character cut off": (TEXT, b"a" * 200_000 + b"\xc3", "not-utf8"),
    "a PDF in letters": (TEXT, b"%PDF-1.7\n1 0 obj\n", "not-of-its-type"),
    "rich text": (TEXT, rb"{\rtf1 Beste}", "not-of-its-type"),
    "a web page as text": (TEXT, b"\n <!doctype HTML><script>", "not-of-its-type"),
    "a web page as CSV": (CSV, b"<html><body>", "not-of-its-type"),
    "text as a web page": (HTML, b"Beste An", "not-of-its-type"),
    "a drawing as a web page": (HTML, b"<svg onload='x()'/>", "not-of-its-type"),
    "data as a web page": (HTML, b"<?xml version='1.0'?><data/>", "not-of-its-type"),
    "text as XML": (XML, b"Beste An", "not-of-its-type"),
    "XML that does not end": (XML, b"<data><line>", "not-well-formed"),
    "XML and more": (XML, b"<data/><data/>", "not-well-formed"),
    "XML with a DTD": (XML, b"<!DOCTYPE data SYSTEM 'http://example.org/a.dtd'><data/>", "document-type"),
    "XML that laughs": (XML, b"<!DOCTYPE a [<!ENTITY b 'ha'>]><a>&b;</a>", "document-type"),
    "XML in Latin-1": (XML, b"<?xml version='1.0' encoding='ISO-8859-1'?><a/>", "not-utf8"),
    "XML in UTF-16": (XML, "<?xml version='1.0'?><a/>".encode("utf-16"), "not-utf8"),
}


@pytest.mark.parametrize("what", TEXTS)
def test_what_is_no_text_of_its_kind_is_refused(what: str) -> None:
    media_type, content, reason = TEXTS[what]
    assert refusal(media_type, content) == reason


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        (TEXT, "é".encode() * 100_001),
        (TEXT, "\ufeffA".encode()),
        (XML, "\ufeff<a>é</a>".encode()),
        (XML, b"<?xml version='1.0' encoding='us-ascii'?>" + b"<a>" * 5000 + b"</a>" * 5000),
        (HTML, b"<!-- a letter --><p>Beste"),
        (HTML, b"<?xml version='1.0'?>\n<!DOCTYPE html><html xmlns='http://www.w3.org/1999/xhtml'/>"),
        (HTML, b"<table><tr><td>1"),
    ],
)
def test_texts_may_be_long_marked_and_loose(media_type: str, content: bytes) -> None:
    assert examine(media_type, content) == Examined()


OFFICE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "a text with a password": (DOC, lambda: compound_files.text_document(is_locked=True), "encrypted"),
    "a sheet with a password": (XLS, lambda: compound_files.spreadsheet(is_locked=True), "encrypted"),
    "slides with a password": (PPT, lambda: compound_files.presentation(is_locked=True), "encrypted"),
    "a new text with a password": (samples.DOCX, compound_files.locked_package, "encrypted"),
    "an OpenDocument with a password": (
        ODT,
        lambda: samples.open_document("text", manifest="<m:encryption-data/>"),
        "encrypted",
    ),
    "a text with macros": (
        samples.DOCX,
        lambda: samples.office_xml("application/vnd.ms-word.document.macroEnabled.main+xml"),
        "not-of-its-type",
    ),
    "macros in a text without": (samples.DOCX, lambda: samples.docx(types=MACROS), "not-of-its-type"),
    "a template": (ODT, lambda: samples.open_document("text-template"), "not-of-its-type"),
    "a text in two programs' words": (
        DOC,
        lambda: compound_files.compound_file({"WordDocument": b"", "Workbook": b""}),
        "not-of-its-type",
    ),
    "a package without a main part": (
        samples.DOCX,
        lambda: samples.docx(more={"_rels/.rels": "<Relationships/>"}),
        "damaged",
    ),
    "a package with entities": (
        samples.DOCX,
        lambda: samples.docx(more={"_rels/.rels": "<!DOCTYPE a [<!ENTITY b 'x'>]><a/>"}),
        "document-type",
    ),
    "an OpenDocument without a manifest": (
        ODT,
        lambda: samples.archive({"mimetype": ODT}, stored=("mimetype",)),
        "damaged",
    ),
    "an OpenDocument that packs its name": (
        ODT,
        lambda: samples.archive({"mimetype": ODT}),
        "not-of-its-type",
    ),
    "a path upwards": (samples.DOCX, lambda: samples.docx(more={"../a": ""}), "unsafe-path"),
    "a bomb": (samples.DOCX, lambda: samples.docx(more={"a": bytes(2**24 + 1)}), "unpacks-to-too-much"),
}


@pytest.mark.parametrize("what", OFFICE)
def test_an_office_document_that_is_locked_or_another_is_refused(what: str) -> None:
    media_type, make, reason = OFFICE[what]
    assert refusal(media_type, make()) == reason


def test_what_an_office_document_can_do_is_noted() -> None:
    text = compound_files.text_document(storages=("Macros",))
    assert examine(DOC, text).findings == ["macros"]
    basic = samples.open_document("text", more={"Basic/script-lc.xml": "<library/>"})
    assert examine(ODT, basic).findings == ["macros"]


def test_a_sheet_of_1995_and_a_manifest_that_names_its_dtd_are_accepted() -> None:
    assert examine(XLS, compound_files.spreadsheet(stream="Book")) == Examined()
    old = samples.open_document("text")
    named = "<!DOCTYPE manifest:manifest PUBLIC '-//OpenOffice.org//DTD Manifest 1.0//EN' 'Manifest.dtd'><m/>"
    with zipfile.ZipFile(BytesIO(old)) as read:
        entries = {name: read.read(name) for name in read.namelist()}
    entries["META-INF/manifest.xml"] = named.encode()
    assert examine(ODT, samples.archive(entries, stored=("mimetype",))) == Examined()
