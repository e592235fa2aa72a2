"""Checking a shift roster: who is meant, which day, which hours, and whether they can be."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lms.issues import Issue, Severity, Where
from lms.people.domain.contacts import narrow
from lms.schedule.domain.hours import Hours
from lms.schedule.domain.shift_cells import DayHours, Slot, close_days, read_slots
from lms.schedule.domain.shift_days import days_of_columns, month_start, needs_month
from lms.schedule.domain.shift_sheet import Layout, Line, Table


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person told about a sheet.

    Attributes:
        month: ``2026-11``, or "" as long as it is not known.
        hours: What codes stand for.
        blank_is_rest: Whether an empty cell of a matrix is a rest day; otherwise it says nothing.
    """

    month: str = ""
    hours: Mapping[str, Hours] = field(default_factory=dict)
    blank_is_rest: bool = False


@dataclass(frozen=True, slots=True)
class People:
    """Whom the organisation knows.

    Attributes:
        by_no: Id and name by lower-case employee number.
        by_name: Ids by name.
    """

    by_no: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    by_name: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PersonDays:
    """What the sheet says of one person: days that can be imported, in order."""

    person_id: int
    line: Line
    days: tuple[DayHours, ...]


@dataclass(frozen=True, slots=True)
class BadLine:
    """A row with something that cannot be imported.

    Attributes:
        line: The row.
        issues: What is wrong, by column.
        cells: Indexes of the cells that are not imported.
    """

    line: Line
    issues: tuple[Issue, ...]
    cells: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CodeUse:
    """A code of the sheet: how many cells have it, and what it stands for, if that is known."""

    code: str
    count: int
    hours: Hours | None


