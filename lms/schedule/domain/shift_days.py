"""Which dates the days of a sheet are, once its month is known."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from lms.schedule.domain.shift_sheet import DayColumn, Layout, Table

_FIRST_YEAR, _LAST_YEAR = 2000, 2100


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the sheet: a date, or why it is none.

    Attributes:
        on: The date, if it is known.
        code: ``bad_day`` (there is no such day), ``day_outside`` (not in the month), or "" also where only the
            month is missing.
    """

    on: dt.date | None = None
    code: str = ""


def needs_month(table: Table) -> bool:
    """Say whether some day of the table is no whole date."""
    days = (
        [column.day for column in table.columns]
        if table.layout is Layout.MATRIX
        else [line.cells[0] for line in table.lines]
    )
    return any(day.count("-") < 2 and day.replace("-", "").isdigit() for day in days)


def month_start(text: str) -> dt.date | None:
    """Return the first day of a month written ``2026-11``; None when it is none."""
    try:
        start = dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return start if _FIRST_YEAR <= start.year < _LAST_YEAR else None


def days_of_columns(columns: Sequence[DayColumn], month: dt.date | None) -> list[Day]:
    """Return the dates of a matrix's columns.

    Where headings are day numbers, ``month`` is that of the first; numbers that begin again (26 … 31, 1 … 25) are of
    the month after, once.
    """
    found: list[Day] = []
    before, start, turns = 0, month, 0
    for column in columns:
        if "-" not in column.day:
            number = int(column.day)
            if number <= before and start is not None:
                start, turns = _next(start), turns + 1
            before = number
        found.append(read_date(column.day, start) if turns < 2 else Day(code="day_outside"))
    return found


def read_date(day: str, month: dt.date | None) -> Day:
    """Return the date of ``2026-11-23``, ``11-23`` or ``23``.

    Args:
        day: As the sheet has it.
        month: First day of the sheet's month. A day and month without a year lies in it or in the one after.
    """
    parts = day.split("-")
    if not all(part.isdigit() for part in parts):
        return Day(code="bad_day")
    if len(parts) == 3:
        return _date(int(parts[0]), int(parts[1]), int(parts[2]), "bad_day")
    if month is None:
        return Day()
    if len(parts) == 1:
        return _date(month.year, month.month, int(day), "day_outside")
    for start in (month, _next(month)):
        if start.month == int(parts[0]):
            return _date(start.year, start.month, int(parts[1]), "bad_day")
    return Day(code="day_outside")


def _date(year: int, month: int, day: int, code: str) -> Day:
    try:
        on = dt.date(year, month, day)
    except ValueError:
        return Day(code=code)
    return Day(on) if _FIRST_YEAR <= on.year < _LAST_YEAR else Day(code="bad_day")


def _next(month: dt.date) -> dt.date:
    return (month + dt.timedelta(days=31)).replace(day=1)
