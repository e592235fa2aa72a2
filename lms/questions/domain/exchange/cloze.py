r"""Moodle's notation for gaps within a text: ``{1:MULTICHOICE:=right#why~%50%half~wrong}``.

Read as Moodle reads it: a gap ends at the first ``}`` without a backslash, alternatives are parted by ``~``,
feedback begins at ``#``; entities count as the characters they name, ``\}``, ``\#``, ``\~`` and ``\"`` as the
character behind the backslash.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass
from decimal import Decimal
from html import unescape

from lms.questions.domain.items import FieldError

_START = re.compile(r"\{(\d{0,9}):([A-Z]{2,13}(?:_[A-Z]{1,2})?):")
_CLOSE = re.compile(r"(?<!\\)\}")
_BETWEEN = re.compile(r"(?<!\\)~")
_FEEDBACK = re.compile(r"(?<![\\&])(?<!&amp;)#")
_FRACTION = re.compile(r"%(-?\d{1,3}(?:[.,]\d{0,10})?)%")
_NUMBER = r"[+-]?(?:\d{1,30}(?:[.,]\d{0,30})?|[.,]\d{1,30})(?:[eE][+-]?\d{1,2})?"
_NUMERIC = re.compile(rf"({_NUMBER})(?::({_NUMBER}))?\Z")
_ESCAPED = re.compile(r"\\([}#~\"/])")
_SPECIAL = re.compile(r"[&~#{}=%\\<>\"\n\r]")

SHORT, SHORT_CASE, NUMBER, CHOICE, SEVERAL = (
    "SHORTANSWER",
    "SHORTANSWER_C",
    "NUMERICAL",
    "MULTICHOICE",
    "MULTIRESPONSE",
)
_KINDS = {
    SHORT: ("SHORTANSWER", "SA", "MW"),
    SHORT_CASE: ("SHORTANSWER_C", "SAC", "MWC"),
    NUMBER: ("NUMERICAL", "NM"),
    CHOICE: (
        "MULTICHOICE", "MC", "MULTICHOICE_V", "MCV", "MULTICHOICE_H", "MCH", "MULTICHOICE_S", "MCS", "MULTICHOICE_VS",
        "MCVS", "MULTICHOICE_HS", "MCHS",
    ),
    SEVERAL: (
        "MULTIRESPONSE", "MR", "MULTIRESPONSE_H", "MRH", "MULTIRESPONSE_S", "MRS", "MULTIRESPONSE_HS", "MRHS",
    ),
}  # fmt: skip
_KIND_OF = {name: kind for kind, names in _KINDS.items() for name in names}


@dataclass(frozen=True, slots=True)
class Alternative:
    """One alternative of a gap.

    Attributes:
        text: Its text; HTML in choices, plain in typed answers.
        percent: What it earns.
        is_marked: Whether the share was written as a number and not as ``=`` or left out.
        feedback: HTML.
    """

    text: str
    percent: Decimal = Decimal(0)
    is_marked: bool = False
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class Blank:
    """One gap as written.

    Attributes:
        kind: One of SHORT, SHORT_CASE, NUMBER, CHOICE, SEVERAL.
        weight: Its share among the gaps.
        alternatives: In order.
        source: The notation itself.
    """

    kind: str
    weight: int
    alternatives: tuple[Alternative, ...]
    source: str


def split_cloze(raw: str) -> list[str | Blank]:
    """Return the pieces of a text, texts and gaps in turn.

    What looks like a gap but names no kind that Moodle has, or never ends, stays text, as in Moodle.

    Raises:
        FieldError: A gap has an alternative without text.
    """
    ends = [match.start() for match in _CLOSE.finditer(raw)]
    pieces: list[str | Blank] = []
    done = 0
    for match in _START.finditer(raw):
        kind = _KIND_OF.get(match[2])
        if kind is None or match.start() < done:
            continue
        index = bisect_left(ends, match.end())
        if index == len(ends):
            break
        end = ends[index] + 1
        pieces.append(raw[done : match.start()])
        inside = raw[match.end() : end - 1]
        alternatives = tuple(
            _alternative(part) for part in _BETWEEN.split(inside.removeprefix("~"))
        )
        pieces.append(Blank(kind, int(match[1] or 1), alternatives, raw[match.start() : end]))
        done = end
    pieces.append(raw[done:])
    return pieces


def read_number(text: str) -> tuple[Decimal, Decimal]:
    """Return value and tolerance of ``1.5:0.1``; a comma counts as the decimal point.

    Raises:
        FieldError: It is no number.
    """
    found = _NUMERIC.match(text.strip())
    if found is None:
        raise FieldError("answer", f"{text!r} is not a number")
    return as_number(found[1]), as_number(found[2] or "0")


def as_number(text: str) -> Decimal:
    """Return a number written with a decimal point or comma."""
    return Decimal(text.replace(",", "."))


def write_blank(blank: Blank, *, upright: bool = False) -> str:
    """Return the notation of a gap.

    Args:
        blank: The gap; ``source`` is not looked at.
        upright: Whether choices stand below each other and may hold markup, instead of in a menu.
    """
    kind = f"{blank.kind}_V" if upright and blank.kind == CHOICE else blank.kind
    parts = [_written(alternative, blank.kind) for alternative in blank.alternatives]
    return f"{{{blank.weight}:{kind}:{'~'.join(parts)}}}"


def protect(html: str) -> str:
    """Return HTML in which nothing is taken for a gap."""
    return _START.sub(lambda match: "&#123;" + match[0][1:], html)


def looks_like_gap(text: str) -> bool:
    """Say whether Moodle may take a part of ``text`` for a gap."""
    return _START.search(text) is not None


def _alternative(part: str) -> Alternative:
    percent, is_marked = Decimal(0), False
    marked = _FRACTION.match(part)
    if part.startswith("="):
        part, percent = part[1:], Decimal(100)
    elif marked is not None:
        part, percent, is_marked = part[marked.end() :], as_number(marked[1]), True
    hash_at = _FEEDBACK.search(part)
    text, feedback = (part[: hash_at.start()], part[hash_at.end() :]) if hash_at else (part, "")
    text = _plain(text)
    if not text.strip():
        raise FieldError("gap", "holds an alternative without text")
    return Alternative(text.strip(), percent, is_marked, _plain(feedback).strip())


def _plain(text: str) -> str:
    return unescape(_ESCAPED.sub(r"\1", text))


def _written(alternative: Alternative, kind: str) -> str:
    text = alternative.text if kind == NUMBER else _coded(alternative.text)
    share = "=" if alternative.percent == 100 and not alternative.is_marked else ""
    if not share and (alternative.percent or alternative.is_marked):
        share = f"%{percent_text(alternative.percent)}%"
    feedback = f"#{_coded(alternative.feedback)}" if alternative.feedback else ""
    return f"{share}{text}{feedback}"


def _coded(text: str) -> str:
    return _SPECIAL.sub(lambda match: f"&#{ord(match[0])};", text)


def percent_text(percent: Decimal) -> str:
    """Return a share without trailing zeros: ``33.33333``."""
    text = f"{percent:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
