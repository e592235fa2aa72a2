"""HTML + CSS -> PDF by WeasyPrint, with every silent failure made loud.

Left alone, WeasyPrint fetches whatever a page names, prints an empty box for a character no font has, or takes
a glyph from whatever font the machine happens to own. A document that proves something may do none of these.
"""

import io
import logging
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib.resources import files
from typing import Literal

from typing_extensions import override
from weasyprint import CSS, HTML
from weasyprint.css import ColorProfile
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from lms.documents.errors import MissingGlyph, RenderFailed, ResourceRefused
from lms.documents.fonts import FAMILY_PREFIX

PdfVariant = Literal["pdf/a-2u", "pdf/a-3u", "pdf/a-3a", "pdf/ua-1"]

_SCHEME = "asset:"
_SRGB = files("weasyprint.pdf").joinpath("sRGB2014.icc").read_bytes()
_SRGB_USE = ("sRGB2014.icc", "relative-colorimetric", (["r"], ["g"], ["b"]))
_NOTDEF = re.compile(r"\.notdef glyph .*\(U\+([0-9A-F]+)\)$")

# One at a time: the log handler below hears the whole process, and threads would gain nothing under the GIL.
_RENDERING = threading.Lock()


def render_pdf(
    *,
    html: str,
    css: str,
    assets: Mapping[str, bytes],
    title: str,
    lang: str,
    created: datetime,
    variant: PdfVariant = "pdf/a-3u",
    further: Sequence[str] = (),
    filler: str = "",
) -> bytes:
    """Lay out a document and return it as PDF; the same input gives the same bytes, in any process.

    Args:
        html: The whole document. Its only way to resources is ``asset:<name>``.
        css: Its style sheet, @font-face rules included (`lms.documents.fonts.FontLibrary.css`).
        assets: Fonts and pictures by name; a name ending in ``.svg`` is served as SVG.
        title: Title in the PDF's metadata.
        lang: Language of the document, a BCP 47 tag.
        created: Instant in the PDF's metadata, both made and changed; timezone-aware.
        variant: Archival or accessible flavour. ``a-3a`` and ``ua-1`` carry a structure tree.
        further: More documents of the same style, behind the first in the same file; each counts its own pages.
        filler: A document of one page that is put behind each with an odd number of pages, for printing on both
            sides; empty for none.

    Raises:
        MissingGlyph: a character is in none of the document's own fonts.
        ResourceRefused: the document names something that is not among its assets.
        RenderFailed: a picture or font could not be read.
    """
    fetcher = _AssetFetcher(assets)
    fonts = FontConfiguration()
    with _RENDERING, _complaints() as complaints:
        try:
            # The base makes relative addresses arrive at the fetcher, which refuses them by name.
            sheet = CSS(string=css, font_config=fonts, url_fetcher=fetcher, base_url=_SCHEME)
            documents = [
                HTML(string=one, url_fetcher=fetcher, base_url=_SCHEME).render(
                    stylesheets=[sheet],
                    font_config=fonts,
                    color_profiles={"srgb": ColorProfile(io.BytesIO(_SRGB), *_SRGB_USE)},
                    output_intent="srgb",
                    pdf_variant=variant,
                )
                for one in (html, *further, *([filler] if filler else ()))
            ]
            document = _joined(documents, has_filler=bool(filler))
            instant = created.isoformat(timespec="seconds")
            metadata = document.metadata
            metadata.title, metadata.lang = title, lang
            metadata.created = metadata.modified = instant
            # A document is made of what its caller vouches for: no generator, no author of a page's own.
            metadata.generator, metadata.authors = None, []
            # Any other name than "srgb": at that one WeasyPrint opens its own profile and leaves the file open.
            pdf: bytes = document.write_pdf(pdf_variant=variant, output_intent="given above")
        except FatalURLFetchingError:
            # It derives from BaseException, so that WeasyPrint cannot swallow it; nor can our callers.
            raise ResourceRefused(fetcher.refused) from None
    if fetcher.refused:
        # Inside a picture WeasyPrint swallows even that.
        raise ResourceRefused(fetcher.refused)
    _raise_for(complaints, document)
    return pdf


def _joined(documents: Sequence[Document], *, has_filler: bool) -> Document:
    """Put the pages of documents behind each other; the last is the filler, where there is one."""
    first, *others = documents
    if not others:
        return first
    fillers = others.pop().pages if has_filler else []
    pages = []
    for one in (first, *others):
        pages.extend(one.pages)
        if len(one.pages) % 2:
            pages.extend(fillers)
    return first.copy(pages)


# WeasyPrint has no types.
class _AssetFetcher(URLFetcher):  # type: ignore[misc]
    """Serves ``asset:<name>`` from a mapping and stops the rendering at anything else."""

    def __init__(self, assets: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False)
        self._assets = assets
        self.refused = ""

    @override
    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        name = url.removeprefix(_SCHEME)
        if not url.startswith(_SCHEME) or name not in self._assets:
            self.refused = url[:200]
            raise FatalURLFetchingError(f"refused: {self.refused}")
        kind = "image/svg+xml" if name.endswith(".svg") else "application/octet-stream"
        return URLFetcherResponse(url, self._assets[name], {"Content-Type": kind})


class _Listener(logging.Handler):
    """Keeps what the renderer complains about."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """Collect WeasyPrint's warnings, which are its only word about missing glyphs and broken pictures."""
    logger = logging.getLogger("weasyprint")
    listener, level = _Listener(), logger.level
    logger.addHandler(listener)
    # A quiet log configuration must not switch the check off.
    logger.setLevel(logging.WARNING)
    try:
        yield listener.messages
    finally:
        logger.setLevel(level)
        logger.removeHandler(listener)


def _raise_for(complaints: list[str], document: Document) -> None:
    found = [_NOTDEF.search(message) for message in complaints]
    missing = {chr(int(match[1], 16)) for match in found if match}
    # Glyphs of a font that is not ours came from this machine: elsewhere they are boxes, or look different.
    missing |= {
        character
        for font in document.fonts.values()
        if not font.family.startswith(FAMILY_PREFIX)
        for text in font.to_unicode.values()
        for character in text
    }
    if missing:
        raise MissingGlyph(missing)
    # "Ignored" are CSS properties the renderer does not know; they change nothing it promised.
    others = [message for message in complaints if not message.startswith("Ignored ")]
    if others:
        raise RenderFailed(others)
