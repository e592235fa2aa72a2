"""More time for a person in every sitting: granting it, with a reason, and ending it."""

import datetime as dt

from sqlalchemy import or_, select

from lms.audit.services import record
from lms.db import db
from lms.errors import InvalidInput, InvalidState
from lms.notifications.services import post
from lms.people.models import Person
from lms.quizzes.domain.accommodations import check_accommodation
from lms.quizzes.models import Accommodation


def grant_accommodation(
    person: Person,
    *,
    extra_percent: int,
    reason: str,
    from_on: dt.date,
    until_on: dt.date | None,
    actor_id: int,
    now: dt.datetime,
) -> Accommodation:
    """Give a person more time in every attempt that starts from ``from_on`` to ``until_on``, and tell the person.

    The reason stays with those who arrange exams: neither the message nor the audit trail repeats it.

    Raises:
        InvalidInput: ``bad_accommodation``; facts name the ``field`` and the ``problem``: ``own`` (nobody grants it to
            themselves), ``out_of_range``, ``reason_missing``, ``until_before_from``.
        InvalidState: ``accommodation_overlaps``: another holds on some of these days; facts give its dates.
    """
    problem = check_accommodation(extra_percent, reason, from_on, until_on)
    if person.id == actor_id:
        raise InvalidInput("bad_accommodation", field="person", problem="own")
    if problem is not None:
        raise InvalidInput("bad_accommodation", field=problem.field, problem=problem.code)
    other = _find_overlapping(person.id, from_on, until_on)
    if other is not None:
        raise InvalidState(
            "accommodation_overlaps", from_on=other.from_on, until_on=other.until_on, id=other.id
        )
    accommodation = Accommodation(
        person_id=person.id,
        extra_percent=extra_percent,
        reason=reason.strip(),
        from_on=from_on,
        until_on=until_on,
        created_by=actor_id,
        created_at=now,
    )
    db.session.add(accommodation)
    db.session.flush()
    _note("grant_accommodation", accommodation, actor_id, now)
    _tell("accommodation_granted", accommodation, person, now)
    return accommodation


def end_accommodation(accommodation: Accommodation, *, actor_id: int, now: dt.datetime) -> None:
    """End it at once: attempts that start from now on have the usual length. Doing it twice changes nothing."""
    if accommodation.ended_at is not None:
        return
    accommodation.ended_at = now
    accommodation.ended_by = actor_id
    db.session.flush()
    _note("end_accommodation", accommodation, actor_id, now)
    _tell("accommodation_ended", accommodation, accommodation.person, now)


def _find_overlapping(
    person_id: int, from_on: dt.date, until_on: dt.date | None
) -> Accommodation | None:
    query = select(Accommodation).where(
        Accommodation.person_id == person_id,
        Accommodation.ended_at.is_(None),
        or_(Accommodation.until_on.is_(None), Accommodation.until_on >= from_on),
    )
    if until_on is not None:
        query = query.where(Accommodation.from_on <= until_on)
    return db.session.scalars(query.order_by(Accommodation.from_on)).first()


def _note(deed: str, accommodation: Accommodation, actor_id: int, now: dt.datetime) -> None:
    until_on = accommodation.until_on
    record(
        f"quizzes.{deed}",
        actor_id=actor_id,
        now=now,
        subject_kind="person",
        subject_id=accommodation.person_id,
        accommodation_id=accommodation.id,
        extra_percent=accommodation.extra_percent,
        from_on=accommodation.from_on.isoformat(),
        until_on=None if until_on is None else until_on.isoformat(),
    )


def _tell(name: str, accommodation: Accommodation, person: Person, now: dt.datetime) -> None:
    post(
        f"quizzes.{name}",
        to=person,
        key=f"{name}:{accommodation.id}",
        now=now,
        link="/quizzes",
        extra_percent=accommodation.extra_percent,
        from_on=accommodation.from_on,
        until_on=accommodation.until_on,
    )
