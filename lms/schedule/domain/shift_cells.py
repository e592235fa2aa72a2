"""The cells of a shift roster: what each says of a day, and what they say together."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lms.schedule.domain.hours import (
    DAY_MINUTES,
    BadHours,
    Hours,
    Stretch,
    is_rest_word,
    parse_hours,
    read_stretch,
)
from lms.schedule.domain.shift_days import Day, read_date
from lms.schedule.domain.shift_sheet import Layout, Line, Table

MAX_CODE = 20
_NONE = frozenset({"", "-", "–", "—", "/"})
_DATED = re.compile(r"(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2})")
_ONE_DAY = dt.timedelta(days=1)
_COMPARED = 20
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?: .*)?")


@dataclass(frozen=True, slots=True)
class NamedStretch:
    """A stretch, and what the roster calls it."""

    stretch: Stretch
    name: str


@dataclass(frozen=True, slots=True)
class DayHours:
    """One day of one person: its stretches in order; none is a rest day."""

    on: dt.date
    stretches: tuple[NamedStretch, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """What one cell of a matrix, or one row of a list, says.

    Attributes:
        line: The row.
        person_id: Whom it is about.
        index: Which of the row's cells; of a list the day's.
        on: The date, if known.
        hours: What it says, if known.
        name: What it calls the shift.
        needs: The code whose meaning it needs.
        code: What is wrong, or "".
        key: The column's letter or the field that is wrong.
        facts: For the sentence.
    """

    line: Line
    person_id: int
    index: int
    on: dt.date | None = None
    hours: Hours | None = None
    name: str = ""
    needs: str = ""
    code: str = ""
    key: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)

    def wrong(self, code: str, key: str = "", **facts: object) -> "Slot":
        """Return the slot with what is wrong with it."""
        return replace(self, code=code, key=key or self.key, facts=facts)


def read_slots(
    line: Line,
    person_id: int,
    table: Table,
    dates: Sequence[Day],
    month: dt.date | None,
    codes: Mapping[str, Hours],
    *,
    blank_is_rest: bool,
) -> Iterator[Slot]:
    """Yield what the cells of a row say; empty ones only when they are rest days."""
    if table.layout is Layout.LIST:
        yield _list_slot(Slot(line, person_id, 0, key="day"), month, codes)
        return
    for index, (column, day, text) in enumerate(zip(table.columns, dates, line.cells, strict=True)):
        slot = Slot(line, person_id, index, on=day.on, key=column.letter)
        if text:
            slot = _with_hours(slot, text, codes)
            yield slot.wrong(day.code, value=column.day) if day.code else slot
        elif blank_is_rest and not day.code:
            yield replace(slot, hours=())


def _with_hours(slot: Slot, text: str, codes: Mapping[str, Hours]) -> Slot:
    """Read a cell: hours as they are, or a code."""
    if _DATE.fullmatch(text):
        return slot.wrong("cell_is_date", value=text[:10])
    try:
        hours = parse_hours(text)
    except BadHours as error:
        if error.code != "bad_time":
            return slot.wrong(error.code, value=text[:40])
        if len(text) > MAX_CODE:
            return slot.wrong("bad_time", value=text[:40])
    else:
        if hours:
            return replace(slot, hours=hours)
    return replace(slot, needs=text, hours=codes.get(text), name=text)


def _list_slot(slot: Slot, month: dt.date | None, codes: Mapping[str, Hours]) -> Slot:
    day, starts, ends, code = slot.line.cells
    found = read_date(day, month) if day else Day(code="missing")
    if found.code:
        return slot.wrong(found.code, "day", value=day[:40])
    slot = replace(slot, on=found.on, name=code[:MAX_CODE])
    starts, ends = ("" if text in _NONE else text for text in (starts, ends))
    says_rest = any(is_rest_word(text) for text in (starts, ends, code))
    has_time = any(text and not is_rest_word(text) for text in (starts, ends))
    if says_rest:
        return slot.wrong("rest_and_shift", "code") if has_time else replace(slot, hours=())
    if not has_time:
        return _with_hours(replace(slot, key="code"), code, codes) if code else slot.wrong(
            "missing", "starts"
        )  # fmt: skip
    for key, text in (("starts", starts), ("ends", ends)):
        if not text:
            return slot.wrong("missing", key)
    return _timed(slot, starts, ends)


def _timed(slot: Slot, starts: str, ends: str) -> Slot:
    try:
        first = _clock(starts, slot.on, later=False)
        stretch = read_stretch(first, _clock(ends, slot.on, later=True))
    except BadHours as error:
        return slot.wrong(error.code, "ends", value=f"{starts}–{ends}"[:40])
    return replace(slot, hours=(stretch,))


def _clock(text: str, on: dt.date | None, *, later: bool) -> str:
    """Return the time of a cell that may hold a date as well, which then has to fit the row's."""
    match = _DATED.fullmatch(text)
    if match is None or on is None:
        return text
    written = dt.date.fromisoformat(match[1])
    if written == on:
        return match[2]
    if later and written == on + dt.timedelta(days=1):
        return f"次日{match[2]}"
    raise BadHours("bad_time")


