"""Make-up sittings that are offered by themselves."""

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from lms.db import db
from lms.notifications.models import OutboxMessage
from lms.people.domain.roles import RoleName
from lms.quizzes import jobs, queries, services
from lms.quizzes.models import Attempt, Sitting, SittingSeat
from tests.conftest import NOON
from tests.factories.people import make_person
from tests.factories.quizzes import HOUR, make_exam, make_sitting, take_exam

ZONE = ZoneInfo("Asia/Shanghai")
MINUTE = dt.timedelta(minutes=1)
CLOSES = NOON + 4 * HOUR
TOMORROW = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)
"""10:00 of the next working day."""


def make(people: int = 3, rules: Mapping[str, object] | None = None, **sitting: object):
    exam = make_exam(people=people, sitting={"closes_at": CLOSES, "minutes": 20, **sitting})
    exam.sitting.rules = {"opens_make_up": True} if rules is None else dict(rules)
    db.session.commit()
    return exam


def find_make_up(exam) -> Sitting | None:
    db.session.expire_all()
    return db.session.scalars(
        select(Sitting).where(Sitting.make_up_of_id == exam.sitting_id)
    ).one_or_none()


def test_it_is_for_the_absent_and_the_failed(session) -> None:
    exam = make(people=3)
    passed, failed, absent = exam.person_ids
    take_exam(exam, person_id=passed)
    take_exam(exam, person_id=failed, right=0)
    assert jobs.note_closings(CLOSES - MINUTE) == 0
    assert jobs.note_closings(CLOSES) == 1
    made = find_make_up(exam)
    assert made is not None
    assert (made.opens_at, made.closes_at - made.opens_at) == (TOMORROW, CLOSES - (NOON - HOUR))
    assert not made.is_for_cohort
    assert {one.person_id for one in queries.list_candidates(made)} == {failed, absent}
    assert made.sections == exam.sitting.sections
    assert (made.minutes, made.review) == (20, exam.sitting.review)
    assert "opens_make_up" not in made.rules  # one, and no chain of them
    told = db.session.scalars(
        select(OutboxMessage.person_id).where(OutboxMessage.kind == "quizzes.make_up_scheduled")
    )
    assert set(told) == {failed, absent}


def test_there_is_one_at_most(session) -> None:
    exam = make()
    assert jobs.note_closings(CLOSES) == 1
    assert jobs.note_closings(CLOSES + MINUTE) == 0
    assert find_make_up(exam) is not None
    # A worker that looked before the other one was done finds nothing left to do.
    assert services.note_closing(exam.sitting_id, zone=ZONE, now=CLOSES) is False
    assert find_make_up(exam) is not None


@pytest.mark.parametrize("case", ["not asked for", "all passed", "cancelled", "of a make-up"])
def test_none_is_offered(session, case: str) -> None:
    exam = make(people=1, rules={} if case == "not asked for" else None)
    if case == "all passed":
        take_exam(exam)
    if case == "cancelled":
        exam.sitting.cancelled_at = NOON
    if case == "of a make-up":
        first = make_sitting(exam.quiz, exam.cohort, closes_at=NOON)
        first.closing_noted_at = NOON
        exam.sitting.make_up_of_id = first.id
    db.session.commit()
    jobs.note_closings(CLOSES)
    assert find_make_up(exam) is None


def test_who_may_take_it_elsewhere_anyway_needs_none(session) -> None:
    exam = make()
    make_sitting(exam.quiz, exam.cohort, opens_at=CLOSES + HOUR, closes_at=CLOSES + 9 * HOUR)
    assert jobs.note_closings(CLOSES) == 1
    assert find_make_up(exam) is None


@pytest.mark.parametrize("case", ["paused", "still running", "being marked", "one may come later"])
def test_it_waits_until_it_is_over_for_everybody(session, case: str) -> None:
    exam = make(people=2)
    attempt_id = services.start_attempt(exam.sitting_id, person_id=exam.person_id, now=NOON)
    attempt = db.session.get_one(Attempt, attempt_id)
    if case != "still running":
        services.submit_attempt(attempt_id, person_id=exam.person_id, now=NOON + MINUTE)
    attempt.awaits_marking = case == "being marked"
    exam.sitting.paused_at = NOON if case == "paused" else None
    if case == "one may come later":
        db.session.add(
            SittingSeat(
                sitting_id=exam.sitting_id,
                person_id=exam.person_ids[1],
                closes_at=CLOSES + HOUR,
                changed_at=NOON,
            )
        )
    db.session.commit()
    assert jobs.note_closings(CLOSES) == 0
    assert find_make_up(exam) is None


def test_what_speaks_against_it_is_told_to_who_scheduled(session) -> None:
    exam = make()
    trainer = make_person(RoleName.TRAINER)
    exam.sitting.created_by = trainer.id
    exam.sitting.minutes = 600  # more than may be scheduled today
    db.session.commit()
    assert jobs.note_closings(CLOSES) == 1
    assert find_make_up(exam) is None
    (message,) = db.session.scalars(
        select(OutboxMessage).where(OutboxMessage.kind == "quizzes.make_up_impossible")
    ).all()
    assert message.person_id == trainer.id
    assert message.facts["persons"] == 3


def test_the_trainer_sees_it_and_can_cancel_it(app, sign_in, noon) -> None:
    with app.app_context():
        exam = make(people=1)
        jobs.note_closings(CLOSES)
        made_id = find_make_up(exam).id
        trainer_id = make_person(RoleName.TRAINER).id
    noon.move_to(CLOSES + MINUTE)
    trainer = sign_in(trainer_id)
    assert "补考" in trainer.get("/sittings").text
    reply = trainer.post(f"/sittings/{made_id}/cancel", data={"reason": "那天停电"})
    assert reply.status_code == 303
    with app.app_context():
        assert db.session.get_one(Sitting, made_id).cancelled_at is not None
        assert jobs.note_closings(CLOSES + 2 * MINUTE) == 0
