"""Reading cohorts."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Select, func, or_, select

from lms.db import db
from lms.errors import NotFound
from lms.people.models import Cohort, CohortMember, Person
from lms.people.queries.persons import select_persons
from lms.web.listing import like


def get_cohort(cohort_id: int) -> Cohort:
    """Return one cohort.

    Raises:
        NotFound: There is none.
    """
    cohort = db.session.get(Cohort, cohort_id)
    if cohort is None:
        raise NotFound("cohort", id=cohort_id)
    return cohort


def find_cohort(cohort_id: int) -> Cohort | None:
    """Return one cohort, or None."""
    return db.session.get(Cohort, cohort_id)


def find_cohort_named(name: str) -> Cohort | None:
    """Return the cohort of this name, or None."""
    return db.session.scalars(select(Cohort).where(Cohort.name == name)).first()


def select_cohorts(words: str = "") -> Select[Cohort]:
    """Return the query of cohorts that match ``words`` (name, note), newest start first."""
    query = select(Cohort).order_by(Cohort.starts_on.desc(), Cohort.id.desc())
    if words:
        pattern = like(words)
        query = query.where(
            or_(Cohort.name.ilike(pattern, escape="\\"), Cohort.note.ilike(pattern, escape="\\"))
        )
    return query


def list_cohorts(words: str = "") -> Sequence[Cohort]:
    """Return the cohorts that match ``words``, or all, newest start first."""
    return db.session.scalars(select_cohorts(words)).all()


def list_cohorts_of(person_id: int) -> Sequence[Cohort]:
    """Return the cohorts a person is in, newest start first."""
    return db.session.scalars(
        select_cohorts().where(
            Cohort.id.in_(select(CohortMember.cohort_id).where(CohortMember.person_id == person_id))
        )
    ).all()


def count_members(cohort_ids: Iterable[int]) -> dict[int, int]:
    """Return the number of active members by cohort; cohorts without any are absent."""
    rows = db.session.execute(
        select(CohortMember.cohort_id, func.count())
        .join(Person, Person.id == CohortMember.person_id)
        .where(CohortMember.cohort_id.in_(list(cohort_ids)), Person.active)
        .group_by(CohortMember.cohort_id)
    ).all()
    return {row[0]: row[1] for row in rows}


def list_cohort_members(cohort_id: int) -> Sequence[Person]:
    """Return the active members of a cohort by name."""
    return db.session.scalars(
        select(Person)
        .join(CohortMember, CohortMember.person_id == Person.id)
        .where(CohortMember.cohort_id == cohort_id, Person.active)
        .order_by(Person.name, Person.id)
    ).all()


def find_addable(cohort_id: int, words: str, limit: int) -> Sequence[Person]:
    """Return active persons that match ``words`` and are not in the cohort, at most ``limit``."""
    members = select(CohortMember.person_id).where(CohortMember.cohort_id == cohort_id)
    return db.session.scalars(
        select_persons(words).where(Person.active, Person.id.not_in(members)).limit(limit)
    ).all()
