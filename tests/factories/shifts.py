"""Builders of shifts: days of a roster, and sheets as companies keep them."""

import datetime as dt
from collections.abc import Sequence
from io import BytesIO
from zoneinfo import ZoneInfo

from openpyxl import Workbook

from lms.db import db
from lms.people.models import Person
from lms.schedule.domain.hours import parse_hours
from lms.schedule.domain.shift_cells import DayHours, NamedStretch
from lms.schedule.models import ShiftDay
from lms.schedule.shift_store import day_as_json
from tests.conftest import NOON

SHANGHAI = ZoneInfo("Asia/Shanghai")


def make_shift_day(
    person: Person, day: dt.date, hours: str = "09:00–18:00", *, name: str = "早"
) -> ShiftDay:
    """Return a stored day of a person; ``hours`` as people write them, 休息 for a rest day."""
    stretches = tuple(NamedStretch(one, name) for one in parse_hours(hours))
    row = ShiftDay(
        person_id=person.id,
        day=day,
        shifts=day_as_json(DayHours(day, stretches), SHANGHAI),
        changed_at=NOON,
    )
    db.session.add(row)
    db.session.commit()
    return row


def workbook(*rows: Sequence[object], title: str = "排班") -> Workbook:
    """Return a workbook with these rows in its one sheet."""
    book = Workbook()
    assert book.active is not None
    book.active.title = title
    for row in rows:
        book.active.append(list(row))
    return book


def as_bytes(book: Workbook) -> bytes:
    """Return a workbook as a file."""
    out = BytesIO()
    book.save(out)
    return out.getvalue()