@dataclass(frozen=True, slots=True)
class Checked:
    """A sheet as it was understood.

    Attributes:
        people: Who gets which days.
        bad: Rows with something that cannot be imported.
        codes: Codes by how often they stand there.
        blanks: Empty cells of persons that are known.
        issues: What stops the whole sheet: ``month_missing``, ``codes_open``, ``weekday_mismatch``, ``day_twice``.
        dates: Of a matrix the date of each column.
    """

    people: tuple[PersonDays, ...] = ()
    bad: tuple[BadLine, ...] = ()
    codes: tuple[CodeUse, ...] = ()
    blanks: int = 0
    issues: tuple[Issue, ...] = ()
    dates: tuple[dt.date | None, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether it can be imported now."""
        return bool(self.people) and not self.issues

    @property
    def day_count(self) -> int:
        """How many days of persons it holds."""
        return sum(len(one.days) for one in self.people)


def check_table(table: Table, choice: Choice, people: People) -> Checked:
    """Understand a sheet.

    A day of a person is imported whole or not at all: where one of its rows is wrong, the others wait with it.

    Args:
        table: As read.
        choice: What was told about it.
        people: Whom the organisation knows.

    Returns:
        Days by person, and issues by row and column (its letter, or a field of the list): ``no_person``,
        ``person_unknown``, ``person_ambiguous``, ``name_mismatch``, ``person_twice``, ``missing``, ``bad_day``,
        ``day_outside``, ``bad_time``, ``too_long``, ``overlap``, ``overlap_next``, ``twice_in_file``,
        ``rest_and_shift``, ``cell_is_date``, ``same_day_bad``.
    """
    month = month_start(choice.month)
    dates = days_of_columns(table.columns, month)
    who = {line.number: _who(line, people) for line in table.lines}
    if table.layout is Layout.MATRIX:
        _note_twice(table.lines, who)
    known = {number: found for number, found in who.items() if isinstance(found, int)}
    slots = [
        slot
        for line in table.lines
        if line.number in known
        for slot in read_slots(line, known[line.number], table, dates, month, choice.hours,
                               blank_is_rest=choice.blank_is_rest)
    ]  # fmt: skip
    days = close_days(slots)
    return Checked(
        people=_by_person(table.lines, known, days),
        bad=_bad_lines(table, who, slots),
        codes=_codes(slots, choice.hours),
        blanks=sum(
            1 for line in table.lines if line.number in known for cell in line.cells if not cell
        )
        if table.layout is Layout.MATRIX
        else 0,
        issues=tuple(_sheet_issues(table, month, [one.on for one in dates], slots)),
        dates=tuple(one.on for one in dates),
    )


def _who(line: Line, people: People) -> int | Issue:
    name, number = narrow(line.name), narrow(line.employee_no).lower()
    if number:
        holder = people.by_no.get(number)
        if holder is None:
            return _issue(line, "person_unknown", "employee_no", value=line.employee_no)
        if name and name != holder[1]:
            return _issue(line, "name_mismatch", "name", value=line.employee_no, holder=holder[1])
        return holder[0]
    if not name:
        return _issue(line, "no_person", "employee_no")
    ids = people.by_name.get(name, ())
    if len(ids) == 1:
        return ids[0]
    code = "person_ambiguous" if ids else "person_unknown"
    return _issue(line, code, "name", value=name, count=len(ids))


def _note_twice(lines: Iterable[Line], who: dict[int, int | Issue]) -> None:
    """Refuse both rows of a person who has two: which of them counts is not for us to say."""
    rows: dict[int, list[Line]] = {}
    for line in lines:
        found = who[line.number]
        if isinstance(found, int):
            rows.setdefault(found, []).append(line)
    for twins in rows.values():
        for line in twins if len(twins) > 1 else ():
            other = next(one for one in twins if one is not line)
            who[line.number] = _issue(line, "person_twice", "name", row=other.number)


def _issue(line: Line, code: str, key: str, **facts: object) -> Issue:
    where = Where(row=line.number, field=key)
    return Issue(Severity.ERROR, code, where, code.replace("_", " "), facts)


def _by_person(
    lines: Iterable[Line], known: Mapping[int, int], days: Mapping[int, list[DayHours]]
) -> tuple[PersonDays, ...]:
    first: dict[int, Line] = {}
    for line in lines:
        if line.number in known:
            first.setdefault(known[line.number], line)
    return tuple(
        PersonDays(person_id, line, tuple(days[person_id]))
        for person_id, line in first.items()
        if days.get(person_id)
    )


def _bad_lines(
    table: Table, who: Mapping[int, int | Issue], slots: Iterable[Slot]
) -> tuple[BadLine, ...]:
    wrong: dict[int, list[Slot]] = {}
    for slot in slots:
        if slot.code:
            wrong.setdefault(slot.line.number, []).append(slot)
    bad: list[BadLine] = []
    for line in table.lines:
        found = who[line.number]
        if isinstance(found, Issue):
            filled = tuple(at for at, cell in enumerate(line.cells) if cell)
            bad.append(BadLine(line, (found,), filled))
        elif line.number in wrong:
            here = wrong[line.number]
            issues = tuple(_issue(line, one.code, one.key, **one.facts) for one in here)
            bad.append(BadLine(line, issues, tuple(one.index for one in here)))
    return tuple(bad)


def _codes(slots: Iterable[Slot], hours: Mapping[str, Hours]) -> tuple[CodeUse, ...]:
    counts = Counter(slot.needs for slot in slots if slot.needs)
    return tuple(CodeUse(code, count, hours.get(code)) for code, count in counts.most_common())


def _sheet_issues(
    table: Table, month: dt.date | None, dates: list[dt.date | None], slots: Iterable[Slot]
) -> Iterable[Issue]:
    if needs_month(table) and month is None:
        yield _of_sheet("month_missing")
    unread = {slot.needs for slot in slots if slot.needs and slot.hours is None}
    if unread:
        yield _of_sheet("codes_open", count=len(unread))
    for column, on in zip(table.columns, dates, strict=True):
        if on is not None and column.weekday is not None and on.weekday() != column.weekday:
            yield _of_sheet("weekday_mismatch", column.letter, day=on, weekday=column.weekday)
            break
    seen: dict[dt.date, str] = {}
    for column, on in zip(table.columns, dates, strict=True):
        if on is not None and on in seen:
            yield _of_sheet("day_twice", column.letter, day=on, other=seen[on])
            break
        if on is not None:
            seen[on] = column.letter


def _of_sheet(code: str, letter: str = "", **facts: object) -> Issue:
    return Issue(Severity.ERROR, code, Where(field=letter), code.replace("_", " "), facts)
