"""Reading who leads and mentors whom."""

import datetime as dt
from collections.abc import Collection, Sequence

from sqlalchemy import or_, select

from lms.db import db
from lms.errors import NotFound
from lms.people.domain.roles import STAFF_ROLES
from lms.people.models import Person, Role, Supervision


def list_supervisions(person_id: int, on: dt.date) -> Sequence[Supervision]:
    """Return who leads or mentors the person on the date ``on``."""
    return db.session.scalars(
        select(Supervision).where(
            Supervision.person_id == person_id,
            Supervision.since_on <= on,
            or_(Supervision.until_on.is_(None), Supervision.until_on >= on),
        )
    ).all()


def supervisor_names(person_ids: Collection[int], on: dt.date) -> dict[tuple[int, str], str]:
    """Return the name of who leads or mentors on the date ``on``, by (person, kind)."""
    rows = db.session.execute(
        select(Supervision.person_id, Supervision.kind, Person.name)
        .join(Person, Person.id == Supervision.supervisor_id)
        .where(
            Supervision.person_id.in_(person_ids),
            Supervision.since_on <= on,
            or_(Supervision.until_on.is_(None), Supervision.until_on >= on),
        )
    ).all()
    return {(row[0], row[1]): row[2] for row in rows}


def list_supervision_history(person_id: int) -> Sequence[Supervision]:
    """Return everybody who leads, mentors, did or will do so, newest first."""
    return db.session.scalars(
        select(Supervision)
        .where(Supervision.person_id == person_id)
        .order_by(Supervision.since_on.desc(), Supervision.id.desc())
    ).all()


def find_current_supervision(person_id: int, kind: str) -> Supervision | None:
    """Return the supervision of this kind that has no end yet."""
    return db.session.scalars(
        select(Supervision)
        .where(
            Supervision.person_id == person_id,
            Supervision.kind == kind,
            Supervision.until_on.is_(None),
        )
        .order_by(Supervision.since_on.desc(), Supervision.id.desc())
    ).first()


def get_supervision(supervision_id: int, person_id: int) -> Supervision:
    """Return one supervision of a person.

    Raises:
        NotFound: There is none, or it is another person's.
    """
    supervision = db.session.get(Supervision, supervision_id)
    if supervision is None or supervision.person_id != person_id:
        raise NotFound("supervision", id=supervision_id)
    return supervision


def list_supervisor_choices() -> Sequence[Person]:
    """Return active persons with a staff role, by name: those who may lead or mentor."""
    names = [role.value for role in STAFF_ROLES]
    return db.session.scalars(
        select(Person)
        .where(Person.active, Person.roles.any(Role.name.in_(names)))
        .order_by(Person.name, Person.id)
    ).all()
