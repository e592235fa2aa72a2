"""Paragraphs, tables and pictures of a Word document, from short Markdown texts."""

import re
from collections.abc import Mapping
from io import BytesIO
from xml.sax.saxutils import escape

from PIL import Image, UnidentifiedImageError

_EMU_PER_PIXEL = 9525
_WIDEST = 15 * 360_000
_HIGHEST = 11 * 360_000
_PICTURE = re.compile(r"!\[([^\]]*)\]\(media:([0-9a-zA-Z._-]+)\)")
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~])")
_ILLEGAL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]")
_RULE = re.compile(r"\|(?:\s*:?-{3,}:?\s*\|)+\s*")
_CELLS = re.compile(r"(?<!\\)\|")


class Body:
    """Collects the XML of a document.

    Args:
        media: Pictures by the name that texts use.
    """

    def __init__(self, media: Mapping[str, bytes]) -> None:
        self._media = media
        self._xml: list[str] = []
        self.used: dict[str, tuple[str, bytes]] = {}
        self.missing: list[str] = []

    @property
    def xml(self) -> str:
        """Everything so far."""
        return "".join(self._xml)

    def paragraph(self, text: str, style: str, *, page_break: bool = False) -> None:
        """Add a paragraph of Markdown."""
        page = "<w:pageBreakBefore/>" if page_break else ""
        self._xml.append(
            f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{page}</w:pPr>{self._runs(text)}</w:p>'
        )

    def writing_lines(self, count: int) -> None:
        """Add empty lines to write on."""
        self._xml.append('<w:p><w:pPr><w:pStyle w:val="Writing"/></w:pPr></w:p>' * count)

    def text(self, text: str, first: str, more: str) -> None:
        """Add a text of several paragraphs and tables; the first has a style of its own."""
        table: list[str] = []
        style = first
        for line in [*text.split("\n"), ""]:
            if line.startswith("|") and line.rstrip().endswith("|") and len(line) > 1:
                table.append(line.strip())
                continue
            if table:
                self.table(table)
                table = []
            if line.strip():
                self.paragraph(line.strip(), style)
                style = more

    def table(self, lines: list[str]) -> None:
        """Add a table from the lines of a Markdown table."""
        rows = [
            [cell.replace("\\|", "|").strip() for cell in _CELLS.split(line.strip().strip("|"))]
            for line in lines
            if not _RULE.fullmatch(line)
        ]
        if not rows:
            return
        width = max(len(row) for row in rows)
        borders = "".join(
            f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="808080"/>'
            for side in ("top", "left", "bottom", "right", "insideH", "insideV")
        )
        grid = f'<w:gridCol w:w="{9000 // width}"/>' * width
        xml = "".join(self._row([*row, *[""] * (width - len(row))]) for row in rows)
        self._xml.append(
            f'<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/><w:tblInd w:w="420" w:type="dxa"/><w:tblBorders>{borders}'
            f"</w:tblBorders></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{xml}</w:tbl>"
        )

    def _row(self, cells: list[str]) -> str:
        xml = "".join(f"<w:tc><w:tcPr/><w:p>{self._runs(cell)}</w:p></w:tc>" for cell in cells)
        return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{xml}</w:tr>"

    def _runs(self, text: str) -> str:
        out = []
        at = 0
        for match in _PICTURE.finditer(text):
            out.append(self._words(text[at : match.start()]))
            out.append(self._picture(match[2], match[1]))
            at = match.end()
        out.append(self._words(text[at:]))
        return "".join(out)

    @staticmethod
    def _words(text: str) -> str:
        out = []
        at = 0
        for match in _BOLD.finditer(text):
            out.append(run(text[at : match.start()]))
            out.append(run(match[1], bold=True))
            at = match.end()
        out.append(run(text[at:]))
        return "".join(out)

    def _picture(self, name: str, alt: str) -> str:
        size = _size(self._media.get(name, b""))
        if size is None:
            self.missing.append(name)
            return run(alt or name)
        relation = f"rIdPic{len(self.used) + 1}"
        for known, (file, _) in self.used.items():
            relation = known if file == name else relation
        self.used[relation] = (name, self._media[name])
        width, height = size
        number = int(relation.removeprefix("rIdPic"))
        label = escape(_ILLEGAL.sub("", alt), {'"': "&quot;"})
        return (
            f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{width}" cy="{height}"/>'
            f'<wp:docPr id="{number}" name="Picture {number}" descr="{label}"/>'
            '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr>'
            f'<pic:cNvPr id="{number}" name="{escape(name)}"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>'
            f'<a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>'
            f'<a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
            "</a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
        )


def _size(content: bytes) -> tuple[int, int] | None:
    """Return the size on paper in EMU; None for what Word does not show."""
    try:
        with Image.open(BytesIO(content), formats=("PNG", "JPEG", "GIF")) as picture:
            width, height = picture.size
    except (UnidentifiedImageError, OSError, ValueError):
        return None
    shrink = min(1.0, _WIDEST / (width * _EMU_PER_PIXEL), _HIGHEST / (height * _EMU_PER_PIXEL))
    return int(width * _EMU_PER_PIXEL * shrink), int(height * _EMU_PER_PIXEL * shrink)


def run(text: str, *, bold: bool = False) -> str:
    """Return the XML of one run: tabs and backslash escapes of Markdown read."""
    if not text:
        return ""
    plain = _ESCAPED.sub(r"\1", _ILLEGAL.sub("", text))
    look = "<w:rPr><w:b/></w:rPr>" if bold else ""
    inner = "<w:tab/>".join(
        f'<w:t xml:space="preserve">{escape(piece)}</w:t>' for piece in plain.split("\t")
    )
    return f"<w:r>{look}{inner}</w:r>"
