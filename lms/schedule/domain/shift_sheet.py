"""A shift roster's sheet as lines of plain text: people by days (matrix), or a row for each shift (list).

Nothing is understood here beyond where things stand; ``shift_check`` reads days and codes, and can do so again
later, when a month or the meaning of a code is known.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from lms.people.domain.contacts import narrow
from lms.people.domain.roster import COLUMNS, EXAMPLE_MARKS, PROBLEM_HEADING, Cell, as_text
from lms.schedule.domain.shift_legend import as_weekday, find_legend, find_months

MAX_LINES = 20_000
"""Rows with a person in one sheet: 600 people for a month, a row for each day."""

HEADING_WITHIN = 15
_MIN_DAYS_BESIDE = 3
_NOISE = re.compile(r"[\s*_]|\(.*?\)|\[.*?\]|【.*?】")
_NO_PERSON = frozenset({"合计", "小计", "总计", "总数", "人数", "备注", "说明", "图例", "班次说明"})

_PEOPLE = {column.key: column for column in COLUMNS}
_WORDS = {
    "employee_no": (_PEOPLE["employee_no"].heading, *_PEOPLE["employee_no"].synonyms.split()),
    "name": (_PEOPLE["name"].heading, *_PEOPLE["name"].synonyms.split(), "员工", "人员", "客服", "坐席"),
    "day": ("日期", "排班日期", "班次日期", "上班日期", "date", "day"),
    "starts": ("上班", "上班时间", "开始", "开始时间", "start", "starts", "starttime"),
    "ends": ("下班", "下班时间", "结束", "结束时间", "end", "ends", "endtime"),
    "code": ("班次", "班别", "班种", "班次名称", "班次代码", "shift", "code"),
}  # fmt: skip
_BY_HEADING = {word: key for key, words in _WORDS.items() for word in words}

_WEEKDAY_BEHIND = re.compile(r"\s*\(?(?:周|星期|礼拜)?[一二三四五六日天]\)?$")
_FULL_DAY = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?: 0{1,2}:00(?::00)?)?"
)
_DENSE_DAY = re.compile(r"(20\d{2})(\d{2})(\d{2})")
_MONTH_DAY = re.compile(r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
_DAY = re.compile(r"(\d{1,2})\s*[日号]?")


class Layout(StrEnum):
    """How a sheet is laid out."""

    MATRIX = "matrix"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class DayColumn:
    """A column of a matrix.

    Attributes:
        letter: What the spreadsheet program calls it.
        day: ``2026-11-23``, ``11-23`` or ``23``: as much as its heading says.
        weekday: 0 for Monday to 6, where the sheet says it.
    """

    letter: str
    day: str
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A row with a person.

    Attributes:
        number: The row's number in the sheet, from 1.
        employee_no: As written; may be empty.
        name: As written; may be empty.
        cells: Of a matrix one text for each day column; of a list day, starts, ends and code.
    """

    number: int
    employee_no: str
    name: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """What a sheet holds.

    Attributes:
        title: The sheet's name.
        layout: How it is laid out.
        columns: The day columns of a matrix, from left to right.
        lines: Rows with a person and at least one day.
        skipped: Numbers of rows with a person's name and no shift.
        ignored: Headings of columns that are not read.
        month: ``2026-11`` where the sheet says so above its headings or in its name, and says one only.
    """

    title: str
    layout: Layout
    columns: tuple[DayColumn, ...] = ()
    lines: tuple[Line, ...] = ()
    skipped: tuple[int, ...] = ()
    ignored: tuple[str, ...] = ()
    month: str = ""


@dataclass(frozen=True, slots=True)
class Book:
    """What a workbook holds.

    Attributes:
        tables: Sheets with shifts.
        legend: Hours as written by code, where the workbook says them, and says one thing only.
    """

    tables: tuple[Table, ...] = ()
    legend: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where things stand: first row of data, fields and days by column index, other headings."""

    first: int
    fields: Mapping[str, int]
    days: Mapping[int, str]
    ignored: tuple[str, ...]


Rows = Sequence[Sequence[Cell]]


def read_book(sheets: Sequence[tuple[str, Rows]]) -> Book:
    """Read the sheets of a workbook.

    Args:
        sheets: Name and cells of each, from its first row and column on; merged cells filled in.

    Returns:
        A table for each sheet with a heading for people (工号 or 姓名) and days beside it in one of the first
        rows, or with 日期 and 上班 and 下班 (or 班次); and the legend found anywhere.
    """
    tables: list[Table] = []
    texts: list[list[str]] = []
    for title, rows in sheets:
        frame = _find_frame(rows)
        table = None if frame is None else _read_table(title, rows, frame)
        if table is not None and table.lines:
            tables.append(table)
        taken = {line.number - 1 for line in table.lines} if table else set()
        known = {*frame.days, *frame.fields.values()} if frame else set()
        texts += [
            [
                "" if at in taken and column in known else as_text(cell)
                for column, cell in enumerate(row)
            ]
            for at, row in enumerate(rows)
        ]
    return Book(tuple(tables), find_legend(texts))


def read_day(cell: Cell) -> str:
    """Read a day as far as a cell says it.

    Returns:
        ``2026-11-23``, ``11-23``, ``23``, or "" for what is no day. Whether there is such a day is not looked at.
    """
    if isinstance(cell, bool):
        return ""
    if isinstance(cell, float) and not cell.is_integer():
        return ""
    text = as_text(cell)
    for words in (text, _WEEKDAY_BEHIND.sub("", text)):
        full = _FULL_DAY.fullmatch(words) or _DENSE_DAY.fullmatch(words)
        if full:
            return f"{full[1]}-{int(full[2]):02}-{int(full[3]):02}"
        part = _MONTH_DAY.fullmatch(words)
        if part and 1 <= int(part[1]) <= 12 and 1 <= int(part[2]) <= 31:
            return f"{int(part[1]):02}-{int(part[2]):02}"
        single = _DAY.fullmatch(words)
        if single and 1 <= int(single[1]) <= 31:
            return f"{int(single[1])}"
    return ""


def column_letter(index: int) -> str:
    """Return what a spreadsheet program calls the column at ``index`` (from 0)."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _find_frame(rows: Rows) -> _Frame | None:
    for at, row in enumerate(rows[:HEADING_WITHIN]):
        fields = _fields(row)
        if not fields.keys() & {"employee_no", "name"}:
            continue
        if "day" in fields and (fields.keys() & {"starts", "code"}):
            return _Frame(at + 1, fields, {}, _others(row, fields, {}))
        who = {key: column for key, column in fields.items() if key in {"employee_no", "name"}}
        days_at = _days_row(rows, at)
        if days_at is not None:
            days = _days(rows[days_at])
            return _Frame(max(at, days_at) + 1, who, days, _others(row, who, days))
    return None


