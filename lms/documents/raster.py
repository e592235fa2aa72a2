"""Pictures of documents, for phones whose browsers do not open PDF."""

import io
from threading import Lock
from typing import cast

import pypdfium2
from PIL import Image

# PDFium keeps global state and is not safe to call from two threads.
_PDFIUM = Lock()

COLOURS = 256
"""A certificate has few inks: the picture is a third of the size, and no channel is more than 4 % off."""


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
    target = io.BytesIO()
    _with_few_colours(picture).save(target, format="PNG")
    return target.getvalue()


def _with_few_colours(picture: Image.Image) -> Image.Image:
    # The palette is chosen on every fourth pixel: as good, in a tenth of the time. Of Pillow's methods this one
    # has the smallest largest error.
    sample = picture.resize(
        (max(1, picture.width // 4), max(1, picture.height // 4)),
        resample=Image.Resampling.NEAREST,
    )
    chosen = sample.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    reduced = picture.quantize(palette=chosen, dither=Image.Dither.NONE)
    # The paper, most of the picture, keeps its colour to the bit: beside a page of that colour one sees a step of two.
    counted = sample.getcolors(sample.width * sample.height)
    paper = max(cast("list[tuple[int, tuple[int, int, int]]]", counted))[1]
    index = Image.new("RGB", (1, 1), paper).quantize(palette=chosen, dither=Image.Dither.NONE)
    palette = reduced.getpalette() or []
    at = 3 * index.tobytes()[0]
    palette[at : at + 3] = paper
    reduced.putpalette(palette)
    return reduced
