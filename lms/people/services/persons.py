"""Creating and changing persons."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable

from sqlalchemy import select

from lms.audit.services import record
from lms.db import db
from lms.errors import InvalidInput, InvalidState
from lms.people.domain.contacts import as_email, as_phone, as_username, narrow, propose_username
from lms.people.domain.roles import RoleName
from lms.people.models import Person, Role
from lms.people.queries import find_taken
from lms.people.recent import forget_recent

_DESCRIPTIONS = {
    RoleName.LEARNER: "learns, sits quizzes, defends",
    RoleName.TRAINER: "makes courses and items, schedules sittings and defenses",
    RoleName.RATER: "rates defenses",
    RoleName.LEAD: "leads a team",
    RoleName.QUALITY: "reviews quality of conversations",
    RoleName.HR: "hires, enrols, decides",
    RoleName.ADMIN: "runs the product",
}


def ensure_roles() -> dict[RoleName, Role]:
    """Make sure that every role has its row, and return the rows by name."""
    rows = {role.name: role for role in db.session.scalars(select(Role))}
    for name in RoleName:
        if name.value not in rows:
            rows[name.value] = Role(name=name.value, description=_DESCRIPTIONS[name])
            db.session.add(rows[name.value])
    db.session.flush()
    return {name: rows[name.value] for name in RoleName}


def create_person(
    *,
    name: str,
    username: str,
    email: str | None,
    phone: str | None,
    employee_no: str | None,
    post: str,
    hired_on: dt.date | None,
    roles: Iterable[RoleName],
    name_latin: str = "",
    locale: str = "zh_Hans",
    actor_id: int | None,
    now: dt.datetime,
) -> Person:
    """Create a person, without a password: ``invite`` comes next.

    Args:
        name: As it is printed on certificates.
        username: Empty: proposed from employee number, phone or e-mail.
        email: Or None.
        phone: In any form ``as_phone`` reads, or None.
        employee_no: Or None.
        post: The post hired for.
        hired_on: First day of work.
        roles: At least one.
        name_latin: For the English half of certificates.
        locale: Language of messages.
        actor_id: Who creates.
        now: The instant.

    Raises:
        InvalidInput: ``bad_<field>`` when a value cannot be read, ``missing`` without a name,
            ``taken`` when another person has it; facts name the ``field``.
    """
    values = _clean(name=name, username=username, email=email, phone=phone, employee_no=employee_no)
    if not values["username"]:
        values["username"] = _free_username(values)
    _refuse_taken(values)
    rows = ensure_roles()
    person = Person(
        name=values["name"],
        name_latin=narrow(name_latin),
        username=values["username"],
        email=values["email"] or None,
        phone=values["phone"] or None,
        employee_no=values["employee_no"] or None,
        post=post.strip(),
        hired_on=hired_on,
        locale=locale,
        active=True,
        fs_uniquifier=uuid.uuid4().hex,
        created_at=now,
    )
    person.roles = [rows[role] for role in dict.fromkeys(roles)]
    db.session.add(person)
    db.session.flush()
    record(
        "people.create",
        actor_id=actor_id,
        now=now,
        subject_kind="person",
        subject_id=person.id,
        roles=sorted(person.role_names),
    )
    return person


def update_person(
    person: Person,
    *,
    name: str,
    username: str,
    email: str | None,
    phone: str | None,
    employee_no: str | None,
    post: str,
    hired_on: dt.date | None,
    roles: Iterable[RoleName],
    name_latin: str,
    is_active: bool,
    actor_id: int,
    now: dt.datetime,
) -> None:
    """Change a person's data and roles. Does nothing when nothing differs.

    Raises:
        InvalidInput: As ``create_person``.
        InvalidState: ``last_admin``: nobody would be left to run the product.
    """
    values = _clean(name=name, username=username, email=email, phone=phone, employee_no=employee_no)
    _refuse_taken(values, except_id=person.id)
    rows = ensure_roles()
    wanted = {
        "name": values["name"],
        "name_latin": narrow(name_latin),
        "username": values["username"] or person.username,
        "email": values["email"] or None,
        "phone": values["phone"] or None,
        "employee_no": values["employee_no"] or None,
        "post": post.strip(),
        "hired_on": hired_on,
        "active": is_active,
    }
    new_roles = frozenset(role.value for role in roles)
    changed = sorted(key for key, value in wanted.items() if getattr(person, key) != value)
    had = person.role_names
    if not changed and new_roles == had:
        return
    _keep_an_admin(person, still=is_active and RoleName.ADMIN in new_roles)
    for key in changed:
        setattr(person, key, wanted[key])
    person.roles = [rows[role] for role in RoleName if role.value in new_roles]
    if not is_active:
        # Every session ends now, not when its cookie does.
        person.fs_uniquifier = uuid.uuid4().hex
    db.session.flush()
    forget_recent()
    facts: dict[str, object] = {"fields": changed}
    if new_roles != had:
        facts |= {"roles": sorted(new_roles), "roles_before": sorted(had)}
    record(
        "people.update",
        actor_id=actor_id,
        now=now,
        subject_kind="person",
        subject_id=person.id,
        **facts,
    )


def choose_locale(person: Person, locale: str) -> None:
    """Set the language of a person's pages and messages."""
    person.locale = locale
    db.session.flush()
    forget_recent()


