"""Builders of people: persons with roles, cohorts, supervisions, privacy notices.

Each builder commits, so that requests of a test client (which have sessions of their own) see the rows; the
``app`` fixture takes everything back after the test. Use them inside an application context.
"""

import datetime as dt
import itertools
import secrets

from flask_security import hash_password
from sqlalchemy import select

from lms.db import db
from lms.people.domain.roles import RoleName
from lms.people.models import (
    Cohort,
    CohortMember,
    Consent,
    Person,
    PrivacyNotice,
    Role,
    Supervision,
)
from tests.conftest import NOON

_numbers = itertools.count(1)

PASSWORD = "correct-horse-7"
"""A password that passes every check, for tests that sign in through the page."""


def make_person(
    *roles: RoleName,
    name: str = "",
    username: str = "",
    email: str | None = "",
    phone: str | None = "",
    employee_no: str | None = "",
    post: str = "售前客服",
    hired_on: dt.date | None = dt.date(2026, 11, 23),
    name_latin: str = "",
    locale: str = "zh_Hans",
    password: str | None = None,
    active: bool = True,
    now: dt.datetime = NOON,
) -> Person:
    """Return a stored person; a learner unless ``roles`` are given.

    ``email``, ``phone`` and ``employee_no`` are made up when left ""; None leaves them out. Without
    ``password`` the person cannot sign in through the page; the ``sign_in`` fixture works all the same.
    """
    n = next(_numbers)
    person = Person(
        name=name or f"林小满{n}",
        username=username or f"person{n}",
        email=f"person{n}@example.com" if email == "" else email,
        phone=f"138{n:08d}" if phone == "" else phone,
        employee_no=f"K{n:05d}" if employee_no == "" else employee_no,
        post=post,
        hired_on=hired_on,
        name_latin=name_latin,
        locale=locale,
        password=hash_password(password) if password else None,
        active=active,
        fs_uniquifier=secrets.token_hex(16),
        created_at=now,
    )
    person.roles = [_role(role) for role in roles or (RoleName.LEARNER,)]
    db.session.add(person)
    db.session.commit()
    return person


def add_role(person: Person, role: RoleName) -> Person:
    """Give ``person`` one more role."""
    person.roles.append(_role(role))
    db.session.commit()
    return person


def make_cohort(
    *members: Person,
    name: str = "",
    starts_on: dt.date = dt.date(2026, 11, 23),
    note: str = "",
    now: dt.datetime = NOON,
) -> Cohort:
    """Return a stored cohort of ``members``."""
    cohort = Cohort(
        name=name or f"2026 年第 {next(_numbers)} 期",
        starts_on=starts_on,
        note=note,
        created_at=now,
    )
    db.session.add(cohort)
    db.session.flush()
    db.session.add_all(
        CohortMember(cohort_id=cohort.id, person_id=person.id, joined_at=now) for person in members
    )
    db.session.commit()
    return cohort


def make_supervision(
    person: Person,
    supervisor: Person,
    *,
    kind: str = "lead",
    since_on: dt.date = dt.date(2026, 11, 23),
    until_on: dt.date | None = None,
) -> Supervision:
    """Return a stored supervision: ``supervisor`` leads (``lead``) or mentors (``mentor``) ``person``."""
    supervision = Supervision(
        person_id=person.id,
        supervisor_id=supervisor.id,
        kind=kind,
        since_on=since_on,
        until_on=until_on,
    )
    db.session.add(supervision)
    db.session.commit()
    return supervision


def make_privacy_notice(*, version: int = 1, now: dt.datetime = NOON) -> PrivacyNotice:
    """Return a stored privacy notice. From then on everybody without consent is led to /privacy."""
    notice = PrivacyNotice(
        version=version,
        text_zh=f"# 个人信息处理说明\n\n第 {version} 版。",
        text_en=f"# Privacy notice\n\nVersion {version}.",
        sha256=f"{version:064x}",
        published_at=now,
    )
    db.session.add(notice)
    db.session.commit()
    return notice


def make_consent(person: Person, notice: PrivacyNotice, *, now: dt.datetime = NOON) -> Consent:
    """Return the stored acknowledgement of ``notice`` by ``person``."""
    consent = Consent(
        person_id=person.id, notice_id=notice.id, locale=person.locale, accepted_at=now
    )
    db.session.add(consent)
    db.session.commit()
    return consent


def _role(name: RoleName) -> Role:
    role = db.session.scalar(select(Role).where(Role.name == name.value))
    if role is None:
        role = Role(name=name.value, description="")
        db.session.add(role)
        db.session.flush()
    return role
