"""An untrusted xlsx into sheets of plain text, under limits, with what was found out about their columns."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from zipfile import ZipFile

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from lms.issues import Issue, Severity, Where
from lms.questions.domain.exchange.archive import Limits, read_archive
from lms.questions.domain.exchange.xlsx.columns import fields_of, find_header
from lms.questions.domain.exchange.xlsx.ours import kind_of
from lms.questions.domain.exchange.xlsx.parts import sheet_paths

MAX_ROWS = 20_000
MAX_COLUMNS = 256
MAX_SHEETS = 50
MAX_CELLS = 4_000_000
MAX_TEXT = 64 * 1024 * 1024
_LIMITS = Limits(members=2000, total=192 * 1024 * 1024, free=48 * 1024 * 1024)
_HEADER_WITHIN = 30
_SAMPLES = 3
_OLE = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"
_SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml")
_CELL = re.compile(rb'<(?:\w+:)?c\s(?:[^>]*?\s)?r="([A-Z]{1,3})(\d{1,7})"[^>]*?(?<!/)>')
_NOTHING = re.compile(rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>")
_SHARED = re.compile(rb"<(?:\w+:)?si>(.*?)</(?:\w+:)?si>", re.DOTALL)
_SHOWN = re.compile(rb't="s"[^>]*>\s*<(?:\w+:)?v>(\d{1,9})<')
_LONG = 4096
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_ERROR = re.compile(rb'<(?:\w+:)?c\s(?=[^>]*?\bt="e")[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_DIMENSION = re.compile(rb"<(?:\w+:)?dimension\s[^>]*?/>")

Raw = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta
"""What the reader gives for a cell."""


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column as a mapping screen shows it.

    Attributes:
        index: From 0.
        heading: As written.
        samples: The first few things below the heading.
        field: The field that its heading means; empty when we do not know it.
    """

    index: int
    heading: str
    samples: tuple[str, ...]
    field: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet as text.

    Attributes:
        name: Its name.
        rows: Text of every cell from the first row and column on.
        header_row: Number of the row with the headings, from 1; None when no row has headings that we know, and in
            the sheets of our own workbook that hold no questions (examples, help, shared texts, pictures).
        columns: Its columns.
        merged: For each cell of a vertical merge but the first: (row, column) -> row of the first, from 0.
        dates: Cells (row, column), from 0, that the file holds as a date.
        errors: Cells (row, column), from 0, whose formula failed.
        part: Its path in the archive.
        filled: Rows below the headings that hold something.
        blank: Empty rows between them.
    """

    name: str
    rows: Sequence[Sequence[str]]
    header_row: int | None
    columns: tuple[SheetColumn, ...] = ()
    merged: Mapping[tuple[int, int], int] = field(default_factory=dict)
    dates: frozenset[tuple[int, int]] = frozenset()
    errors: frozenset[tuple[int, int]] = frozenset()
    part: str = ""
    filled: int = 0
    blank: int = 0


@dataclass(frozen=True, slots=True)
class Workbook:
    """What a file holds.

    Attributes:
        file: Its name.
        sheets: The visible sheets with something in them.
        issues: What stops it from being read, and what was left out.
        parts: Contents of the archive by path, for pictures.
    """

    file: str
    sheets: tuple[Sheet, ...] = ()
    issues: tuple[Issue, ...] = ()
    parts: Mapping[str, bytes] = field(default_factory=dict)


class _Refused(Exception):  # noqa: N818 - it reads as what it says
    """The file cannot be read at all; ``code`` and the message say why."""

    def __init__(self, code: str, message: str, **facts: object) -> None:
        super().__init__(message)
        self.code = code
        self.facts = facts


def read_sheets(data: bytes, file: str) -> Workbook:
    """Read the sheets of an xlsx without taking any of them for questions yet.

    Never raises: a file that cannot be read gives one error Issue: ``file_empty``, ``xlsx_old`` (an .xls: save it
    as .xlsx), ``xlsx_locked`` (under a password), ``not_xlsx``, ``xlsx_broken``, ``xlsx_too_many_rows``,
    ``xlsx_too_wide``, or one of ``archive``.
    """
    try:
        parts, issues = _unpacked(data, file)
        sheets = _read(parts, file, issues)
    except _Refused as refused:
        issue = Issue(Severity.ERROR, refused.code, Where(file), str(refused), refused.facts)
        return Workbook(file, issues=(issue,))
    return Workbook(file, tuple(sheets), tuple(issues), parts)


def _unpacked(data: bytes, file: str) -> tuple[Mapping[str, bytes], list[Issue]]:
    if not data:
        raise _Refused("file_empty", "the file is empty")
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise _Refused("xlsx_locked", "the file is under a password; save it without one")
        raise _Refused("xlsx_old", "the file is an old .xls; open it and save it as .xlsx")
    if not data.startswith(_ZIP):
        raise _Refused("not_xlsx", "the file is not an Excel workbook (.xlsx)")
    archive = read_archive(data, file, _LIMITS)
    if not archive.files:
        issue = archive.issues[0] if archive.issues else None
        code, message = (issue.code, issue.message) if issue else ("not_xlsx", "the file is empty")
        raise _Refused(code, message)
    if "xl/workbook.xml" not in archive.files:
        raise _Refused("not_xlsx", "the file is a zip, but not an Excel workbook (.xlsx)")
    _check_parts(archive.files)
    return archive.files, list(archive.issues)


def _check_parts(parts: Mapping[str, bytes]) -> None:
    """Refuse what the reader would blow up: far cells, many cells, or one long text that all of them show."""
    lengths = [len(text) for text in _SHARED.findall(parts.get("xl/sharedStrings.xml", b""))]
    cells = text = 0
    for name, content in parts.items():
        if _SHEET_PART.fullmatch(name):
            cells += _extent(content)
            if lengths and max(lengths) > _LONG:
                shown = (int(at) for at in _SHOWN.findall(content))
                text += sum(lengths[at] for at in shown if at < len(lengths))
    if cells > MAX_CELLS or text > MAX_TEXT:
        raise _Refused("xlsx_too_large", "the sheets hold more than can be read", limit=MAX_CELLS)


def _extent(sheet: bytes) -> int:
    """Return how many cells the reader makes of a sheet: it fills the rectangle up to the farthest cell.

    A filled cell far out is refused: one alone can ask for 10 GB.
    """
    rows = columns = 0
    for match in _CELL.finditer(sheet):
        row, column = int(match[2]), _column_number(match[1])
        if row > MAX_ROWS or column > MAX_COLUMNS:
            if _NOTHING.match(sheet, match.end()):
                continue  # only formatted: whole columns are, up to the last row
            raise _too_far(row)
        rows, columns = max(rows, row), max(columns, column)
    return rows * columns


def _too_far(row: int) -> _Refused:
    if row > MAX_ROWS:
        message = f"a sheet has something in row {row}; {MAX_ROWS} rows are read at most"
        return _Refused("xlsx_too_many_rows", message, limit=MAX_ROWS, row=row)
    message = f"a sheet has more than {MAX_COLUMNS} columns"
    return _Refused("xlsx_too_wide", message, limit=MAX_COLUMNS)


def _column_number(letters: bytes) -> int:
    number = 0
    for char in letters:
        number = number * 26 + char - 64
    return number


def _read(parts: Mapping[str, bytes], file: str, issues: list[Issue]) -> list[Sheet]:
    repacked = BytesIO()
    with ZipFile(repacked, "w") as target:
        for name, content in parts.items():
            if name.endswith((".xml", ".rels")):
                # The dimension is only claimed; the reader would reserve memory for it.
                clean = _DIMENSION.sub(b"", content) if _SHEET_PART.fullmatch(name) else content
                target.writestr(name, clean)
    try:
        return list(_sheets(repacked, parts, file, issues))
    except (CalamineError, OSError, ValueError) as error:
        raise _Refused("xlsx_broken", f"the workbook is broken: {error}") from error
    except BaseException as error:
        # The reader is written in Rust and answers some broken files with a panic, which is no Exception.
        if type(error).__name__ == "PanicException":
            raise _Refused("xlsx_broken", "the workbook is broken") from error
        raise


def _sheets(
    packed: BytesIO, parts: Mapping[str, bytes], file: str, issues: list[Issue]
) -> Iterator[Sheet]:
    packed.seek(0)
    book = CalamineWorkbook.from_filelike(packed)
    paths = sheet_paths(parts)
    found = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    if len(found) > MAX_SHEETS:
        message = f"the file has {len(found)} sheets; the first {MAX_SHEETS} are read"
        facts = {"count": len(found), "limit": MAX_SHEETS}
        issues.append(Issue(Severity.ERROR, "xlsx_too_many_sheets", Where(file), message, facts))
    for about in found[:MAX_SHEETS]:
        raw = book.get_sheet_by_name(about.name)
        if raw.end is None:
            continue
        if about.visible != SheetVisibleEnum.Visible:
            message = f"the sheet {about.name} is hidden and was not read"
            hidden = {"sheet": about.name}
            issues.append(Issue(Severity.WARNING, "sheet_hidden", Where(file), message, hidden))
            continue
        if raw.end[0] >= MAX_ROWS or raw.end[1] >= MAX_COLUMNS:
            raise _Refused("xlsx_too_many_rows", "a sheet is too large", limit=MAX_ROWS)
        path = paths.get(about.name, "")
        cells = raw.to_python(skip_empty_area=False)
        sheet = _sheet(about.name, cells, raw.merged_cell_ranges or [])
        yield replace(sheet, part=path, errors=_errors(parts.get(path, b"")))


def _errors(sheet: bytes) -> frozenset[tuple[int, int]]:
    if b't="e"' not in sheet:
        return frozenset()
    return frozenset(
        (int(match[2]) - 1, _column_number(match[1]) - 1) for match in _ERROR.finditer(sheet)
    )


def _sheet(
    name: str,
    cells: Sequence[Sequence[Raw]],
    ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]],
) -> Sheet:
    dates = frozenset(
        (row, column)
        for row, values in enumerate(cells)
        for column, value in enumerate(values)
        if isinstance(value, dt.date | dt.time | dt.timedelta)
    )
    rows = [[as_text(value) for value in values] for values in cells]
    header = find_header(rows[:_HEADER_WITHIN])
    at, headings = header or _first_full(rows)
    first = at + 1
    below = [any(row) for row in rows[first:]]
    return Sheet(
        name=name,
        rows=rows,
        header_row=first if header and not kind_of(*[*rows[0], "", ""][:2]) else None,
        columns=_columns(headings, rows[first:]),
        merged=_merged(ranges, rows),
        dates=dates,
        filled=sum(below),
        blank=below.count(False),
    )


def _first_full(rows: Sequence[Sequence[str]]) -> tuple[int, Sequence[str]]:
    """Return the first row with two filled cells: the best to show as headings."""
    for index, row in enumerate(rows):
        if sum(1 for cell in row if cell) > 1:
            return index, row
    return 0, rows[0]


def _columns(headings: Sequence[str], below: Sequence[Sequence[str]]) -> tuple[SheetColumn, ...]:
    known = fields_of(headings)
    columns = []
    for index, heading in enumerate(headings):
        filled = [row[index][:80] for row in below[:200] if row[index]]
        if heading or filled:
            samples = tuple(filled[:_SAMPLES])
            columns.append(SheetColumn(index, heading, samples, known.get(index, "")))
    return tuple(columns)


def _merged(
    ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]], rows: Sequence[Sequence[str]]
) -> dict[tuple[int, int], int]:
    merged = {}
    for (top, left), (bottom, _) in ranges:
        if left > MAX_COLUMNS:
            continue
        for row in range(top + 1, min(bottom, len(rows) - 1) + 1):
            merged[row, left] = top
    return merged


def as_text(value: Raw | None) -> str:
    r"""Return a cell as text: whole numbers without a point, line ends as ``\n``, ends stripped."""
    if isinstance(value, str):
        return _clean(value) if value else ""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return str(value)


def _clean(text: str) -> str:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _UNSTORABLE.search(text):
        text = _UNSTORABLE.sub("", text)
    return text.strip()
