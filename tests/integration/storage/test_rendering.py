"""Pages of PDFs: drawn in a process that a hostile one cannot break out of, nor hold up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pikepdf
import psutil
import pytest
from PIL import Image

from storage.errors import StorageUnavailable
from storage.rendering import CannotDraw, Page, PageRenderer
from storage.spool import SpooledUpload
from tests.pdf_bombs import pdf_with_object_stream_bomb, pdf_with_stream_bomb
from tests.pdfs import encrypted_pdf, make_pdf, pdf_with_javascript

EXAMPLE = Path(__file__).parents[3] / "docs" / "example.pdf"
SOMEBODY = "somebody"


async def spooled(folder: Path, content: bytes) -> SpooledUpload:
    """The bytes as a document that waits to be drawn."""
    document = SpooledUpload(folder, max_size=len(content))
    await document.write(content)
    await document.finish()
    return document


async def picture(renderer: PageRenderer, document: SpooledUpload, number: int) -> Page:
    """What the page looks like, drawn at a place of its own."""
    async with renderer.place(SOMEBODY) as place:
        return await place.picture(document, number)


def drawing() -> list[psutil.Process]:
    """The processes that draw."""
    return [one for one in psutil.Process().children() if any("rendering" in part for part in one.cmdline())]


@pytest.fixture
async def example(tmp_path: Path) -> AsyncIterator[SpooledUpload]:
    with await spooled(tmp_path, EXAMPLE.read_bytes()) as document:
        yield document


async def test_a_page_can_be_seen_and_read(example: SpooledUpload) -> None:
    renderer = PageRenderer()
    async with renderer.place(SOMEBODY) as place:
        seen, read = await place.picture(example, 1), await place.text(example, 1)
    image = Image.open(BytesIO(seen.picture))
    assert (image.format, seen.pages, read.pages) == ("PNG", 1, 1)
    assert image.width > 1000
    assert image.convert("L").getextrema() == (0, 255), "something is drawn on it"
    assert "Your pension statement" in read.text
    assert round(read.width / read.height, 2) == round(image.width / image.height, 2)


async def test_beyond_the_last_page_there_is_nothing(example: SpooledUpload) -> None:
    beyond = await picture(PageRenderer(), example, 2)
    assert (beyond.pages, beyond.picture, beyond.text) == (1, b"", "")


async def test_a_huge_page_is_drawn_small(tmp_path: Path) -> None:
    pdf = pikepdf.Pdf.new()
    pdf.add_blank_page(page_size=(14_400, 14_400))
    kept = BytesIO()
    pdf.save(kept)
    with await spooled(tmp_path, kept.getvalue()) as document:
        image = Image.open(BytesIO((await picture(PageRenderer(), document, 1)).picture))
    assert image.width * image.height <= 4_100_000


HOSTILE = {
    "no PDF": b"hello",
    "locked": encrypted_pdf(),
    "object streams that unpack to 600 MB": pdf_with_object_stream_bomb(),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
async def test_what_cannot_be_drawn_is_said_to_be_so(tmp_path: Path, content: bytes) -> None:
    with await spooled(tmp_path, content) as document:
        with pytest.raises(CannotDraw):
            await picture(PageRenderer(), document, 1)
        assert drawing() == []


async def test_a_page_that_unpacks_to_600_mb_takes_no_more_than_it_may(tmp_path: Path) -> None:
    renderer = PageRenderer(memory_limit=256 * 1024 * 1024)
    with await spooled(tmp_path, pdf_with_stream_bomb()) as document, pytest.raises(CannotDraw):
        await picture(renderer, document, 1)


async def test_scripts_are_not_run(tmp_path: Path) -> None:
    with await spooled(tmp_path, pdf_with_javascript()) as document:
        assert (await picture(PageRenderer(), document, 1)).pages == 1


async def test_what_takes_too_long_is_ended(example: SpooledUpload) -> None:
    with pytest.raises(CannotDraw):
        await picture(PageRenderer(page_seconds=0), example, 1)
    assert drawing() == []


async def test_whoever_comes_when_too_many_wait_is_sent_away(example: SpooledUpload) -> None:
    with pytest.raises(StorageUnavailable):
        await picture(PageRenderer(max_waiting=0), example, 1)
    with pytest.raises(StorageUnavailable):
        await picture(PageRenderer(at_once=0, wait_seconds=0.01), example, 1)


async def test_a_document_of_many_pages_costs_one_page(tmp_path: Path) -> None:
    with await spooled(tmp_path, make_pdf(pages=3, size=300_000)) as document:
        assert (await picture(PageRenderer(), document, 3)).pages == 3


async def test_one_visitor_has_two_places_and_leaves_the_others_free(example: SpooledUpload) -> None:
    renderer = PageRenderer(at_once=3)
    async with renderer.place("one"), renderer.place("one"):
        with pytest.raises(StorageUnavailable):
            async with renderer.place("one"):
                pass
        assert (await picture(renderer, example, 1)).pages == 1
    async with renderer.place("one"), renderer.place("one"):
        pass
