"""Exams as bookings of their candidates, and what keeps a candidate from one."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lms.audit.queries import Revision, list_revisions
from lms.db import db
from lms.people.models import Person
from lms.quizzes.models import Sitting
from lms.quizzes.queries.candidates import list_candidates
from lms.quizzes.queries.sittings import list_own_sittings
from lms.schedule.bookings import list_bookings
from lms.schedule.domain.bookings import Booking, BookingKind, Span, longest_free


def find_bookings(
    person_ids: Collection[int], since: dt.datetime, until: dt.datetime, now: dt.datetime
) -> list[Booking]:
    """Return the exams of these persons that touch the time from ``since`` to ``until``."""
    if len(person_ids) == 1:
        (person_id,) = person_ids
        found = [
            (person_id, own.sitting, own.window.closes_at, own.window.minutes)
            for own in list_own_sittings(person_id, now)
            if own.window.closes_at > since and own.sitting.opens_at < until
        ]
    else:
        found = list(_of_many(person_ids, since, until))
    revisions = list_revisions("sitting", {sitting.id for _, sitting, _, _ in found})
    return [
        _booking(person_id, sitting, closes_at, minutes, revisions.get(sitting.id))
        for person_id, sitting, closes_at, minutes in found
    ]


def _of_many(
    person_ids: Collection[int], since: dt.datetime, until: dt.datetime
) -> Iterator[tuple[int, Sitting, dt.datetime, int]]:
    """Yield the exams that stand, as they are without what is arranged for one person."""
    wanted = frozenset(person_ids)
    for sitting in db.session.scalars(
        select(Sitting).where(
            Sitting.cancelled_at.is_(None), Sitting.opens_at < until, Sitting.closes_at > since
        )
    ).all():
        for enrolment in list_candidates(sitting):
            if enrolment.person_id in wanted:
                yield enrolment.person_id, sitting, sitting.closes_at, sitting.minutes


def _booking(
    person_id: int,
    sitting: Sitting,
    closes_at: dt.datetime,
    minutes: int,
    revision: Revision | None,
) -> Booking:
    return Booking(
        person_id=person_id,
        kind=BookingKind.SITTING,
        source_id=sitting.id,
        title=sitting.quiz.title,
        title_en=sitting.quiz.title_en,
        starts_at=sitting.opens_at,
        ends_at=closes_at,
        minutes=minutes,
        link=f"/sittings/{sitting.id}/rules",
        changes=0 if revision is None else revision.changes,
        changed_at=sitting.created_at if revision is None else revision.changed_at,
        note=sitting.cancel_reason or sitting.note,
        is_cancelled=sitting.cancelled_at is not None,
    )


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody for whom other bookings leave no time in a window.

    Attributes:
        person: Who.
        bookings: What the person is booked for in it.
    """

    person: Person
    bookings: tuple[Booking, ...]


def list_conflicts(
    persons: Sequence[Person],
    *,
    opens_at: dt.datetime,
    closes_at: dt.datetime,
    minutes: int,
    now: dt.datetime,
) -> list[Conflict]:
    """Return for whom other bookings leave less than one attempt's length of the window in one piece.

    Only bookings that take their whole time count: an exam that is open all day leaves room for another.
    """
    taken: dict[int, list[Booking]] = {}
    person_ids = {one.id for one in persons}
    for booking in list_bookings(person_ids, since=opens_at, until=closes_at, now=now):
        touches = booking.starts_at < closes_at and booking.ends_at > opens_at
        if booking.is_fixed and touches and not booking.is_cancelled:
            taken.setdefault(booking.person_id, []).append(booking)
    window = Span(opens_at, closes_at)
    needed = min(dt.timedelta(minutes=minutes), closes_at - opens_at)
    return [
        Conflict(person, tuple(taken[person.id]))
        for person in persons
        if person.id in taken
        and longest_free(window, [Span(one.starts_at, one.ends_at) for one in taken[person.id]])
        < needed
    ]
