"""Roster files: an untrusted xlsx into cells, and the sheets that we give out (template, bad rows)."""

import datetime as dt
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from lms.errors import InvalidInput
from lms.people.domain.roster import (
    COLUMNS,
    MAX_ROWS,
    PROBLEM_HEADING,
    Cell,
    Line,
    Roster,
    read_roster,
)
from lms.web.listing import safe_cell, write_headings

MAX_UNPACKED_BYTES = 48 * 1024 * 1024
"""A roster of 5,000 rows unpacks to about 3 MB."""

MAX_PARTS = 500
_MAX_SHEETS = 5
_MAX_ROW = MAX_ROWS * 4
_MAX_COLUMN = 256
_MAX_FILLED = 2_000_000
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
_CELL = re.compile(rb'<(?:\w+:)?c\s(?:[^>]*?\s)?r="([A-Z]{1,3})(\d{1,7})"[^>]*?(?<!/)>')
_NOTHING = re.compile(rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>")
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")


def read_roster_file(data: bytes) -> Roster:
    """Read the roster in an xlsx: the first visible sheet that has our headings.

    The file comes from anywhere, so it is unpacked here under limits, and only what was unpacked is given to
    the reader: sizes that a file's directory claims are not believed.

    Raises:
        InvalidInput: ``roster_not_xlsx``, ``roster_locked`` (encrypted, or the old .xls), ``roster_empty``,
            ``roster_unpacks_too_large``, ``roster_too_wide``, ``roster_too_many_rows`` or ``roster_broken``.
    """
    rosters = [read_roster(cells) for _, cells in read_sheets(data)]
    with_headings = [
        roster
        for roster in rosters
        if "roster_no_heading" not in {issue.code for issue in roster.issues}
    ]
    return (with_headings or rosters or [Roster()])[0]


def read_sheets(
    data: bytes, *, at_most: int = _MAX_SHEETS, is_filled: bool = False
) -> Iterator[tuple[str, list[list[Cell]]]]:
    """Yield name and cells of each visible sheet, from its first row and column on.

    Args:
        data: An untrusted file.
        at_most: Sheets behind these are left out.
        is_filled: Whether each cell of a merged range gets what stands in its first.

    Raises:
        InvalidInput: As ``read_roster_file``, but for what it says of rows.
    """
    if not data:
        raise InvalidInput("roster_empty", field="file")
    if data.startswith(_OLE):
        raise InvalidInput("roster_locked", field="file")
    if not data.startswith(_ZIP):
        raise InvalidInput("roster_not_xlsx", field="file")
    data = _repacked(data)
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        names = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
        ]
        for name in names[:at_most]:
            sheet = book.get_sheet_by_name(name)
            cells: list[list[Cell]] = [list(row) for row in sheet.to_python(skip_empty_area=False)]
            if is_filled:
                _fill(cells, sheet.merged_cell_ranges or [])
            yield name, cells
    except (CalamineError, OSError, ValueError) as error:
        raise InvalidInput("roster_broken", field="file") from error
    except BaseException as error:
        # The reader is written in Rust and answers some broken files with a panic, which is no Exception.
        if type(error).__name__ == "PanicException":
            raise InvalidInput("roster_broken", field="file") from error
        raise


_Place = tuple[int, int]


def _fill(cells: list[list[Cell]], merged: Iterable[tuple[_Place, _Place]]) -> None:
    """Write what stands in the first cell of each merged range into its others."""
    left_to_fill = _MAX_FILLED
    for (top, left), (bottom, right) in merged:
        left_to_fill -= (bottom - top + 1) * (right - left + 1)
        if left_to_fill < 0:
            raise InvalidInput("roster_unpacks_too_large", field="file")
        if top >= len(cells) or left >= len(cells[top]):
            continue
        value = cells[top][left]
        for row in cells[top : bottom + 1]:
            for column in range(left, min(right + 1, len(row))):
                row[column] = value


def _repacked(data: bytes) -> bytes:
    """Return the XML parts of the workbook in a new archive, each read under the limit and looked over."""
    try:
        return _repack(data)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        RuntimeError,  # an encrypted part, or packed in a way that zipfile cannot read
    ) as error:
        raise InvalidInput("roster_broken", field="file") from error


def _repack(data: bytes) -> bytes:
    out = BytesIO()
    left = MAX_UNPACKED_BYTES
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        infos = source.infolist()
        if len(infos) > MAX_PARTS or sum(info.file_size for info in infos) > MAX_UNPACKED_BYTES:
            raise InvalidInput("roster_unpacks_too_large", field="file")
        if "xl/workbook.xml" not in {info.filename for info in infos}:
            raise InvalidInput("roster_not_xlsx", field="file")
        for info in infos:
            if info.flag_bits & 1:
                raise InvalidInput("roster_locked", field="file")
            if not info.filename.endswith((".xml", ".rels")):
                continue
            with source.open(info) as part:
                content = part.read(left + 1)
            left -= len(content)
            if left < 0:
                raise InvalidInput("roster_unpacks_too_large", field="file")
            if _SHEET.fullmatch(info.filename):
                _check_extent(content)
            target.writestr(info.filename, content)
    return out.getvalue()


def _check_extent(sheet: bytes) -> None:
    """Refuse a filled cell far out: readers make a full rectangle up to it, and one cell can ask for 10 GB."""
    for match in _CELL.finditer(sheet):
        row, column = int(match[2]), _column_number(match[1])
        if row <= _MAX_ROW and column <= _MAX_COLUMN:
            continue
        if _NOTHING.match(sheet, match.end()):
            continue  # only formatted: whole columns are, up to the last row
        if row > _MAX_ROW:
            raise InvalidInput("roster_too_many_rows", field="file", limit=MAX_ROWS)
        raise InvalidInput("roster_too_wide", field="file", limit=_MAX_COLUMN)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


