"""Reading who has more time, and why."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from lms.curriculum.models import Enrolment
from lms.db import db
from lms.errors import NotFound
from lms.people.models import Person
from lms.quizzes.domain.accommodations import AccommodationState
from lms.quizzes.models import Accommodation
from lms.web.listing import like


def get_accommodation(accommodation_id: int) -> Accommodation:
    """Return one accommodation with its person.

    Raises:
        NotFound: There is none.
    """
    found = db.session.get(
        Accommodation, accommodation_id, options=[joinedload(Accommodation.person)]
    )
    if found is None:
        raise NotFound("accommodation", id=accommodation_id)
    return found


def select_accommodations(
    today: dt.date, words: str = "", state: str = ""
) -> Select[Accommodation]:
    """Return the query of accommodations that match, newest first.

    Args:
        today: The date at which ``state`` is judged.
        words: Found in the person's name or employee number, or in the reason.
        state: An ``AccommodationState``, or empty for all.
    """
    query = (
        select(Accommodation)
        .join(Accommodation.person)
        .options(contains_eager(Accommodation.person))
        .order_by(Accommodation.id.desc())
    )
    if words:
        pattern = like(words)
        columns = (Person.name, Person.employee_no, Accommodation.reason)
        query = query.where(or_(*(column.ilike(pattern, escape="\\") for column in columns)))
    if state in set(AccommodationState):
        query = query.where(_is_in(AccommodationState(state), today))
    return query


def _is_in(state: AccommodationState, today: dt.date) -> ColumnElement[bool]:
    is_over = or_(
        Accommodation.ended_at.is_not(None),
        and_(Accommodation.until_on.is_not(None), Accommodation.until_on < today),
    )
    if state is AccommodationState.ENDED:
        return is_over
    begins = Accommodation.from_on > today
    return and_(~is_over, begins if state is AccommodationState.UPCOMING else ~begins)


def search_candidates(words: str, limit: int) -> Sequence[Person]:
    """Return persons in training with ``words`` in name or employee number, by name, at most ``limit``."""
    query = (
        select(Person)
        .where(
            Person.id.in_(select(Enrolment.person_id).where(Enrolment.state == "active")),
            Person.active,
        )
        .order_by(Person.name, Person.id)
        .limit(limit)
    )
    if words:
        pattern = like(words)
        columns = (Person.name, Person.employee_no)
        query = query.where(or_(*(column.ilike(pattern, escape="\\") for column in columns)))
    return db.session.scalars(query).all()
