"""Answers of old exams, by the million: does the size of what is stored show in what an exam costs?"""

from typing import Any

from flask import Flask
from sqlalchemy import ColumnElement, Subquery, insert, literal, select, true
from sqlalchemy.sql.selectable import CTE

from lms.clock import now_utc
from lms.db import Json, db
from lms.quizzes import services
from lms.quizzes.models import ATTEMPT, ITEM_RESULT, RESPONSE, RESPONSE_EVENT
from tests.factories.quizzes import HOUR, get_attempt_row, make_exam

PLACES = 20
"""Answers of one old attempt."""


def store_answers(app: Flask, count: int) -> None:
    """Store ``count`` answers of old attempts, each with its line in the log and in the statistics.

    The papers of these attempts are empty: they would fill the disk, and no exam of today reads them.
    """
    with app.app_context():
        now = now_utc()
        window = {"opens_at": now - 2 * HOUR, "closes_at": now + HOUR}
        exam = make_exam(items=4, draw=4, sitting=window)
        first = services.start_attempt(exam.sitting_id, person_id=exam.person_id, now=now - HOUR)
        services.submit_attempt(first, person_id=exam.person_id, now=now)
        version_id = get_attempt_row(first).paper[0]["item_version_id"]
        cohort_id = exam.cohort.id
        numbers = _numbers(2, 1 + count // PLACES)
        _fill(
            ATTEMPT,
            {
                **{column.name: column for column in ATTEMPT.c if column.name != "id"},
                "number": numbers.c.n,
                "paper": literal([], Json),
                "outcome": literal({}, Json),
            },
            ATTEMPT.join(numbers, true()),
            ATTEMPT.c.id == first,
        )
        old = select(ATTEMPT.c.id, ATTEMPT.c.started_at).where(
            ATTEMPT.c.sitting_id == exam.sitting_id, ATTEMPT.c.number > 1
        )
        _fill_answers(old.subquery(), version_id, cohort_id)
        db.session.commit()
        if db.engine.dialect.name == "postgresql":
            with db.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                connection.exec_driver_sql("VACUUM ANALYZE")
        db.session.remove()


def _fill_answers(old: Subquery, version_id: int, cohort_id: int) -> None:
    places = _numbers(1, PLACES)
    each = old.join(places, true())
    answer: dict[str, Any] = {
        "attempt_id": old.c.id,
        "position": places.c.n,
        "seq": literal(1),
        "answer": literal({"chosen": ["b"]}, Json),
        "saved_at": old.c.started_at,
    }
    _fill(RESPONSE, answer, each)
    _fill(RESPONSE_EVENT, {**answer, "device": literal("")}, each)
    typed = {"points": 5, "max_points": 5}
    result = {
        "attempt_id": old.c.id,
        "position": places.c.n,
        "item_version_id": literal(version_id),
        "cohort_id": literal(cohort_id),
        "is_first": literal(value=False),
        **{name: literal(value, ITEM_RESULT.c[name].type) for name, value in typed.items()},
        "is_right": literal(value=True),
        "chosen": literal("b"),
    }
    _fill(ITEM_RESULT, result, each)


def _fill(table: Any, values: dict[str, Any], source: Any, *where: ColumnElement[bool]) -> None:  # noqa: ANN401 - any table, any join
    rows = select(*values.values()).select_from(source).where(*where)
    db.session.execute(insert(table).from_select(list(values), rows, include_defaults=False))


def _numbers(first: int, last: int) -> CTE:
    start = select(literal(first).label("n")).cte(f"from_{first}_to_{last}", recursive=True)
    return start.union_all(select(start.c.n + 1).where(start.c.n < last))
