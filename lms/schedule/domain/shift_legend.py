"""What a workbook says about itself: its legend of shift codes, its month, its weekdays."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from lms.people.domain.roster import Cell, as_text
from lms.schedule.domain.hours import BadHours, parse_hours

_CODE = r"[A-Za-z\u4e00-\u9fff][A-Za-z0-9\u4e00-\u9fff]{0,9}"
_CLOCK = r"(?:次日|翌日|第二天)?\d{1,2}:[0-5]\d(?::00)?"
_HOURS = rf"{_CLOCK}\s*(?:-|–|—|~|至|到)\s*{_CLOCK}"
_TOLD = re.compile(rf"({_CODE})\s*[:=]?\s*\(?\s*({_HOURS}(?:\s*[,、/和]\s*{_HOURS})*)\)?")
_REST_TOLD = re.compile(
    r"(?:^|[\s,、;])([A-Za-z]{1,3}|休|公休|例休)\s*[:=]\s*(休息|休)(?=$|[\s,、;。])"
)
_ONLY_CODE = re.compile(_CODE)
_MONTH = re.compile(r"(20\d{2})\s*[-/.年]\s*(1[0-2]|0?[1-9])(?!\d|\s*[-/.月]\s*\d)")
_WEEKDAY = re.compile(r"(?:周|星期|礼拜)?([一二三四五六日天])")
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}


def find_legend(texts: Iterable[Sequence[str]]) -> dict[str, str]:
    """Find which hours the codes stand for.

    Args:
        texts: Rows of cells that hold neither people nor shifts. Told is ``早班：09:00-18:00`` (several in a
            cell as well), or a code in one cell and its hours in the next.

    Returns:
        Hours as written by code. A code that is told two different things is left out.
    """
    told: dict[str, set[str]] = {}
    for row in texts:
        for at, text in enumerate(row):
            for code, hours in _in_cell(text):
                told.setdefault(code, set()).add(hours)
            beside = row[at + 1] if at + 1 < len(row) else ""
            if _ONLY_CODE.fullmatch(text) and _is_hours(beside):
                told.setdefault(text, set()).add(beside)
    return {code: next(iter(hours)) for code, hours in told.items() if len(hours) == 1}


def meaning_of(code: str, legend: Mapping[str, str]) -> str:
    """Return what ``legend`` says of a code; 早 and 早班 are the same code."""
    for words in (code, f"{code}班", code.removesuffix("班")):
        if words in legend:
            return legend[words]
    return ""


def _in_cell(text: str) -> list[tuple[str, str]]:
    found = [(match[1], match[2]) for match in _TOLD.finditer(text) if _is_hours(match[2])]
    return found + [(match[1], match[2]) for match in _REST_TOLD.finditer(text)]


def _is_hours(text: str) -> bool:
    with suppress(BadHours):
        return bool(parse_hours(text))
    return False


def find_months(titles: Iterable[str], rows: Sequence[Sequence[Cell]]) -> list[str]:
    """Return the months (``2026-11``) that stand in titles, and in cells above the headings, each once.

    A whole date says when a sheet was made, and counts for nothing, but for the first of a month: so months are kept.
    """
    found: list[str] = []
    for cell in (*titles, *(cell for row in rows for cell in row)):
        if isinstance(cell, dt.date):
            found += [f"{cell:%Y-%m}"] if cell.day == 1 else []
        elif isinstance(cell, str):
            found += [f"{match[1]}-{int(match[2]):02}" for match in _MONTH.finditer(as_text(cell))]
    return list(dict.fromkeys(found))


def as_weekday(text: str) -> int | None:
    """Return 0 for Monday to 6 for Sunday, where ``text`` is a weekday or ends with one in brackets or a word."""
    match = _WEEKDAY.fullmatch(text) or re.search(
        r"(?:周|星期|礼拜|\()([一二三四五六日天])\)?$", text
    )
    return _WEEKDAYS[match[1]] if match else None