def sign_out_everywhere(person: Person, *, actor_id: int, now: dt.datetime) -> None:
    """End every session of the person on every device; remembered ones too."""
    person.fs_uniquifier = uuid.uuid4().hex
    db.session.flush()
    forget_recent()
    record(
        "people.sign_out_everywhere",
        actor_id=actor_id,
        now=now,
        subject_kind="person",
        subject_id=person.id,
    )


def reset_two_factor(person: Person, *, actor_id: int, now: dt.datetime) -> None:
    """Take off the second step of signing in, for somebody who lost the phone with the app."""
    person.tf_primary_method = None
    person.tf_totp_secret = None
    person.mf_recovery_codes = None
    person.fs_uniquifier = uuid.uuid4().hex
    db.session.flush()
    forget_recent()
    record(
        "people.reset_two_factor",
        actor_id=actor_id,
        now=now,
        subject_kind="person",
        subject_id=person.id,
    )


_READERS: dict[str, Callable[[str], str]] = {
    "username": as_username,
    "email": as_email,
    "phone": as_phone,
    "employee_no": narrow,
}


def _clean(*, name: str, **identities: str | None) -> dict[str, str]:
    """Return the values as they are stored."""
    if not name.strip():
        raise InvalidInput("missing", field="name")
    values = {"name": name.strip()}
    for field, raw in identities.items():
        try:
            values[field] = _READERS[field](raw) if raw and raw.strip() else ""
        except ValueError as error:
            raise InvalidInput(f"bad_{field}", field=field, value=raw) from error
    return values


def _refuse_taken(values: dict[str, str], except_id: int | None = None) -> None:
    taken = find_taken(
        username=values["username"],
        email=values["email"],
        phone=values["phone"],
        employee_no=values["employee_no"],
        except_id=except_id,
    )
    for field, holder in taken.items():
        raise InvalidInput("taken", field=field, holder=holder.name, person_id=holder.id)


def _free_username(values: dict[str, str]) -> str:
    taken: set[str] = set()
    while True:
        username = propose_username(
            employee_no=values["employee_no"],
            phone=values["phone"],
            email=values["email"],
            taken=taken,
        )
        if not find_taken(username=username):
            return username
        taken.add(username)


def _keep_an_admin(person: Person, *, still: bool) -> None:
    if still or RoleName.ADMIN not in person.role_names:
        return
    other = db.session.scalars(
        select(Person.id).where(
            Person.active,
            Person.id != person.id,
            Person.roles.any(Role.name == RoleName.ADMIN.value),
        )
    ).first()
    if other is None:
        raise InvalidState("last_admin")
