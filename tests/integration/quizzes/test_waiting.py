"""What waits for candidates and trainers."""

import datetime as dt

import pytest
from flask import render_template
from sqlalchemy import select

from lms.curriculum.models import Lesson, LessonProgress
from lms.db import db
from lms.people.domain.roles import RoleName
from lms.people.models import Person
from lms.quizzes import queries, services
from lms.web.waiting import Waiting
from tests.conftest import NOON
from tests.factories.curriculum import pass_gates
from tests.factories.people import make_person
from tests.factories.quizzes import HOUR, Exam, make_exam, make_quiz, make_sitting, take_exam

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def request_context(app):
    with app.test_request_context():
        yield


def words_of(waiting: Waiting) -> str:
    capability, _, thing = waiting.kind.partition(".")
    return render_template(f"{capability}/waiting/{thing}.html", w=waiting).strip()


def waiting_for(person_id: int, now: dt.datetime = NOON) -> list[Waiting]:
    return queries.list_waiting(db.session.get_one(Person, person_id), now)


def read_lessons(exam: Exam, index: int = 0, modules: int = 1) -> None:
    keys = [
        lesson.key
        for module in exam.programme.stages[0].modules[:modules]
        for lesson in module.lessons
    ]
    for lesson in db.session.scalars(select(Lesson).where(Lesson.key.in_(keys))):
        db.session.add(
            LessonProgress(
                enrolment_id=exam.enrolments[index].id,
                lesson_id=lesson.id,
                lesson_version=1,
                last_block=3,
                furthest_block=3,
                blocks_total=3,
                opened_at=NOON,
                seen_at=NOON,
                read_at=NOON,
                recalled_at=NOON,
                completed_at=NOON,
            )
        )
    db.session.commit()


def test_a_sitting_that_is_open_waits_for_its_candidate(request_context) -> None:
    exam = make_exam()
    (waiting,) = waiting_for(exam.person_id)
    assert waiting.kind == "quizzes.sitting_open"
    assert waiting.url == f"/sittings/{exam.sitting_id}/rules"
    assert (waiting.since, waiting.until) == (exam.sitting.opens_at, exam.sitting.closes_at)
    assert words_of(waiting) == "「第一模块测验」可以考了：30 分钟，还有 2 次机会"


def test_an_attempt_that_runs_waits_first_of_all(request_context) -> None:
    exam = make_exam()
    attempt_id = services.start_attempt(exam.sitting_id, person_id=exam.person_id, now=NOON)
    (waiting,) = waiting_for(exam.person_id, NOON + MINUTE)
    assert waiting.kind == "quizzes.attempt"
    assert waiting.url == f"/attempts/{attempt_id}"
    assert waiting.until == NOON + 30 * MINUTE
    assert "接着答" in words_of(waiting)
    assert waiting_for(exam.person_id, NOON + 30 * MINUTE) == []


def test_a_sitting_to_come_and_a_pause_are_said(request_context) -> None:
    exam = make_exam(sitting={"opens_at": NOON + HOUR})
    (waiting,) = waiting_for(exam.person_id)
    assert waiting.kind == "quizzes.sitting_upcoming"
    assert "13:00 开放" in words_of(waiting)
    failed = make_exam()
    take_exam(failed, right=0)
    (waiting,) = waiting_for(failed.person_id, NOON + 6 * MINUTE)
    assert waiting.kind == "quizzes.sitting_upcoming"
    assert waiting.facts["at"] == NOON + 65 * MINUTE


def test_a_sitting_says_what_must_be_passed_first(request_context) -> None:
    exam = make_exam(quiz={"kind": "stage_test"})
    pass_gates(exam.enrolments[0], modules=1, stage=False)
    (waiting,) = waiting_for(exam.person_id)
    assert waiting.kind == "quizzes.sitting_locked"
    assert waiting.until == exam.sitting.closes_at
    assert words_of(waiting).endswith("先通过：模块2：模块测验")
    over = make_exam(
        quiz={"kind": "stage_test"}, sitting={"opens_at": NOON - 9 * HOUR, "closes_at": NOON}
    )
    assert waiting_for(over.person_id) == []


