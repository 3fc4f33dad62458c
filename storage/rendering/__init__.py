"""Pages of PDFs as pictures and as text, so that no browser need open what a stranger sent.

`PageRenderer` is the way in, and gives out places to draw at. The drawing happens in a process of its own
for each page, limited in memory and time, that is given a read-only descriptor of the document and nothing
else.
"""

from storage.rendering.renderer import CannotDraw, Page, PageRenderer, Place

__all__ = ["CannotDraw", "Page", "PageRenderer", "Place"]
