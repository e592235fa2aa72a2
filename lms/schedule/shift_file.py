"""Shift rosters as files: an untrusted xlsx into sheets, and those that we give out."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.styles import Alignment

from lms.errors import InvalidInput
from lms.people.domain.roster import PROBLEM_HEADING
from lms.people.models import Person
from lms.people.roster_file import read_sheets
from lms.schedule.domain.hours import DAY_MINUTES, REST, clock_text
from lms.schedule.domain.shift_check import BadLine
from lms.schedule.domain.shift_sheet import MAX_LINES, Book, Layout, Table, read_book
from lms.schedule.domain.shifts import Shift
from lms.web.listing import safe_cell, write_headings

MAX_SHEETS = 15
"""A sheet a month, and some for legends."""

LIST_HEADINGS = (("工号", 14), ("姓名", 14), ("日期", 14), ("上班", 10), ("下班", 10), ("班次", 12))
_HELP = (
    ("工号、姓名", "至少填一个。有同名的人时要填工号。"),
    ("日期", "2026-11-23、2026/11/23、11月23日 都可以。夜班写上班的那一天。"),
    ("上班、下班", "例如 09:00 和 18:00。下班时间比上班早，就是第二天。"),
    ("班次", "可以不填，例如：早班。休息的日子写“休息”，上班和下班留空。"),
    ("一天两段", "写两行，例如 09:00–12:00 一行，14:00–18:00 一行。"),
    ("没写的日子", "不会改动，也不当作休息。"),
)


def read_shift_file(data: bytes) -> Book:
    """Read the sheets with shifts of an xlsx.

    Raises:
        InvalidInput: ``roster_not_xlsx``, ``roster_locked``, ``roster_empty`` (no byte),
            ``roster_unpacks_too_large``, ``roster_too_wide``, ``roster_too_many_rows``, ``roster_broken``, or
            ``shifts_none``: no sheet has both people and days.
    """
    book = read_book(list(read_sheets(data, at_most=MAX_SHEETS, is_filled=True)))
    if not book.tables:
        raise InvalidInput("shifts_none", field="file")
    if any(len(table.lines) > MAX_LINES for table in book.tables):
        raise InvalidInput("roster_too_many_rows", field="file", limit=MAX_LINES)
    return book


def make_shift_template() -> Workbook:
    """Return the empty list with a sheet that says how to fill it."""
    book, sheet = _new_book()
    write_headings(sheet, LIST_HEADINGS)
    for letter, form in (("A", "@"), ("C", "yyyy-mm-dd"), ("D", "hh:mm"), ("E", "hh:mm")):
        for row in range(2, 502):
            sheet[f"{letter}{row}"].number_format = form
    words = book.create_sheet("填写说明")
    write_headings(words, [("列", 14), ("怎么填", 70)])
    for line in _HELP:
        words.append(line)
    for cells in words.iter_rows(min_row=2, min_col=2, max_col=2):
        cells[0].alignment = Alignment(wrap_text=True, vertical="top")
    return book


def make_shift_list(
    days: Iterable[tuple[Person, dt.date, Sequence[Shift]]], zone: ZoneInfo
) -> Workbook:
    """Return days in the list that imports back: a row for each shift, one for a rest day.

    Args:
        days: Person, local day, and its shifts.
        zone: What times are written in.
    """
    book, sheet = _new_book()
    write_headings(sheet, LIST_HEADINGS)
    for person, day, shifts in days:
        who = [safe_cell(person.employee_no or ""), safe_cell(person.name), day]
        for shift in shifts:
            starts, ends = clocks(shift, day, zone)
            sheet.append([*who, starts, ends, safe_cell(shift.name)])
        if not shifts:
            sheet.append([*who, "", "", REST])
        for row in range(sheet.max_row - max(1, len(shifts)) + 1, sheet.max_row + 1):
            sheet.cell(row=row, column=3).number_format = "yyyy-mm-dd"
    return book


def clocks(shift: Shift, day: dt.date, zone: ZoneInfo) -> tuple[str, str]:
    """Return when a shift of ``day`` begins and ends, as clocks in ``zone`` show it."""
    starts, ends = shift.starts_at.astimezone(zone), shift.ends_at.astimezone(zone)
    is_midnight = ends.time() == dt.time() and (ends.date() - day).days == 1
    return f"{starts:%H:%M}", clock_text(DAY_MINUTES) if is_midnight else f"{ends:%H:%M}"


def make_bad_shifts(
    table: Table, dates: Sequence[dt.date | None], bad: Iterable[tuple[BadLine, str]]
) -> Workbook:
    """Return what could not be imported, each row with its problem, ready to mend and upload.

    Args:
        table: Whose layout it keeps.
        dates: Of a matrix the date of each column; without one the heading stays as it was.
        bad: Each row and the sentence that says what is wrong.
    """
    book, sheet = _new_book()
    if table.layout is Layout.LIST:
        write_headings(sheet, [*LIST_HEADINGS, (PROBLEM_HEADING, 60)])
        for one, problem in bad:
            cells = [one.line.employee_no, one.line.name, *one.line.cells, problem]
            sheet.append([safe_cell(cell) for cell in cells])
        return book
    rows = list(bad)
    used = sorted({at for one, _ in rows for at in one.cells})
    headings: list[tuple[str, int]] = [
        (on.isoformat() if (on := dates[at]) else table.columns[at].day, 12) for at in used
    ]
    write_headings(sheet, [*LIST_HEADINGS[:2], *headings, (PROBLEM_HEADING, 60)])
    for one, problem in rows:
        cells = [one.line.cells[at] if at in one.cells else "" for at in used]
        who = [one.line.employee_no, one.line.name]
        sheet.append([safe_cell(cell) for cell in (*who, *cells, problem)])
    return book


def _new_book() -> tuple[Workbook, Any]:
    book = Workbook()
    sheet = book.active
    if sheet is None:  # pragma: no cover - a new workbook has a sheet
        raise RuntimeError("new workbook without a sheet")
    sheet.title = "排班"
    return book, sheet