def close_days(slots: list[Slot]) -> dict[int, list[DayHours]]:
    """Bring the slots of each day together.

    What is wrong with slots together is noted in ``slots``; a day with anything wrong is left out.

    Returns:
        By person the days that can be imported, in order.
    """
    by_day: dict[tuple[int, dt.date], list[int]] = {}
    for at, slot in enumerate(slots):
        if slot.on is not None:
            by_day.setdefault((slot.person_id, slot.on), []).append(at)
    for together in by_day.values():
        _check_together(slots, together)
    for person_id, on in sorted(by_day):
        _check_next(slots, by_day[person_id, on], by_day.get((person_id, on + _ONE_DAY), []))
    for together in by_day.values():
        _wait_together(slots, together)
    found: dict[int, list[DayHours]] = {}
    for person_id, on in sorted(by_day):
        here = [slots[at] for at in by_day[person_id, on]]
        if all(not slot.code and slot.hours is not None for slot in here):
            found.setdefault(person_id, []).append(DayHours(on, _stretches(here)))
    return found


def _stretches(slots: Iterable[Slot]) -> tuple[NamedStretch, ...]:
    named = [NamedStretch(one, slot.name) for slot in slots for one in slot.hours or ()]
    return tuple(sorted(named, key=lambda one: one.stretch))


def _check_together(slots: list[Slot], together: list[int]) -> None:
    """Note what slots of one day have against each other: the same twice, rest beside a shift, overlaps."""
    for at in together:
        for other in together[:_COMPARED]:
            if at != other and not slots[at].code:
                slots[at] = _against(slots[at], slots[other])


def _wait_together(slots: list[Slot], together: list[int]) -> None:
    """Note that what is right of a day waits for what is wrong: half a day would be another day."""
    bad = next((slots[at] for at in together if slots[at].code), None)
    if bad is not None:
        for at in together:
            if not slots[at].code:
                slots[at] = slots[at].wrong("same_day_bad", row=bad.line.number)


def _against(slot: Slot, other: Slot) -> Slot:
    mine, theirs = slot.hours, other.hours
    if mine is None or theirs is None:
        return slot
    row = other.line.number
    if mine == theirs:
        return slot.wrong("twice_in_file", row=row)
    if not mine or not theirs:
        return slot.wrong("rest_and_shift", row=row)
    if any(one.start < two.end and two.start < one.end for one in mine for two in theirs):
        return slot.wrong("overlap", row=row)
    return slot


def _check_next(slots: list[Slot], today: list[int], tomorrow: list[int]) -> None:
    """Note a night shift that is not over when the next day's shift begins."""
    for at in today:
        for other in tomorrow:
            late = max((one.end for one in slots[at].hours or ()), default=0) - DAY_MINUTES
            early = min((one.start for one in slots[other].hours or ()), default=DAY_MINUTES)
            if early < late and not slots[at].code and not slots[other].code:
                rows = slots[at].line.number, slots[other].line.number
                slots[at] = slots[at].wrong("overlap_next", row=rows[1])
                slots[other] = slots[other].wrong("overlap_next", row=rows[0])
