"""Sheets, choices and shifts as JSON columns hold them."""

import datetime as dt
from collections.abc import Iterable, Mapping
from contextlib import suppress
from zoneinfo import ZoneInfo

from lms.db import JsonList, JsonObject
from lms.schedule.domain.hours import BadHours, Hours, parse_hours
from lms.schedule.domain.shift_cells import DayHours
from lms.schedule.domain.shift_check import Choice
from lms.schedule.domain.shift_sheet import DayColumn, Layout, Line, Table
from lms.schedule.domain.shifts import Shift, shift_on


def table_as_json(table: Table) -> JsonObject:
    """Return a sheet as it is stored."""
    return {
        "title": table.title,
        "layout": table.layout.value,
        "columns": [[one.letter, one.day, one.weekday] for one in table.columns],
        "lines": [[one.number, one.employee_no, one.name, *one.cells] for one in table.lines],
        "skipped": list(table.skipped),
        "ignored": list(table.ignored),
        "month": table.month,
    }


def table_from_json(stored: JsonObject) -> Table:
    """Return the sheet that ``table_as_json`` stored."""
    return Table(
        title=stored["title"],
        layout=Layout(stored["layout"]),
        columns=tuple(DayColumn(*one) for one in stored["columns"]),
        lines=tuple(Line(one[0], one[1], one[2], tuple(one[3:])) for one in stored["lines"]),
        skipped=tuple(stored["skipped"]),
        ignored=tuple(stored["ignored"]),
        month=stored["month"],
    )


def choice_from_json(stored: JsonObject) -> Choice:
    """Return what was told about a sheet; hours that cannot be read are not told."""
    hours = {code: read_hours(text) for code, text in stored["hours"].items()}
    return Choice(
        month=stored["month"],
        hours={code: one for code, one in hours.items() if one is not None},
        blank_is_rest=stored["blank_is_rest"],
    )


def read_hours(text: str) -> Hours | None:
    """Return hours as ``parse_hours`` reads them, or None."""
    with suppress(BadHours):
        return parse_hours(text)
    return None


def day_as_json(day: DayHours, zone: ZoneInfo) -> JsonList:
    """Return the shifts of a day as they are stored."""
    shifts = [shift_on(day.on, one.stretch, one.name, zone) for one in day.stretches]
    return [
        {
            "starts_at": shift.starts_at.isoformat(),
            "ends_at": shift.ends_at.isoformat(),
            "name": shift.name,
        }
        for shift in shifts
    ]


def shifts_from_json(stored: Iterable[Mapping[str, str]]) -> tuple[Shift, ...]:
    """Return the shifts that ``day_as_json`` stored."""
    return tuple(
        Shift(
            dt.datetime.fromisoformat(one["starts_at"]),
            dt.datetime.fromisoformat(one["ends_at"]),
            one["name"],
        )
        for one in stored
    )
