"""Many signed-in candidates of one sitting, made at once."""

import secrets
from random import Random
from typing import Any, cast

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import Table, insert, select

from lms.clock import now_utc
from lms.curriculum.models import Enrolment
from lms.db import db
from lms.people.models import CohortMember, Person, person_role
from tests.factories.people import PASSWORD
from tests.factories.quizzes import HOUR, make_exam
from tests.faults.candidates import Candidate
from tests.faults.wire import Browser

POOL = 3
"""Items in the bank for one on the paper."""
_RAW_TOKEN = "0123456789abcdef"


def invite(app: Flask, url: str, count: int, *, items: int, minutes: int = 240) -> list[Candidate]:
    """Add a sitting of ``items`` drawn items that is open now, and ``count`` candidates who are signed in at ``url``.

    Args:
        app: An application on the server's database, with the server's secret.
        url: Where the candidates connect.
        count: How many.
        items: Items on each paper.
        minutes: Length of an attempt.
    """
    with app.app_context():
        now = now_utc()
        exam = make_exam(
            items=items * POOL,
            draw=items,
            password=PASSWORD,
            quiz={"minutes": minutes},
            sitting={"opens_at": now - HOUR, "closes_at": now + 8 * HOUR},
        )
        people = _copy_people(exam.enrolments[0], count)
        sitting_id = exam.sitting_id
        db.session.commit()
        if db.engine.dialect.name == "postgresql":
            # As autovacuum does in the background of a database that is used.
            with db.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                connection.exec_driver_sql("ANALYZE")
        db.session.remove()
        tokens = URLSafeTimedSerializer(str(app.secret_key), salt="wtf-csrf-token")
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        made = []
        for number, (username, key) in enumerate(people):
            session = {"_user_id": key, "_fresh": False, "csrf_token": _RAW_TOKEN}
            browser = Browser(url, {"session": serializer.dumps(session)}, identity=username)
            made.append(Candidate(browser, sitting_id, Random(number), tokens.dumps(_RAW_TOKEN)))
    return made


def _copy_people(enrolment: Enrolment, count: int) -> list[tuple[str, str]]:
    """Add people who are like the one who is enrolled; return user names and session keys."""
    person, member = enrolment.person, _row(CohortMember, person_id=enrolment.person_id)
    model, seat = _row(Person, id=person.id), _row(Enrolment, id=enrolment.id)
    prefix = secrets.token_hex(4)
    unique = {"email": None, "phone": None, "employee_no": None}
    people = [(f"{prefix}-{n:05}", secrets.token_hex(16)) for n in range(count)]
    db.session.execute(
        insert(_table(Person)),
        [{**model, **unique, "username": name, "fs_uniquifier": key} for name, key in people],
    )
    known = select(Person.id).where(Person.username.startswith(prefix)).order_by(Person.id)
    ids = db.session.scalars(known).all()
    role_id = person.roles[0].id
    db.session.execute(insert(person_role), [{"person_id": one, "role_id": role_id} for one in ids])
    db.session.execute(insert(_table(CohortMember)), [{**member, "person_id": one} for one in ids])
    db.session.execute(insert(_table(Enrolment)), [{**seat, "person_id": one} for one in ids])
    return people


def _row(model: type[Any], **where: object) -> dict[str, Any]:
    table = _table(model)
    found = select(table).where(*(table.c[name] == value for name, value in where.items()))
    row = dict(db.session.execute(found).mappings().one())
    del row["id"]
    return row


def _table(model: type[Any]) -> Table:
    return cast("Table", model.__table__)
