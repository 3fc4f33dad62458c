"""File names on their way in and out."""

from __future__ import annotations

import pytest

from api.disposition import BadDisposition, attachment_disposition, parse_disposition


@pytest.mark.parametrize(
    ("header", "file_name"),
    [
        (b'form-data; name="upfile1"; filename="a.pdf"', "a.pdf"),
        (b"form-data; name=upfile1; filename=a.pdf", "a.pdf"),
        (b'FORM-DATA;NAME="upfile1";FileName="a.pdf";', "a.pdf"),
        (b'form-data; filename="a.pdf"; name="upfile1"', "a.pdf"),
        (b'form-data; name="upfile1"; filename="a;b=c.pdf"', "a;b=c.pdf"),
        (b'form-data; name="upfile1"; filename="a\\"b.pdf"', 'a"b.pdf'),
        (b'form-data; name="upfile1"; filename="C:\\dir\\a.pdf"', "a.pdf"),
        (b'form-data; name="upfile1"; filename="../../etc/a.pdf"', "a.pdf"),
        ('form-data; name="upfile1"; filename="Août.pdf"'.encode(), "Août.pdf"),
        (b"form-data; name=\"upfile1\"; filename*=UTF-8''Ao%C3%BBt.pdf", "Août.pdf"),
        (b'form-data; name="upfile1"; filename="x.pdf"; filename*=utf-8\'nl\'Ao%C3%BBt.pdf', "Août.pdf"),
        (b"form-data; name=\"upfile1\"; filename*=UTF-8''..%2F..%2Fa.pdf", "a.pdf"),
        (b'form-data; name="upfile1"; filename=""', None),
        (b'form-data; name="upfile1"; filename=".."', None),
        (b'form-data; name="upfile1"', None),
    ],
)
def test_the_file_name_is_the_last_component_of_what_was_sent(header: bytes, file_name: str | None) -> None:
    disposition = parse_disposition(header)
    assert (disposition.name, disposition.file_name) == ("upfile1", file_name)


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"form-data",
        b'form-data; name=""',
        b'attachment; name="upfile1"',
        b'form-data; name="upfile1',
        b'form-data; name="upfile1"; name="upfile2"',
        b'form-data; name="upfile1" filename="a.pdf"',
        b'form-data; name="upfile1"; filename="a\x00.pdf"',
        b'form-data; name="upfile1"; filename="\xff.pdf"',
        b"form-data; name=\"upfile1\"; filename*=UTF-8''%0Aa.pdf",
        b"form-data; name=\"upfile1\"; filename*=UTF-8''%FF.pdf",
        b"form-data; name=\"upfile1\"; filename*=ISO-8859-1''a.pdf",
        b'form-data; name="upfile1"; filename*=a.pdf',
        'form-data; name="upfile1"; filename="cod\u202efdp.exe"'.encode(),
        b'form-data; name="upfile1"; filename="' + b"a" * 256 + b'"',
    ],
)
def test_a_header_that_cannot_be_trusted_is_refused(header: bytes) -> None:
    with pytest.raises(BadDisposition):
        parse_disposition(header)


@pytest.mark.parametrize(
    ("file_name", "header"),
    [
        (None, "attachment"),
        ("a b.pdf", 'attachment; filename="a b.pdf"'),
        ("Août.pdf", "attachment; filename=\"Ao_t.pdf\"; filename*=UTF-8''Ao%C3%BBt.pdf"),
        ('a"b\\.pdf', "attachment; filename=\"a_b_.pdf\"; filename*=UTF-8''a%22b%5C.pdf"),
        ("a%41.pdf", "attachment; filename=\"a_41.pdf\"; filename*=UTF-8''a%2541.pdf"),
    ],
)
def test_a_download_is_named_in_ascii_and_in_full(file_name: str | None, header: str) -> None:
    assert attachment_disposition(file_name) == header


@pytest.mark.parametrize("name", ["Août.pdf", 'a"b.pdf', "文書.pdf", "a'b(1).pdf", "a%41.pdf", "a;b.pdf"])
def test_a_name_survives_the_way_out_and_in(name: str) -> None:
    header = attachment_disposition(name).replace("attachment", 'form-data; name="upfile1"', 1)
    assert parse_disposition(header.encode()).file_name == name
