"""Automatic numbers of a Word document, as the text that Word shows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lms.questions.domain.exchange.safe_xml import parse_xml

if TYPE_CHECKING:
    from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HAN = "零一二三四五六七八九"
_HAN_FORMATS = frozenset(
    [
        "chineseCounting",
        "chineseCountingThousand",
        "japaneseCounting",
        "taiwaneseCounting",
        "taiwaneseCountingThousand",
        "ideographDigital",
        "japaneseDigitalTenThousand",
    ]
)
_PLACE = re.compile(r"%([1-9])")
_LEVELS = 9


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list: how its numbers look, the text around them, and the first number."""

    format: str = "decimal"
    text: str = "%1."
    start: int = 1


@dataclass(slots=True)
class Numbering:
    """The lists of a document and how far each has counted."""

    levels: Mapping[str, Mapping[int, Level]] = field(default_factory=dict)
    abstract_of: Mapping[str, str] = field(default_factory=dict)
    styles: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    counts: dict[str, list[int]] = field(default_factory=dict)

    def next(self, list_id: str, level: int) -> str:
        """Count one paragraph of a list and return the number shown before it; empty for bullets."""
        levels = self.levels.get(list_id, {})
        abstract = self.abstract_of.get(list_id, list_id)
        counts = self.counts.setdefault(abstract, [0] * _LEVELS)
        level = min(max(level, 0), _LEVELS - 1)
        about = levels.get(level, Level())
        counts[level] = counts[level] + 1 if counts[level] else about.start
        counts[level + 1 :] = [0] * (_LEVELS - level - 1)
        if about.format in {"bullet", "none"}:
            return ""

        def place(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            of = levels.get(at, Level())
            return shown(counts[at] or of.start, of.format)

        return _PLACE.sub(place, about.text)


def shown(number: int, form: str) -> str:
    """Return ``number`` in one of Word's formats: 3, 三, c, C, iii, III, ③."""
    if form in {"upperLetter", "lowerLetter"}:
        letters = chr(65 + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letters if form == "upperLetter" else letters.lower()
    if form in {"upperRoman", "lowerRoman"}:
        return _roman(number) if form == "upperRoman" else _roman(number).lower()
    if form in _HAN_FORMATS:
        return _han(number)
    if form == "decimalEnclosedCircle" and 1 <= number <= 20:
        return chr(0x2460 + number - 1)
    return str(number)


def _roman(number: int) -> str:
    out = ""
    for value, sign in (
        (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
        (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
    ):  # fmt: skip
        count, number = divmod(number, value)
        out += sign * min(count, 100)
    return out


def _han(number: int) -> str:
    if number < 10:
        return _HAN[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return ("" if tens == 1 else _HAN[tens]) + "十" + (_HAN[ones] if ones else "")
    return str(number)


def read_numbering(parts: Mapping[str, bytes]) -> Numbering:
    """Return the lists of a document, and which styles number their paragraphs."""
    data = parts.get("word/numbering.xml")
    root = parse_xml(data, "word/numbering.xml").root if data else None
    abstract: dict[str, dict[int, Level]] = {}
    levels: dict[str, Mapping[int, Level]] = {}
    abstract_of: dict[str, str] = {}
    if root is not None:
        for element in root.iter(f"{W}abstractNum"):
            abstract[str(element.get(f"{W}abstractNumId"))] = dict(
                map(_level, element.iter(f"{W}lvl"))
            )
        for element in root.iter(f"{W}num"):
            name = str(element.get(f"{W}numId"))
            of = value_of(element, "abstractNumId")
            own = dict(map(_level, element.iter(f"{W}lvl")))
            levels[name] = {**abstract.get(of, {}), **own}
            starts = any(True for _ in element.iter(f"{W}startOverride"))
            abstract_of[name] = f"num {name}" if starts else of
    return Numbering(levels, abstract_of, _styles(parts))


def _level(element: "etree._Element") -> tuple[int, Level]:
    text = value_of(element, "lvlText")
    start = value_of(element, "start")
    level = Level(
        format=value_of(element, "numFmt") or "decimal",
        text=text,
        start=as_number(start, 1),
    )
    return as_number(str(element.get(f"{W}ilvl")), 0), level


def _styles(parts: Mapping[str, bytes]) -> dict[str, tuple[str, int]]:
    data = parts.get("word/styles.xml")
    root = parse_xml(data, "word/styles.xml").root if data else None
    styles = {}
    for style in [] if root is None else root.iter(f"{W}style"):
        numbers = style.find(f"{W}pPr/{W}numPr")
        if numbers is not None:
            level = as_number(value_of(numbers, "ilvl"), 0)
            styles[str(style.get(f"{W}styleId"))] = (value_of(numbers, "numId"), level)
    return styles


def value_of(element: "etree._Element", name: str) -> str:
    """Return the ``w:val`` of the child ``name``; empty when there is none."""
    child = element.find(f"{W}{name}")
    return "" if child is None else str(child.get(f"{W}val") or "")


def as_number(text: str, default: int) -> int:
    """Return a small whole number; ``default`` when it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else default
