"""Who asks, remembered for some seconds: for the requests that a thousand people send at once.

An exam asks for the same person every few seconds; reading one with the roles costs more than storing an answer.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import has_app_context
from sqlalchemy import bindparam, event, select
from sqlalchemy.orm import Session

from lms.db import db, json_rows, reading
from lms.people.models import PERSON, ROLE, Person, person_role

RECENT_S = 10.0
"""How long somebody whose session was ended, or whose roles were taken away, can still open an exam that runs."""
CHECKED_S = 600.0
"""The same, for what finds out by itself in the statement that writes (``fs_uniquifier`` as it is then)."""
KEPT_AT_MOST = 20_000


@dataclass(frozen=True, slots=True)
class RecentPerson:
    """What the pages of an exam know of the person who asks; the rest is not read, so asking for it is an error.

    Attributes:
        id: Of the person.
        fs_uniquifier: The session's name for the person; another one after every session was ended.
        active: Whether the account may be used.
        locale: Language of the pages.
        name: As written.
        employee_no: Of the company.
        role_names: Roles held.
    """

    id: int
    fs_uniquifier: str
    active: bool
    locale: str
    name: str
    employee_no: str | None
    role_names: frozenset[str]

    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        """Whether the account may be used."""
        return self.active

    def get_id(self) -> str:
        """Return the session's name for the person."""
        return self.fs_uniquifier

    def has_any_role(self, names: Sequence[str]) -> bool:
        """Say whether the person holds at least one of ``names``."""
        return not self.role_names.isdisjoint(names)


_person = PERSON.c
_ROLES = (
    select(json_rows(ROLE.c.name))
    .join(person_role, person_role.c.role_id == ROLE.c.id)
    .where(person_role.c.person_id == _person.id)
    .scalar_subquery()
    .label("roles")
)
_BY_SESSION = select(
    _person.id,
    _person.fs_uniquifier,
    _person.active,
    _person.locale,
    _person.name,
    _person.employee_no,
    _ROLES,
).where(_person.fs_uniquifier == bindparam("fs_uniquifier"))

_kept: dict[str, tuple[float, RecentPerson]] = {}


def find_recent(fs_uniquifier: str, seconds: float) -> RecentPerson | None:
    """Return the person of a session, from memory if read there within that many seconds."""
    known = _kept.get(fs_uniquifier)
    if known is not None and time.monotonic() - known[0] < seconds:
        return known[1]
    with reading():
        row = db.session.connection().execute(_BY_SESSION, {"fs_uniquifier": fs_uniquifier}).first()
    if row is None:
        _kept.pop(fs_uniquifier, None)
        return None
    roles = frozenset(name for (name,) in row.roles or ())
    return _keep(row, roles)


def note_recent(person: Person) -> None:
    """Remember a person who was just read with the roles."""
    _keep(person, person.role_names)


def note_checked(fs_uniquifier: str) -> None:
    """Take note that the database has just confirmed what is remembered of a session."""
    known = _kept.get(fs_uniquifier)
    if known is not None:
        _kept[fs_uniquifier] = (time.monotonic(), known[1])


def _keep(found: Any, role_names: frozenset[str]) -> RecentPerson:  # noqa: ANN401 - a person, or a row with the columns
    person = RecentPerson(
        id=found.id,
        fs_uniquifier=found.fs_uniquifier,
        active=found.active,
        locale=found.locale,
        name=found.name,
        employee_no=found.employee_no,
        role_names=role_names,
    )
    if len(_kept) >= KEPT_AT_MOST:
        _kept.clear()
    _kept[person.fs_uniquifier] = (time.monotonic(), person)
    return person


def forget_recent() -> None:
    """Forget everybody, now and again when the change of an account is committed; other processes forget in time."""
    _kept.clear()
    if has_app_context():
        db.session().info[_FORGETS] = True


_FORGETS = "forgets_recent"


@event.listens_for(db.session, "after_commit")
def _forget_again(session: Session) -> None:
    # Another thread may have read the account as it was, before the commit.
    if session.info.pop(_FORGETS, False):
        _kept.clear()
