"""Reading who works when."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, exists, func, or_, select

from lms.db import db
from lms.people.models import Person, Supervision
from lms.people.queries import select_persons
from lms.schedule.domain.bookings import Span
from lms.schedule.domain.shift_check import People
from lms.schedule.domain.shifts import Shift, days_touched, is_off_shift
from lms.schedule.models import ShiftCode, ShiftDay
from lms.schedule.shift_store import shifts_from_json

WEEK = dt.timedelta(days=7)
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OffShift:
    """Somebody who is not at work long enough within a window.

    Attributes:
        person_id: Who.
        shifts: The shifts of the days that the window touches; none: these are rest days.
    """

    person_id: int
    shifts: tuple[Shift, ...]


def list_off_shift(
    person_ids: Collection[int],
    *,
    opens_at: dt.datetime,
    closes_at: dt.datetime,
    minutes: int,
    zone: ZoneInfo,
) -> list[OffShift]:
    """Return who has less than ``minutes`` on shift in one piece within a window, in one statement.

    Args:
        person_ids: Whom to look at.
        opens_at: First instant of the window.
        closes_at: First instant after it.
        minutes: What it takes; of a shorter window the whole of it.
        zone: In which days begin.

    Returns:
        Only those whose roster covers every day that the window touches: of others nothing is known. In the order of
        their ids.
    """
    if not person_ids:
        return []
    window = Span(opens_at, closes_at)
    days = days_touched(window, zone)
    # A night shift of the evening before may reach into the window.
    known = list_days(person_ids, since=days[0] - _DAY, until=days[-1])
    found: list[OffShift] = []
    for person_id in sorted(known):
        by_day = known[person_id]
        if any(day not in by_day for day in days):
            continue
        if is_off_shift(window, minutes, [one for shifts in by_day.values() for one in shifts]):
            own = tuple(shift for day in days for shift in by_day[day])
            found.append(OffShift(person_id, own))
    return found


def list_days(
    person_ids: Collection[int], *, since: dt.date, until: dt.date
) -> dict[int, dict[dt.date, tuple[Shift, ...]]]:
    """Return the shifts by person and day, from ``since`` to ``until``, both included; unknown days are absent."""
    found: dict[int, dict[dt.date, tuple[Shift, ...]]] = {}
    for person_id, day, shifts in db.session.execute(
        select(ShiftDay.person_id, ShiftDay.day, ShiftDay.shifts)
        .where(ShiftDay.person_id.in_(person_ids), ShiftDay.day >= since, ShiftDay.day <= until)
        .order_by(ShiftDay.person_id, ShiftDay.day)
    ):
        found.setdefault(person_id, {})[day] = shifts_from_json(shifts)
    return found


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list of a week is asked for.

    Attributes:
        monday: First day of the week.
        words: Found in name, employee number and the like.
        cohort_id: A cohort that they are in.
        lead_id: Who leads them in that week.
    """

    monday: dt.date
    words: str = ""
    cohort_id: int | None = None
    lead_id: int | None = None


def select_rostered(wanted: Wanted) -> Select[Person]:
    """Return the query of active persons of whom the roster says something in a week, by name."""
    return _select(wanted).where(_has_days(wanted.monday))


def count_without(wanted: Wanted) -> int:
    """Return of how many that are asked for the roster says nothing in that week."""
    query = _select(wanted).where(~_has_days(wanted.monday)).order_by(None)
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _has_days(monday: dt.date) -> ColumnElement[bool]:
    return exists().where(
        ShiftDay.person_id == Person.id, ShiftDay.day >= monday, ShiftDay.day < monday + WEEK
    )


def _select(wanted: Wanted) -> Select[Person]:
    query = select_persons(wanted.words, cohort_id=wanted.cohort_id).where(Person.active)
    if wanted.lead_id is not None:
        query = query.where(
            Person.id.in_(
                select(Supervision.person_id).where(
                    Supervision.supervisor_id == wanted.lead_id, _leads_in(wanted.monday)
                )
            )
        )
    return query.order_by(None).order_by(Person.name, Person.id)


def _leads_in(monday: dt.date) -> ColumnElement[bool]:
    return (
        (Supervision.kind == "lead")
        & (Supervision.since_on < monday + WEEK)
        & or_(Supervision.until_on.is_(None), Supervision.until_on >= monday)
    )


def list_leads(monday: dt.date) -> Sequence[Person]:
    """Return who leads somebody in a week, by name."""
    leads = select(Supervision.supervisor_id).where(_leads_in(monday))
    return db.session.scalars(
        select(Person).where(Person.id.in_(leads)).order_by(Person.name, Person.id)
    ).all()


def list_codes() -> dict[str, str]:
    """Return what codes meant last time, as text by code."""
    rows = db.session.execute(select(ShiftCode.code, ShiftCode.hours)).all()
    return {row[0]: row[1] for row in rows}


def known_for_shifts() -> People:
    """Return whom rows of a roster may mean: everybody who has not left."""
    by_no: dict[str, tuple[int, str]] = {}
    by_name: dict[str, list[int]] = {}
    for person_id, name, number in db.session.execute(
        select(Person.id, Person.name, Person.employee_no).where(Person.active)
    ):
        by_name.setdefault(name, []).append(person_id)
        if number:
            by_no[number.lower()] = (person_id, name)
    return People(by_no, {name: tuple(ids) for name, ids in by_name.items()})
