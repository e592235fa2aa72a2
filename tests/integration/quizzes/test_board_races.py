"""The trainer acts in the same moment as a candidate, or as another trainer.

These commit for real, so they have a database of their own.
"""

import datetime as dt
from collections.abc import Callable

from flask import Flask
from sqlalchemy import func, select

from lms.db import db
from lms.gradebook.models import GradeEntry
from lms.quizzes import queries, services
from lms.quizzes.models import AttemptEvent, Sitting
from tests.conftest import NOON
from tests.factories.quizzes import get_attempt_row, make_exam, right_answers, take_exam
from tests.races import at_once

MINUTE = dt.timedelta(minutes=1)
ROUNDS = 4
WHY = {"reason": "断电", "actor_id": None}


def begin(app: Flask, people: int = 1):
    with app.app_context():
        exam = make_exam(people=people)
        attempt_id = services.start_attempt(exam.sitting_id, person_id=exam.person_id, now=NOON)
        db.session.commit()
        return exam.sitting_id, list(exam.person_ids), attempt_id


def on_sitting(act: Callable[..., object], sitting_id: int, **said: object) -> Callable[[], object]:
    return lambda: act(db.session.get_one(Sitting, sitting_id), **said)


def count_events(attempt_id: int, kind: str) -> int:
    query = select(func.count()).where(
        AttemptEvent.attempt_id == attempt_id, AttemptEvent.kind == kind
    )
    return db.session.scalar(query) or 0


def test_more_time_beside_a_submission(real_app: Flask) -> None:
    for _ in range(ROUNDS):
        _, persons, attempt_id = begin(real_app)
        refused = at_once(
            real_app,
            lambda a=attempt_id: services.extend_attempt(a, minutes=10, **WHY, now=NOON + MINUTE),
            lambda a=attempt_id, p=persons[0]: services.submit_attempt(
                a, person_id=p, now=NOON + MINUTE
            ),
        )
        with real_app.app_context():
            row = get_attempt_row(attempt_id)
            assert (row.state, row.submitted_at) == ("submitted", NOON + MINUTE)
            more = 0 if refused else 10
            assert refused in ([], ["attempt_not_running"])
            assert row.deadline_at == NOON + (30 + more) * MINUTE
            assert count_events(attempt_id, "extended") == (0 if refused else 1)


def test_more_time_for_all_reaches_who_is_starting(real_app: Flask) -> None:
    for _ in range(ROUNDS):
        sitting_id, persons, _ = begin(real_app, people=2)
        refused = at_once(
            real_app,
            on_sitting(services.extend_sitting, sitting_id, minutes=10, **WHY, now=NOON),
            lambda s=sitting_id, p=persons[1]: services.start_attempt(s, person_id=p, now=NOON),
        )
        assert refused == []
        with real_app.app_context():
            rows = queries.list_attempts_of_person(persons[1])
            assert [one.deadline_at for one in rows] == [NOON + 40 * MINUTE]


def test_a_pause_beside_a_start(real_app: Flask) -> None:
    for _ in range(ROUNDS):
        sitting_id, persons, _ = begin(real_app, people=2)
        refused = at_once(
            real_app,
            on_sitting(services.pause_sitting, sitting_id, **WHY, now=NOON),
            lambda s=sitting_id, p=persons[1]: services.start_attempt(s, person_id=p, now=NOON),
        )
        with real_app.app_context():
            stands = [one.paused_at for one in queries.list_attempts_of_person(persons[1])]
            # Started before and stands still, or not started at all; never running on.
            assert (refused, stands) in (([], [NOON]), (["may_not_start"], []))


def test_a_pause_beside_a_save(real_app: Flask) -> None:
    for _ in range(ROUNDS):
        _, persons, attempt_id = begin(real_app)
        with real_app.app_context():
            raw = right_answers(attempt_id)[1]
        refused = at_once(
            real_app,
            lambda a=attempt_id: services.pause_attempt(a, **WHY, now=NOON + MINUTE),
            lambda a=attempt_id, p=persons[0], r=raw: services.save_response(
                a, 1, person_id=p, seq=1, raw=r, now=NOON + MINUTE
            ),
        )
        with real_app.app_context():
            assert get_attempt_row(attempt_id).paused_at == NOON + MINUTE
            # Acknowledged is stored; refused is not.
            stored = len(queries.list_answers(attempt_id))
            assert (refused, stored) in (([], 1), (["attempt_paused"], 0))


def test_closing_beside_a_submission_ends_it_once(real_app: Flask) -> None:
    for _ in range(ROUNDS):
        sitting_id, persons, attempt_id = begin(real_app)
        refused = at_once(
            real_app,
            on_sitting(services.close_sitting, sitting_id, **WHY, now=NOON + MINUTE),
            lambda a=attempt_id, p=persons[0]: services.submit_attempt(
                a, person_id=p, now=NOON + MINUTE
            ),
        )
        assert refused == []
        with real_app.app_context():
            assert get_attempt_row(attempt_id).state == "submitted"
            lines = select(func.count()).where(GradeEntry.source == f"attempt:{attempt_id}")
            assert db.session.scalar(lines) == 1
            assert count_events(attempt_id, "closed") <= 1


def test_two_who_let_it_go_on_add_the_pause_once(real_app: Flask) -> None:
    for _ in range(ROUNDS):
        sitting_id, _, attempt_id = begin(real_app)
        with real_app.app_context():
            on_sitting(services.pause_sitting, sitting_id, **WHY, now=NOON + MINUTE)()
            db.session.commit()
        resume = on_sitting(
            services.resume_sitting, sitting_id, actor_id=None, now=NOON + 6 * MINUTE
        )
        assert at_once(real_app, resume, resume) == ["sitting_not_paused"]
        with real_app.app_context():
            assert get_attempt_row(attempt_id).deadline_at == NOON + 35 * MINUTE


def test_two_who_open_it_again_open_it_once(real_app: Flask) -> None:
    for _ in range(ROUNDS):
        with real_app.app_context():
            attempt_id = take_exam(make_exam())

        def reopen(attempt_id: int = attempt_id) -> object:
            return services.reopen_attempt(attempt_id, minutes=5, **WHY, now=NOON + 9 * MINUTE)

        assert at_once(real_app, reopen, reopen) == ["attempt_running"]
        with real_app.app_context():
            assert get_attempt_row(attempt_id).reopened == 1


def test_the_sweep_beside_more_time(real_app: Flask) -> None:
    for _ in range(ROUNDS):
        _, _, attempt_id = begin(real_app)
        late = NOON + 30 * MINUTE
        refused = at_once(
            real_app,
            # The trainer pressed a second before the end, the sweep comes at the end.
            lambda a=attempt_id, n=late: services.extend_attempt(
                a, minutes=10, **WHY, now=n - dt.timedelta(seconds=1)
            ),
            lambda a=attempt_id, n=late: services.close_attempt(a, now=n),
        )
        with real_app.app_context():
            row = get_attempt_row(attempt_id)
            ended = (["attempt_not_running"], "expired", NOON + 30 * MINUTE)
            more = ([], "open", NOON + 40 * MINUTE)
            assert (refused, row.state, row.deadline_at) in (ended, more)
