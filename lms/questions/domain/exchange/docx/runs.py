"""The runs of a paragraph: their words, and what sets some of them apart."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lms.questions.domain.exchange.docx.numbering import W
from lms.questions.domain.exchange.plain_text.marks import read_option

if TYPE_CHECKING:
    from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types

_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_SYMBOLS = {
    "F0FC": "√", "F0FB": "×", "F0FE": "☑", "F0FD": "☒", "F052": "☑", "F050": "√", "F0A8": "□", "F06F": "□", "F0D6": "√",
    "F0B4": "×", "F0B1": "±", "F0B3": "≥", "F0A3": "≤",
}  # fmt: skip
_SUPER = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_SUB = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_OFF = frozenset({"0", "false", "none", "off"})
_ACTIVE = re.compile(r"([*`\\])|(?<=\S)(~~)|<(?=[A-Za-z/!])|\[(?=[^\]]*\]\()")
_SKIPPED = frozenset({f"{W}del", f"{W}moveFrom", f"{W}pPr", f"{W}rPr", f"{W}txbxContent"})
_BLACK = frozenset(
    {"", "auto", "000000", "000001", "0D0D0D", "1F2328", "333333", "262626", "404040"}
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run: its text in Markdown, and how it looks."""

    text: str
    bold: bool = False
    underlined: bool = False
    coloured: str = ""
    is_picture: bool = False

    def with_text(self, text: str) -> "Piece":
        """Return the piece with another text."""
        return replace(self, text=text)


def pieces_of(paragraph: "etree._Element", picture: Callable[[str], str]) -> list[Piece]:
    """Return the runs of a paragraph in order; ``picture`` gives the Markdown of one by its relation id."""
    return list(_walk(paragraph, Piece(""), picture, 0))


def _walk(
    element: "etree._Element", look: Piece, picture: Callable[[str], str], depth: int
) -> Iterator[Piece]:
    if depth > 40:
        return
    for child in element:
        if not isinstance(child.tag, str) or child.tag in _SKIPPED:
            continue
        if child.tag == f"{W}r":
            yield from _walk(child, _look(child), picture, depth + 1)
            continue
        text = _text(child, look)
        if text is not None:
            yield look.with_text(text)
            continue
        relation = child.get(f"{_R}embed") if child.tag.endswith("}blip") else None
        relation = child.get(f"{_R}id") if child.tag.endswith("}imagedata") else relation
        if relation:
            yield Piece(picture(str(relation)), is_picture=True)
        elif not child.tag.endswith("}Fallback"):
            yield from _walk(child, look, picture, depth + 1)


def _text(element: "etree._Element", look: Piece) -> str | None:
    """Return the text of an element that has some; None for others."""
    name = element.tag.rsplit("}", 1)[-1]
    if name == "t":
        text = element.text or ""
        if look.underlined and not text.strip(" \u3000\xa0") and text:
            return "_" * max(4, len(text))
        return _shifted(element, _ACTIVE.sub(lambda match: "\\" + match[0], text))
    if name == "tab":
        return "____" if look.underlined else "\t"
    if name in {"br", "cr"}:
        return "\n"
    if name == "sym":
        return _SYMBOLS.get(str(element.get(f"{W}char")).upper(), "\ufffd")
    return {"noBreakHyphen": "-", "softHyphen": ""}.get(name)


def _shifted(element: "etree._Element", text: str) -> str:
    """Return a raised or lowered text as such characters, as far as there are any."""
    run = element.getparent()
    shift = None if run is None else run.find(f"{W}rPr/{W}vertAlign")
    kind = "" if shift is None else str(shift.get(f"{W}val"))
    if kind == "superscript":
        return text.translate(_SUPER)
    return text.translate(_SUB) if kind == "subscript" else text


def _look(run: "etree._Element") -> Piece:
    properties = run.find(f"{W}rPr")
    if properties is None:
        return Piece("")
    colour = properties.find(f"{W}color")
    highlight = properties.find(f"{W}highlight")
    shade = "" if colour is None else str(colour.get(f"{W}val") or "").upper()
    return Piece(
        text="",
        bold=_is_on(properties, "b"),
        underlined=_is_on(properties, "u"),
        coloured="highlight" if highlight is not None else ("" if shade in _BLACK else shade),
    )


def _is_on(properties: "etree._Element", name: str) -> bool:
    mark = properties.find(f"{W}{name}")
    return mark is not None and str(mark.get(f"{W}val") or "1") not in _OFF


def joined(pieces: Sequence[Piece]) -> tuple[str, tuple[str, ...]]:
    """Return the Markdown of one line, and what sets a part of it apart: underlined, coloured, bold.

    Bold is kept where it emphasises a part; a line that is bold as a whole says nothing by it.
    """
    solid = [piece for piece in pieces if piece.text.strip() and not piece.is_picture]
    whole_bold = all(piece.bold for piece in solid)
    text = ""
    marked = []
    for piece in _merged(pieces):
        if not piece.bold or whole_bold:
            text += piece.text
        elif read_option(piece.text.strip()):
            text += piece.text
            marked.append("part bold")
        else:
            text += _emphasised(piece)
    if any(piece.underlined and piece.text.strip("_ \t\u3000") for piece in solid):
        marked.append("underlined")
    if any(piece.coloured for piece in solid):
        marked.append("coloured")
    if solid and whole_bold:
        marked.append("bold")
    return text, tuple(marked)


def _merged(pieces: Sequence[Piece]) -> list[Piece]:
    merged: list[Piece] = []
    for piece in pieces:
        if (
            merged
            and merged[-1].bold == piece.bold
            and not piece.is_picture
            and not merged[-1].is_picture
        ):
            merged[-1] = merged[-1].with_text(merged[-1].text + piece.text)
        else:
            merged.append(piece)
    return merged


def _emphasised(piece: Piece) -> str:
    text = piece.text
    inner = text.strip(" \t\u3000")
    if not inner or "\n" in inner or not inner.strip("_（）() \u3000"):
        return text
    start = text.index(inner)
    return f"{text[:start]}**{inner}**{text[start + len(inner) :]}"
