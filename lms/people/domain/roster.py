"""A roster's sheet: which columns it has, and its rows as lines of plain text by field.

Lines can be stored, and checked again later against what is known then (``roster_check``).
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.issues import Issue, Severity, Where
from lms.people.domain.contacts import narrow

MAX_ROWS = 5000
_HEADING_WITHIN = 10

Cell = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None
"""What a spreadsheet cell may hold."""


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a roster.

    Attributes:
        key: Name of the field, as in ``Person`` where it has one.
        heading: The heading in our own template and exports.
        synonyms: Other headings that people use for it, blank between them, lower case, without inner blanks.
        max_length: Longest text that can be stored.
        width: Width in our own sheets, in characters.
    """

    key: str
    heading: str
    synonyms: str
    max_length: int
    width: int


COLUMNS = (
    Column("name", "姓名", "名字 员工姓名 中文名 中文姓名 name fullname", 80, 14),
    Column(
        "phone",
        "手机号",
        "手机 手机号码 电话 电话号码 联系电话 联系方式 移动电话 phone mobile tel",
        20,
        18,
    ),
    Column("email", "邮箱", "电子邮箱 邮件 电子邮件 邮箱地址 邮件地址 email e-mail mail", 254, 28),
    Column(
        "employee_no",
        "工号",
        "员工编号 员工号 人员编号 员工工号 编号 employeeno employeeid staffno",
        40,
        14,
    ),
    Column("post", "岗位", "职位 岗位名称 职务 应聘岗位 入职岗位 post position", 80, 16),
    Column(
        "hired_on",
        "入职日期",
        "入职时间 入职日 报到日期 报到时间 到岗日期 hiredate startdate",
        40,
        14,
    ),
    Column("lead", "组长", "直属组长 班组长 直接上级 直属上级 上级 主管 lead teamlead", 80, 14),
    Column("mentor", "带教老师", "带教 带教人 师傅 带教师傅 导师 mentor", 80, 14),
    Column("name_latin", "姓名拼音", "拼音 拼音姓名 英文名 英文姓名 latinname pinyin", 120, 20),
    Column("username", "用户名", "登录名 账号 登录账号 username account", 64, 16),
    Column("roles", "角色", "系统角色 role roles", 80, 14),
)
PROBLEM_HEADING = "问题"
"""The extra column of the file with only the bad rows; it is not read back."""

EXAMPLE_MARKS = ("示例", "样例", "例:", "example")
"""How the name in an example row begins (after ``narrow``)."""

_NOISE = re.compile(r"[\s*_]|\(.*?\)|\[.*?\]|【.*?】")
_BY_HEADING = {
    heading: column.key
    for column in COLUMNS
    for heading in (column.heading, *column.synonyms.split())
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row as text.

    Attributes:
        number: The row's number in the sheet, from 1, as the spreadsheet program shows it.
        values: Text by field key; fields without a column are absent.
    """

    number: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Roster:
    """What a sheet holds.

    Attributes:
        lines: Rows with a person.
        blank: Numbers of empty rows between others.
        examples: Numbers of example rows.
        ignored: Headings of columns that are not imported.
        issues: What stops the whole sheet from being read.
    """

    lines: tuple[Line, ...] = ()
    blank: tuple[int, ...] = ()
    examples: tuple[int, ...] = ()
    ignored: tuple[str, ...] = ()
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True)
class _Headings:
    """The heading row: its index, fields by column index, unknown headings, and a field that stands twice."""

    at: int
    columns: Mapping[int, str]
    ignored: tuple[str, ...]
    twice: str


def as_text(cell: Cell) -> str:
    """Return a cell as text: whole numbers without a point, dates as ``2026-11-23``, ends stripped."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ")
    if isinstance(cell, dt.date):
        return cell.isoformat()
    # An apostrophe in front is how spreadsheets, and our own exports, mark a text that looks like a formula.
    return narrow(str(cell)).removeprefix("'")


def read_roster(cells: Sequence[Sequence[Cell]]) -> Roster:
    """Read the rows of a sheet: find the headings, take the known columns, skip blank and example rows.

    Args:
        cells: All rows from the sheet's first row on. The headings stand in one of the first ten; a title
            above them does not matter, nor does the order of the columns.

    Returns:
        The lines, what was skipped, and issues ``roster_no_heading``, ``roster_heading_twice``,
        ``roster_too_many_rows`` or ``roster_empty`` that stop the whole sheet.
    """
    headings = _find_headings(cells)
    if headings is None:
        return _refused(
            "roster_no_heading", "no row has the heading 姓名 and one more that we know"
        )
    if headings.twice:
        return _refused("roster_heading_twice", "two columns hold the same", headings.twice)
    lines: list[Line] = []
    blank: list[int] = []
    examples: list[int] = []
    for number, row in enumerate(cells[headings.at + 1 :], start=headings.at + 2):
        values = {
            key: as_text(row[index]) if index < len(row) else ""
            for index, key in headings.columns.items()
        }
        if not any(values.values()):
            blank.append(number)
        elif values["name"].lower().startswith(EXAMPLE_MARKS):
            examples.append(number)
        else:
            lines.append(Line(number, values))
    if not lines:
        return _refused("roster_empty", "no row below the headings holds a person")
    if len(lines) > MAX_ROWS:
        text = f"{len(lines)} rows; at most {MAX_ROWS} at a time"
        return _refused("roster_too_many_rows", text, limit=MAX_ROWS, count=len(lines))
    # Rows below the last person are the sheet's end, not gaps.
    gaps = tuple(number for number in blank if number < lines[-1].number)
    return Roster(tuple(lines), gaps, tuple(examples), headings.ignored)


def _find_headings(cells: Sequence[Sequence[Cell]]) -> _Headings | None:
    for at, row in enumerate(cells[:_HEADING_WITHIN]):
        columns: dict[int, str] = {}
        ignored: list[str] = []
        twice = ""
        for index, cell in enumerate(row):
            text = as_text(cell)
            key = _BY_HEADING.get(_NOISE.sub("", text.lower()))
            if key is None:
                ignored.extend([text[:40]] if text and text != PROBLEM_HEADING else [])
            elif key in columns.values():
                twice = twice or key
            else:
                columns[index] = key
        if "name" in columns.values() and len(columns) >= 2:
            return _Headings(at, columns, tuple(ignored), twice)
    return None


def _refused(code: str, message: str, key: str = "", **facts: int) -> Roster:
    return Roster(issues=(Issue(Severity.ERROR, code, Where(field=key), message, facts),))
