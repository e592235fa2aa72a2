"""Reading people."""

import datetime as dt
import re
from collections.abc import Sequence

from sqlalchemy import Select, func, or_, select

from lms.db import db
from lms.errors import NotFound
from lms.people.domain.roles import RoleName
from lms.people.models import (
    Cohort,
    CohortMember,
    Invitation,
    Person,
    PrivacyNotice,
    Role,
    Supervision,
)
from lms.web.listing import like


def get_person(person_id: int) -> Person:
    """Return one person.

    Raises:
        NotFound: There is none.
    """
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotFound("person", id=person_id)
    return person


def find_person_by_identity(identity: str) -> Person | None:
    """Find the person who signs in as ``identity``: user name, e-mail or phone number.

    Blanks and dashes in a phone number do not matter, nor does a leading +86.
    """
    if not identity:
        return None
    phone = re.sub(r"[\s-]", "", identity).removeprefix("+86")
    return db.session.scalars(
        select(Person).where(
            or_(
                func.lower(Person.username) == identity.lower(),
                func.lower(Person.email) == identity.lower(),
                Person.phone == phone,
            )
        )
    ).first()


def select_persons(words: str = "", role: str = "", cohort_id: int | None = None) -> Select[Person]:
    """Return the query of persons that match ``words`` (name, user name, phone, e-mail, number)."""
    query = select(Person).order_by(Person.id.desc())
    if words:
        pattern = like(words)
        columns = (Person.name, Person.username, Person.phone, Person.email, Person.employee_no)
        query = query.where(or_(*(column.ilike(pattern, escape="\\") for column in columns)))
    if role:
        query = query.where(Person.roles.any(Role.name == role))
    if cohort_id is not None:
        query = query.where(
            Person.id.in_(select(CohortMember.person_id).where(CohortMember.cohort_id == cohort_id))
        )
    return query


def list_persons_with_role(role: RoleName) -> Sequence[Person]:
    """Return active persons who hold ``role``, by name."""
    return db.session.scalars(
        select(Person)
        .where(Person.active, Person.roles.any(Role.name == role.value))
        .order_by(Person.name)
    ).all()


def get_cohort(cohort_id: int) -> Cohort:
    """Return one cohort.

    Raises:
        NotFound: There is none.
    """
    cohort = db.session.get(Cohort, cohort_id)
    if cohort is None:
        raise NotFound("cohort", id=cohort_id)
    return cohort


def list_cohorts() -> Sequence[Cohort]:
    """Return all cohorts, newest start first."""
    return db.session.scalars(
        select(Cohort).order_by(Cohort.starts_on.desc(), Cohort.id.desc())
    ).all()


def list_cohort_members(cohort_id: int) -> Sequence[Person]:
    """Return the active members of a cohort by name."""
    return db.session.scalars(
        select(Person)
        .join(CohortMember, CohortMember.person_id == Person.id)
        .where(CohortMember.cohort_id == cohort_id, Person.active)
        .order_by(Person.name, Person.id)
    ).all()


def list_supervisions(person_id: int, on: dt.date) -> Sequence[Supervision]:
    """Return who leads or mentors the person on the date ``on``."""
    return db.session.scalars(
        select(Supervision).where(
            Supervision.person_id == person_id,
            Supervision.since_on <= on,
            or_(Supervision.until_on.is_(None), Supervision.until_on >= on),
        )
    ).all()


def find_open_invitation(token_sha256: str, now: dt.datetime) -> Invitation | None:
    """Return the invitation of this token if it can still be used."""
    return db.session.scalars(
        select(Invitation).where(
            Invitation.token_sha256 == token_sha256,
            Invitation.used_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > now,
        )
    ).first()


def find_privacy_notice() -> PrivacyNotice | None:
    """Return the newest privacy notice."""
    return db.session.scalars(
        select(PrivacyNotice).order_by(PrivacyNotice.version.desc()).limit(1)
    ).first()
