"""Making cohorts and changing who is in them."""

import datetime as dt

from sqlalchemy import select

from lms.audit.services import record
from lms.db import db
from lms.errors import InvalidInput
from lms.people.models import Cohort, CohortMember, Person
from lms.people.queries import find_cohort_named


def create_cohort(
    *,
    name: str,
    starts_on: dt.date,
    note: str = "",
    actor_id: int | None,
    now: dt.datetime,
) -> Cohort:
    """Create a cohort.

    Raises:
        InvalidInput: ``cohort_taken``: another has this name; ``missing`` without a name.
    """
    name = _free_name(name, None)
    cohort = Cohort(
        name=name, starts_on=starts_on, note=note.strip(), created_at=now, created_by=actor_id
    )
    db.session.add(cohort)
    db.session.flush()
    _record("people.create_cohort", cohort, actor_id, now)
    return cohort


def change_cohort(
    cohort: Cohort, *, name: str, starts_on: dt.date, note: str, actor_id: int, now: dt.datetime
) -> None:
    """Change a cohort's name, first day and note. Enrolments keep their own start.

    Raises:
        InvalidInput: As ``create_cohort``.
    """
    cohort.name = _free_name(name, cohort.id)
    cohort.starts_on = starts_on
    cohort.note = note.strip()
    db.session.flush()
    _record("people.change_cohort", cohort, actor_id, now)


def add_to_cohort(
    cohort: Cohort, person: Person, *, actor_id: int | None, now: dt.datetime
) -> None:
    """Put a person into a cohort; somebody who is in it stays so."""
    if _find_member(cohort, person) is not None:
        return
    db.session.add(CohortMember(cohort_id=cohort.id, person_id=person.id, joined_at=now))
    db.session.flush()
    _record_member("people.add_to_cohort", cohort, person, actor_id, now)


def remove_from_cohort(cohort: Cohort, person: Person, *, actor_id: int, now: dt.datetime) -> None:
    """Take a person out of a cohort; the enrolment, if there is one, stays."""
    member = _find_member(cohort, person)
    if member is None:
        return
    db.session.delete(member)
    db.session.flush()
    _record_member("people.remove_from_cohort", cohort, person, actor_id, now)


def _find_member(cohort: Cohort, person: Person) -> CohortMember | None:
    return db.session.scalars(
        select(CohortMember).where(
            CohortMember.cohort_id == cohort.id, CohortMember.person_id == person.id
        )
    ).first()


def _free_name(name: str, cohort_id: int | None) -> str:
    name = name.strip()
    if not name:
        raise InvalidInput("missing", field="name")
    other = find_cohort_named(name)
    if other is not None and other.id != cohort_id:
        raise InvalidInput("cohort_taken", field="name", name=name)
    return name


def _record(action: str, cohort: Cohort, actor_id: int | None, now: dt.datetime) -> None:
    record(
        action,
        actor_id=actor_id,
        now=now,
        subject_kind="cohort",
        subject_id=cohort.id,
        name=cohort.name,
        starts_on=cohort.starts_on.isoformat(),
    )


def _record_member(
    action: str, cohort: Cohort, person: Person, actor_id: int | None, now: dt.datetime
) -> None:
    record(
        action,
        actor_id=actor_id,
        now=now,
        subject_kind="person",
        subject_id=person.id,
        cohort_id=cohort.id,
        cohort=cohort.name,
    )