def test_what_is_done_or_over_does_not_wait(request_context) -> None:
    exam = make_exam()
    take_exam(exam)
    assert waiting_for(exam.person_id, NOON + HOUR) == []
    over = make_exam(sitting={"opens_at": NOON - 9 * HOUR, "closes_at": NOON})
    assert waiting_for(over.person_id) == []
    cancelled = make_exam(sitting={"cancelled_at": NOON})
    assert waiting_for(cancelled.person_id) == []


def test_the_trainer_sees_todays_sittings(request_context) -> None:
    exam = make_exam()
    later = make_sitting(exam.quiz, exam.cohort, opens_at=NOON + 3 * HOUR)
    make_sitting(exam.quiz, exam.cohort, opens_at=NOON + 25 * HOUR, closes_at=NOON + 30 * HOUR)
    make_sitting(exam.quiz, exam.cohort, opens_at=NOON + HOUR, cancelled_at=NOON)
    found = waiting_for(make_person(RoleName.TRAINER).id)
    assert [waiting.url for waiting in found] == [
        f"/sittings/{exam.sitting_id}",
        f"/sittings/{later.id}",
    ]
    assert "正在考" in words_of(found[0])
    assert "15:00" in words_of(found[1])


def test_the_trainer_sees_who_is_ready_without_a_sitting(request_context) -> None:
    exam = make_exam(people=2, sitting={"opens_at": NOON - 9 * HOUR, "closes_at": NOON})
    module, second = exam.programme.stages[0].modules
    exam.quiz.key = module.quiz_key
    db.session.commit()
    trainer = make_person(RoleName.TRAINER)
    assert waiting_for(trainer.id) == []
    read_lessons(exam, 0)
    read_lessons(exam, 1)
    (waiting,) = waiting_for(trainer.id)
    assert waiting.kind == "quizzes.unscheduled"
    assert waiting.facts["learners"] == 2
    assert f"quiz={module.quiz_key}" in waiting.url
    assert f"cohort={exam.cohort.id}" in waiting.url
    assert f"{exam.cohort.name} 有 2 人学完了" in words_of(waiting)
    assert second.quiz_key not in waiting.url
    make_sitting(exam.quiz, exam.cohort, opens_at=NOON + 25 * HOUR, closes_at=NOON + 30 * HOUR)
    assert waiting_for(trainer.id) == []


def test_a_stage_test_waits_when_the_modules_are_passed(request_context) -> None:
    exam = make_exam(sitting={"opens_at": NOON - 9 * HOUR, "closes_at": NOON})
    stage = exam.programme.stages[0]
    make_quiz(programme=exam.programme, kind="stage_test", key=stage.quiz_key)
    pass_gates(exam.enrolments[0], modules=2, now=NOON - HOUR)
    (waiting,) = waiting_for(make_person(RoleName.TRAINER).id)
    assert f"quiz={stage.quiz_key}" in waiting.url
    assert waiting.since == exam.enrolments[0].enrolled_at


def test_nobody_else_is_kept_waiting(request_context) -> None:
    make_exam()
    for role in (RoleName.HR, RoleName.RATER, RoleName.ADMIN):
        assert waiting_for(make_person(role).id) == []


def test_own_lists(request_context) -> None:
    exam = make_exam()
    upcoming = make_sitting(exam.quiz, exam.cohort, opens_at=NOON + HOUR)
    cancelled = make_sitting(exam.quiz, exam.cohort, cancelled_at=NOON)

    def ids(found) -> set[int]:
        return {own.sitting.id for own in found}

    person_id = exam.person_id
    assert ids(queries.list_open_sittings(person_id, NOON)) == {exam.sitting_id}
    assert ids(queries.list_own_sittings(person_id, NOON)) == {
        exam.sitting_id,
        upcoming.id,
        cancelled.id,
    }
    of_enrolment = queries.list_sittings_for_enrolment(exam.enrolments[0], NOON)
    assert ids(of_enrolment) == {exam.sitting_id, upcoming.id}
    attempt_id = take_exam(exam)
    assert [row.id for row in queries.list_attempts(exam.enrolments[0].id)] == [attempt_id]