_EXAMPLES: tuple[dict[str, object], ...] = (
    {
        "name": "示例：林小满",
        "phone": "13800138000",
        "email": "xiaoman@example.com",
        "employee_no": "K0231",
        "post": "售前客服",
        "hired_on": dt.date(2026, 11, 23),
        "lead": "周晓岚",
        "mentor": "K0107",
        "name_latin": "Lin Xiaoman",
    },
    {
        "name": "示例：陈一帆",
        "phone": "138 0013 8001",
        "post": "售前客服",
        "hired_on": "2026年11月23日",
        "lead": "周晓岚",
    },
)
_HELP = (
    ("姓名", "必填。"),
    ("手机号", "用来登录和通知。大陆号码填 11 位；境外号码以 + 和区号开头。手机号、邮箱、工号至少填一项。"),
    ("邮箱", "用来收邀请和通知。没有可以不填，由管理员把邀请链接发给本人。"),
    ("工号", "公司内唯一。填了就用它作登录用户名，没填就用手机号。"),
    ("岗位", "例如：售前客服、售后客服。"),
    ("入职日期", "2026-11-23、2026/11/23、20261123、2026年11月23日 都可以。"),
    ("组长", "填姓名；有重名时填工号或手机号。组长要先在系统里。"),
    ("带教老师", "同上。"),
    ("姓名拼音", "证书英文部分用，例如 Lin Xiaoman。"),
    ("用户名", "可以不填。只能用小写字母、数字、点、横线和下划线。"),
    ("角色", "不填就是学员。可填：学员、培训师、评委、组长、质检。多个用顿号隔开。"),
)  # fmt: skip


def make_template(posts: Sequence[str] = (), supervisors: Sequence[str] = ()) -> Workbook:
    """Return the empty roster with Chinese headings, drop-downs, and a help sheet with examples.

    Args:
        posts: Posts that exist, offered in the drop-down; others may be typed.
        supervisors: Names of those who lead or mentor, offered likewise.
    """
    book = Workbook()
    sheet = book.active
    if sheet is None:  # pragma: no cover - a new workbook has a sheet
        raise RuntimeError("new workbook without a sheet")
    sheet.title = "花名册"
    write_headings(sheet, [(column.heading, column.width) for column in COLUMNS])
    letters = {column.key: get_column_letter(at) for at, column in enumerate(COLUMNS, start=1)}
    for key in ("phone", "employee_no"):
        # Text, or a spreadsheet program turns numbers into 1.38E+10 and drops leading zeros.
        for row in range(2, 502):
            sheet[f"{letters[key]}{row}"].number_format = "@"
    for row in range(2, 502):
        sheet[f"{letters['hired_on']}{row}"].number_format = "yyyy-mm-dd"
    lists = book.create_sheet("选项")
    lists.sheet_state = "hidden"
    choices = {
        "post": posts,
        "lead": supervisors,
        "mentor": supervisors,
        "roles": ("学员", "培训师", "评委", "组长", "质检"),
    }
    for at, (key, words) in enumerate(choices.items(), start=1):
        _offer(sheet, lists, letters[key], get_column_letter(at), words)
    _write_help(book.create_sheet("填写说明", 1))
    return book


def _offer(sheet: Any, lists: Any, letter: str, at: str, words: Sequence[str]) -> None:  # noqa: ANN401 - openpyxl's sheets
    """Offer ``words`` in a column's drop-down; what is not in the list may be typed all the same."""
    for row, word in enumerate(words, start=1):
        lists[f"{at}{row}"] = safe_cell(word)
    if words:
        source = f"=选项!${at}$1:${at}${len(words)}"
        rule = DataValidation(
            type="list", formula1=source, allow_blank=True, showErrorMessage=False
        )
        sheet.add_data_validation(rule)
        rule.add(f"{letter}2:{letter}{MAX_ROWS + 1}")


def _write_help(sheet: Any) -> None:  # noqa: ANN401 - openpyxl's sheet
    write_headings(sheet, [("列", 14), ("怎么填", 70)])
    for row in _HELP:
        sheet.append(row)
    sheet.append([])
    sheet.append(["示例（写在“花名册”表里时会被跳过，不会导入）"])
    sheet.cell(row=sheet.max_row, column=1).font = Font(bold=True)
    sheet.append([column.heading for column in COLUMNS])
    for example in _EXAMPLES:
        sheet.append([example.get(column.key, "") for column in COLUMNS])
    for cells in sheet.iter_rows(min_row=2, max_row=len(_HELP) + 1, min_col=2, max_col=2):
        cells[0].alignment = Alignment(wrap_text=True, vertical="top")


def make_bad_rows(rows: Iterable[tuple[Line, str]]) -> Workbook:
    """Return a sheet of lines that could not be imported, each with its problem, ready to mend and upload.

    Args:
        rows: Each line and the sentence that says what is wrong.
    """
    book = Workbook()
    sheet = book.active
    if sheet is None:  # pragma: no cover - a new workbook has a sheet
        raise RuntimeError("new workbook without a sheet")
    sheet.title = "花名册"
    columns = [(column.heading, column.width) for column in COLUMNS]
    write_headings(sheet, [*columns, (PROBLEM_HEADING, 60)])
    for line, problem in rows:
        values = [safe_cell(line.values.get(column.key, "")) for column in COLUMNS]
        sheet.append([*values, safe_cell(problem)])
    return book
