"""Reading persons."""

import datetime as dt
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TypedDict, Unpack

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from lms.audit.models import AuditEvent
from lms.db import db
from lms.errors import NotFound
from lms.people.domain.contacts import as_phone
from lms.people.domain.invitations import PersonState
from lms.people.domain.roles import RoleName
from lms.people.models import CohortMember, Invitation, Person, Role
from lms.web.listing import like

EXPORT_LIMIT = 20000


class Asked(TypedDict):
    """Filters of the list of people, as ``select_persons`` takes them."""

    role: str
    cohort_id: int | None
    state: str


def get_person(person_id: int) -> Person:
    """Return one person.

    Raises:
        NotFound: There is none.
    """
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotFound("person", id=person_id)
    return person


def find_person(person_id: int) -> Person | None:
    """Return one person, or None."""
    return db.session.get(Person, person_id)


def find_person_by_identity(identity: str) -> Person | None:
    """Find the person who signs in as ``identity``: user name, e-mail or phone number.

    Blanks and dashes in a phone number do not matter, nor does a leading +86. No two persons answer to the
    same identity: ``find_taken`` sees to it.
    """
    words = identity.strip().lower()
    if not words:
        return None
    same = [func.lower(Person.username) == words, func.lower(Person.email) == words]
    with suppress(ValueError):
        same.append(Person.phone == as_phone(words))
    return db.session.scalars(select(Person).where(or_(*same)).order_by(Person.id)).first()


def find_taken(
    *,
    username: str = "",
    email: str = "",
    phone: str = "",
    employee_no: str = "",
    except_id: int | None = None,
) -> dict[str, Person]:
    """Return by field who holds a value already that a person is to get; values as they are stored.

    A user name that is somebody's phone number or e-mail address counts as taken, and the other way round:
    all three are typed into the same field when signing in.
    """
    conditions: dict[str, ColumnElement[bool]] = {}
    if username:
        conditions["username"] = or_(
            func.lower(Person.username) == username.lower(),
            Person.phone == username,
            func.lower(Person.email) == username.lower(),
        )
    if email:
        conditions["email"] = or_(
            func.lower(Person.email) == email.lower(), func.lower(Person.username) == email.lower()
        )
    if phone:
        conditions["phone"] = or_(Person.phone == phone, Person.username == phone)
    if employee_no:
        conditions["employee_no"] = func.lower(Person.employee_no) == employee_no.lower()
    others = Person.id != except_id if except_id is not None else Person.id.is_not(None)
    found: dict[str, Person] = {}
    for field, condition in conditions.items():
        holder = db.session.scalars(select(Person).where(others, condition)).first()
        if holder is not None:
            found[field] = holder
    return found


def select_persons(
    words: str = "",
    role: str = "",
    cohort_id: int | None = None,
    state: str = "",
    now: dt.datetime | None = None,
) -> Select[Person]:
    """Return the query of persons, newest first.

    Args:
        words: Found in name, Latin name, user name, phone, e-mail, employee number or post.
        role: Name of a role that they hold.
        cohort_id: A cohort that they are in.
        state: One of ``PersonState``; needs ``now``.
        now: The present instant.
    """
    query = select(Person).order_by(Person.id.desc())
    if words:
        pattern = like(words)
        columns = (
            Person.name,
            Person.name_latin,
            Person.username,
            Person.phone,
            Person.email,
            Person.employee_no,
            Person.post,
        )
        query = query.where(or_(*(column.ilike(pattern, escape="\\") for column in columns)))
    if role:
        query = query.where(Person.roles.any(Role.name == role))
    if cohort_id is not None:
        query = query.where(
            Person.id.in_(select(CohortMember.person_id).where(CohortMember.cohort_id == cohort_id))
        )
    if state in set(PersonState) and now is not None:
        query = query.where(_in_state(PersonState(state), now))
    return query


def list_selected(words: str, *, now: dt.datetime, **asked: Unpack[Asked]) -> Sequence[Person]:
    """Return what ``select_persons`` finds, at most ``EXPORT_LIMIT`` rows, for a sheet."""
    return db.session.scalars(select_persons(words, now=now, **asked).limit(EXPORT_LIMIT)).all()


def _in_state(state: PersonState, now: dt.datetime) -> ColumnElement[bool]:
    pending = and_(
        Invitation.person_id == Person.id,
        Invitation.used_at.is_(None),
        Invitation.revoked_at.is_(None),
    )
    is_open = select(Invitation.id).where(pending, Invitation.expires_at > now).exists()
    is_pending = select(Invitation.id).where(pending).exists()
    new = and_(Person.active, Person.password.is_(None))
    conditions: dict[PersonState, ColumnElement[bool]] = {
        PersonState.INACTIVE: Person.active.is_(False),
        PersonState.JOINED: and_(Person.active, Person.password.is_not(None)),
        PersonState.INVITED: and_(new, is_open),
        PersonState.EXPIRED: and_(new, is_pending, ~is_open),
        PersonState.UNINVITED: and_(new, ~is_pending),
    }
    return conditions[state]


def count_persons() -> int:
    """Return how many persons there are."""
    return db.session.scalar(select(func.count()).select_from(Person)) or 0


def list_persons(person_ids: Iterable[int]) -> Sequence[Person]:
    """Return the persons with these ids, by name."""
    return db.session.scalars(
        select(Person).where(Person.id.in_(list(person_ids))).order_by(Person.name, Person.id)
    ).all()


def list_persons_with_role(role: RoleName) -> Sequence[Person]:
    """Return active persons who hold ``role``, by name."""
    return db.session.scalars(
        select(Person)
        .where(Person.active, Person.roles.any(Role.name == role.value))
        .order_by(Person.name, Person.id)
    ).all()


def list_posts() -> Sequence[str]:
    """Return the posts in use, by name."""
    return db.session.scalars(
        select(Person.post).where(Person.post != "").distinct().order_by(Person.post)
    ).all()


def list_person_events(
    person_id: int, limit: int = 50
) -> Sequence[tuple[AuditEvent, Person | None]]:
    """Return the newest audit events about a person, each with who acted."""
    rows = db.session.execute(
        select(AuditEvent, Person)
        .outerjoin(Person, Person.id == AuditEvent.actor_id)
        .where(AuditEvent.subject_kind == "person", AuditEvent.subject_id == str(person_id))
        .order_by(AuditEvent.id.desc())
        .limit(limit)
    ).all()
    return [(event, actor) for event, actor in rows]
