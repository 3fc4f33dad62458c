"""Is it a document of the office program that its media type names: OpenDocument or Office Open XML?

Both are ZIP archives and are checked as such. What each is, it says in a place of its own, and that decides
which program opens it: OpenDocument in its first entry (ISO/IEC 26300-3 §3.3), Office Open XML in the type
of its main part, which the package's relationships name (ISO/IEC 29500-2 §10 and annex F).
"""

from __future__ import annotations

import posixpath
import zipfile
from typing import Final

from storage.examining import archive, compound, xml
from storage.examining.answers import Examined, Refused

_MOST_XML: Final = 4 * 1024 * 1024
_MOST_NAME: Final = 256
_TYPES: Final = "[Content_Types].xml"
_RELATIONSHIPS: Final = "_rels/.rels"
_MANIFEST: Final = "META-INF/manifest.xml"
_MACROS: Final = "application/vnd.ms-office.vbaproject"
_MACRO_FOLDERS: Final = ("Basic/", "Scripts/")


def examine_open_document(descriptor: int, media_type: str) -> Examined:
    """An OpenDocument of exactly this type; its templates are of others. Raises `Refused`."""
    with open(descriptor, "rb", closefd=False) as file:
        package = archive.opened(file)
        first = package.infolist()[0]
        if first.filename != "mimetype" or first.compress_type != zipfile.ZIP_STORED:
            raise Refused("not-of-its-type")
        archive.check(file, package)
        if archive.content(package, first, _MOST_NAME) != media_type.encode():
            raise Refused("not-of-its-type")
        if "encryption-data" in [name for name, _ in _elements(package, _MANIFEST)]:
            raise Refused("encrypted")
        has_macros = any(name.startswith(_MACRO_FOLDERS) for name in package.namelist())
        return Examined(findings=["macros"] if has_macros else [])


def examine_office_xml(descriptor: int, media_type: str) -> Examined:
    """An Office Open XML document of exactly this type; with macros it is of another. Raises `Refused`."""
    with open(descriptor, "rb", closefd=False) as file:
        if compound.is_locked_package(file):
            raise Refused("encrypted")
        package = archive.opened(file)
        archive.check(file, package)
        if _TYPES not in package.namelist():
            raise Refused("not-of-its-type")
        types = [attributes for _, attributes in _elements(package, _TYPES)]
        if _type_of(_main_part(package), types) != f"{media_type}.main+xml".lower():
            raise Refused("not-of-its-type")
        if any(one.get("ContentType", "").lower() == _MACROS for one in types):
            raise Refused("not-of-its-type")
        return Examined()


def _main_part(package: zipfile.ZipFile) -> str:
    """The part that the document begins with. Raises `Refused`."""
    for _, attributes in _elements(package, _RELATIONSHIPS):
        if attributes.get("Type", "").endswith("/relationships/officeDocument"):
            part = posixpath.normpath(posixpath.join("/", attributes.get("Target", "")))
            if part.removeprefix("/") in package.namelist():
                return part
    raise Refused("damaged")


def _type_of(part: str, types: list[dict[str, str]]) -> str:
    """What the package says that this part is: by its name, or else by its ending; in lower case."""
    ending = posixpath.splitext(part)[1].removeprefix(".")
    for attribute, wanted in (("PartName", part), ("Extension", ending)):
        for one in types:
            if one.get(attribute, "").lower() == wanted.lower():
                return one.get("ContentType", "").lower()
    raise Refused("damaged")


def _elements(package: zipfile.ZipFile, name: str) -> list[tuple[str, dict[str, str]]]:
    """The elements of an entry that is XML: their names and attributes. Raises `Refused`."""
    found: list[tuple[str, dict[str, str]]] = []
    try:
        # Old office programs name a DTD here, and declare nothing in it.
        content = archive.content(package, package.getinfo(name), _MOST_XML)
        xml.parse([content], lambda *one: found.append(one), may_name_a_dtd=True)
    except (KeyError, xml.NotWellFormed, xml.OtherEncoding):
        raise Refused("damaged") from None
    except xml.HasDocumentType:
        raise Refused("document-type") from None
    return found