def _fields(row: Sequence[Cell]) -> dict[str, int]:
    """Return the columns of the headings that we know; of two with the same the first."""
    fields: dict[str, int] = {}
    for index, cell in enumerate(row):
        key = _BY_HEADING.get(_NOISE.sub("", as_text(cell).lower()))
        if key is not None:
            fields.setdefault(key, index)
    return fields


def _days(row: Sequence[Cell]) -> dict[int, str]:
    return {index: day for index, cell in enumerate(row) if (day := read_day(cell))}


def _days_row(rows: Rows, at: int) -> int | None:
    """Return which row has the days: the one with the headings, or one beside it where cells were merged."""
    if _days(rows[at]):
        return at
    for beside in (at - 1, at + 1):
        if 0 <= beside < len(rows) and len(_days(rows[beside])) >= _MIN_DAYS_BESIDE:
            return beside
    return None


def _others(
    row: Sequence[Cell], fields: Mapping[str, int], days: Mapping[int, str]
) -> tuple[str, ...]:
    known = {*fields.values(), *days}
    texts = [as_text(cell)[:40] for index, cell in enumerate(row) if index not in known]
    return tuple(
        dict.fromkeys(text for text in texts if text and text not in {PROBLEM_HEADING, "序号"})
    )


def _read_table(title: str, rows: Rows, frame: _Frame) -> Table:
    weekdays, weekday_row = _weekdays(rows, frame)
    lines: list[Line] = []
    skipped: list[int] = []
    for at, row in enumerate(rows[frame.first :], start=frame.first):
        line = _line(at + 1, row, frame)
        if at == weekday_row or _is_no_person(line):
            continue
        if not any(line.cells):
            has_name = bool(line.employee_no or line.name)
            skipped += [line.number] if has_name and not _tells(row) else []
        elif line.employee_no or line.name or not _tells(row):
            lines.append(line)
    months = find_months([title], rows[: max(0, frame.first - 1)])
    return Table(
        title=title,
        layout=Layout.MATRIX if frame.days else Layout.LIST,
        columns=tuple(
            DayColumn(column_letter(index), day, weekdays.get(index))
            for index, day in frame.days.items()
        ),
        lines=tuple(lines),
        skipped=tuple(skipped),
        ignored=frame.ignored,
        month=months[0] if len(months) == 1 else "",
    )


def _tells(row: Sequence[Cell]) -> bool:
    """Say whether a row is part of the legend."""
    return bool(find_legend([[as_text(one) for one in row]]))


def _line(number: int, row: Sequence[Cell], frame: _Frame) -> Line:
    who = [_text_at(row, frame.fields.get(key)) for key in ("employee_no", "name")]
    if frame.days:
        cells = tuple(_text_at(row, index) for index in frame.days)
    else:
        day = frame.fields["day"]
        written = row[day] if day < len(row) else None
        cells = (
            read_day(written) or as_text(written),
            *(_clock_at(row, frame.fields.get(key)) for key in ("starts", "ends")),
            _text_at(row, frame.fields.get("code")),
        )
    return Line(number, who[0], who[1], cells)


def _is_no_person(line: Line) -> bool:
    words = line.name or line.employee_no
    return (
        words.rstrip(":") in _NO_PERSON
        or words.lower().startswith(EXAMPLE_MARKS)
        or _NOISE.sub("", words.lower()) in _BY_HEADING  # a heading over two rows
    )


def _text_at(row: Sequence[Cell], index: int | None) -> str:
    return as_text(row[index])[:200] if index is not None and index < len(row) else ""


def _clock_at(row: Sequence[Cell], index: int | None) -> str:
    cell = row[index] if index is not None and index < len(row) else None
    if isinstance(cell, dt.datetime):
        return f"{cell:%Y-%m-%d %H:%M}"  # midnight is a time here
    return narrow(as_text(cell))[:80]


def _weekdays(rows: Rows, frame: _Frame) -> tuple[dict[int, int], int | None]:
    """Return weekdays by column, and the row below the headings that holds them, if one does."""
    for at in (frame.first - 1, frame.first, frame.first - 2, frame.first - 3):
        row = rows[at] if 0 <= at < len(rows) else ()
        texts = {index: _text_at(row, index) for index in frame.days}
        found = {index: as_weekday(text) for index, text in texts.items() if text}
        known = {index: one for index, one in found.items() if one is not None}
        if len(known) >= _MIN_DAYS_BESIDE and len(known) == len(found):
            return known, at
    return {}, None
