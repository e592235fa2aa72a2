"""Quizzes and sittings: authoring, scheduling, telling, cancelling, extending, announcing."""

import datetime as dt
from decimal import Decimal

import pytest
from flask import url_for
from sqlalchemy import select

from lms.audit.models import AuditEvent
from lms.db import db
from lms.errors import InvalidInput, InvalidState, NotFound
from lms.notifications.models import OutboxMessage
from lms.notifications.words import render
from lms.quizzes import jobs, queries, services
from lms.quizzes.domain.review import ReviewRule
from lms.quizzes.domain.sittings import SittingState
from lms.quizzes.models import Quiz, Sitting
from tests.conftest import NOON
from tests.factories.curriculum import pass_gates
from tests.factories.people import make_cohort, make_person
from tests.factories.quizzes import (
    HOUR,
    make_exam,
    make_quiz,
    make_sitting,
    take_exam,
)

MINUTE = dt.timedelta(minutes=1)


def quiz_values(**changes: object) -> dict[str, object]:
    return {
        "key": "law",
        "title": "法规测验",
        "title_en": "Law quiz",
        "kind": "module_quiz",
        "programme_key": "presales",
        "gate_key": "law",
        "sections": [{"title": "", "bank": "law", "draw": 15, "points_each": 1}],
        "minutes": 20,
        "cut_percent": Decimal(80),
        "red_line_all": True,
        "max_attempts": 3,
        "wait_minutes": 720,
        "review": "everything",
        "origin": "files",
        "sha256": "a" * 64,
        "now": NOON,
        **changes,
    }


def put(**changes: object) -> Quiz:
    return services.upsert_quiz(**quiz_values(**changes))  # type: ignore[arg-type]


def test_a_quiz_is_made_then_revised(session) -> None:
    quiz = put()
    assert quiz.sections == [{"title": "", "bank": "law", "draw": 15, "points_each": "1.00"}]
    assert put(title="别的", sha256="a" * 64).title == "法规测验"
    assert put(title="改名", sha256="b" * 64).title == "改名"
    assert [row.key for row in queries.list_quizzes()] == ["law"]
    actions = db.session.scalars(select(AuditEvent.action)).all()
    assert actions == ["quizzes.upsert_quiz"] * 2


def test_a_retired_quiz_is_gone_until_it_comes_back(session) -> None:
    quiz = put()
    services.retire_quiz(quiz, now=NOON)
    services.retire_quiz(quiz, now=NOON + HOUR)
    assert quiz.retired_at == NOON
    assert queries.list_quizzes() == []
    with pytest.raises(NotFound):
        queries.get_quiz("law")
    assert put().retired_at is None
    assert queries.get_quiz("law") is quiz
    assert queries.find_quiz("none") is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "defense"}, "kind"),
        ({"review": "nothing"}, "review"),
        ({"sections": []}, "sections"),
        ({"sections": [{"bank": "law", "draw": 0, "points_each": 1}]}, "sections"),
    ],
)
def test_a_quiz_that_cannot_be_is_refused(session, change, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        put(**change)
    assert (refused.value.code, refused.value.facts["field"]) == ("bad_quiz", field)


def schedule(exam, **changes: object) -> Sitting:
    values: dict[str, object] = {
        "quiz": exam.quiz,
        "cohort": exam.cohort,
        "opens_at": NOON + HOUR,
        "closes_at": NOON + 9 * HOUR,
        "actor_id": None,
        "now": NOON,
        **changes,
    }
    return services.schedule_sitting(**values)  # type: ignore[arg-type]


def messages(kind: str) -> list[OutboxMessage]:
    return list(
        db.session.scalars(
            select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id)
        )
    )


def test_a_sitting_takes_its_rules_from_the_quiz_and_keeps_them(session) -> None:
    exam = make_exam(quiz={"red_line_all": True, "review": "responses"})
    sitting = schedule(exam)
    exam.quiz.minutes = 99
    exam.quiz.sections = []
    db.session.flush()
    assert (sitting.minutes, sitting.max_attempts, sitting.wait_minutes) == (30, 2, 60)
    assert (sitting.cut_percent, sitting.red_line_all, sitting.review) == (80, True, "responses")
    assert len(sitting.sections) == 1


def test_a_sitting_may_have_rules_of_its_own(session) -> None:
    sitting = schedule(
        make_exam(),
        minutes=45,
        max_attempts=1,
        wait_minutes=0,
        cut_percent=Decimal("72.5"),
        review=ReviewRule.EVERYTHING_AFTER_CLOSE,
        note="三楼",
    )
    db.session.refresh(sitting)
    assert (sitting.minutes, sitting.max_attempts, sitting.wait_minutes) == (45, 1, 0)
    assert sitting.cut_percent == Decimal("72.5")
    assert (sitting.review, sitting.note) == ("everything_after_close", "三楼")


def test_the_candidates_are_told(session) -> None:
    exam = make_exam(people=2)
    sitting = schedule(exam)
    told = messages("quizzes.sitting_scheduled")
    assert {message.person_id for message in told} == set(exam.person_ids)
    words = render(told[0])
    assert words.subject.startswith("考试安排：第一模块测验，")
    assert "30 分钟，最多 2 次" in words.body
    assert "及格线：80%" in words.body
    assert told[0].link == f"/sittings/{sitting.id}/rules"
    assert "13:00" in words.subject


def test_message_links_lead_to_pages(app) -> None:
    with app.test_request_context():
        assert url_for("quizzes.rules", sitting_id=7) == "/sittings/7/rules"
        assert url_for("quizzes.result", attempt_id=7) == "/attempts/7/result"


@pytest.mark.parametrize(
    ("change", "field", "problem"),
    [
        ({"closes_at": NOON - HOUR}, "closes_at", "closes_in_the_past"),
        ({"closes_at": NOON + HOUR}, "closes_at", "closes_before_opening"),
        ({"opens_at": NOON - HOUR}, "opens_at", "opens_in_the_past"),
        ({"minutes": 600}, "minutes", "minutes_exceed_window"),
        ({"max_attempts": 0}, "max_attempts", "out_of_range"),
    ],
)
def test_an_impossible_schedule_is_refused(session, change, field: str, problem: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        schedule(make_exam(), **change)
    assert refused.value.code == "bad_sitting"
    assert refused.value.facts == {"field": field, "problem": problem}
    assert messages("quizzes.sitting_scheduled") == []


def test_a_cohort_without_learners_of_the_programme_is_refused(session) -> None:
    exam = make_exam()
    for cohort in (make_cohort(), make_cohort(make_person())):
        with pytest.raises(InvalidInput) as refused:
            schedule(exam, cohort=cohort)
        assert refused.value.facts == {"field": "cohort", "problem": "nobody_enrolled"}


def test_a_bank_that_is_too_small_is_refused(session) -> None:
    exam = make_exam(items=3, draw=4)
    with pytest.raises(InvalidInput) as refused:
        schedule(exam)
    assert refused.value.facts == {"field": "quiz", "problem": "pool_too_small"}


def test_cancelling_tells_the_reason(session) -> None:
    exam = make_exam(people=2)
    services.cancel_sitting(exam.sitting, reason=" 停电 ", actor_id=None, now=NOON)
    services.cancel_sitting(exam.sitting, reason="又一次", actor_id=None, now=NOON + HOUR)
    assert (exam.sitting.cancelled_at, exam.sitting.cancel_reason) == (NOON, "停电")
    told = messages("quizzes.sitting_cancelled")
    assert len(told) == 2
    assert "原因：停电" in render(told[0]).body
    assert queries.state_of(exam.sitting, NOON) is SittingState.CANCELLED


def test_cancelling_needs_a_reason(session) -> None:
    with pytest.raises(InvalidInput) as refused:
        services.cancel_sitting(make_exam().sitting, reason="  ", actor_id=None, now=NOON)
    assert refused.value.facts["field"] == "reason"


def test_what_was_begun_is_not_cancelled(session) -> None:
    exam = make_exam()
    take_exam(exam)
    with pytest.raises(InvalidState) as refused:
        services.cancel_sitting(exam.sitting, reason="停电", actor_id=None, now=NOON)
    assert (refused.value.code, refused.value.facts["attempts"]) == ("sitting_begun", 1)


def test_what_is_over_is_not_cancelled(session) -> None:
    exam = make_exam()
    with pytest.raises(InvalidState) as refused:
        services.cancel_sitting(
            exam.sitting, reason="停电", actor_id=None, now=exam.sitting.closes_at
        )
    assert refused.value.code == "sitting_closed"


def test_the_opening_is_announced_once(session) -> None:
    exam = make_exam(people=2)
    upcoming = make_sitting(exam.quiz, exam.cohort, opens_at=NOON + HOUR)
    make_sitting(exam.quiz, exam.cohort, cancelled_at=NOON)
    make_sitting(exam.quiz, exam.cohort, opens_at=NOON - 9 * HOUR, closes_at=NOON)
    assert jobs.announce_sittings(NOON) == 1
    assert jobs.announce_sittings(NOON + MINUTE) == 0
    told = messages("quizzes.sitting_opened")
    assert len(told) == 2
    assert render(told[0]).subject == "可以考试了：第一模块测验"
    assert jobs.announce_sittings(NOON + HOUR) == 1
    assert upcoming.opening_announced_at == NOON + HOUR


def test_the_opening_says_what_must_be_passed_first(session) -> None:
    exam = make_exam(people=2, quiz={"kind": "stage_test"})
    pass_gates(exam.enrolments[0], stage=False)
    pass_gates(exam.enrolments[1], modules=1, stage=False)
    jobs.announce_sittings(NOON)
    free, waiting = (render(one) for one in messages("quizzes.sitting_opened"))
    assert free.subject == "可以考试了：第一模块测验"
    assert "先通过" not in free.body
    assert waiting.subject == "考试开放了，你还差前面的：第一模块测验"
    assert "先通过：模块2：模块测验" in waiting.body


def test_the_list_finds_by_words_state_and_cohort(session) -> None:
    exam = make_exam()
    other = make_sitting(
        make_quiz(programme=exam.programme, key="other"),
        make_cohort(name="第九期"),
        opens_at=NOON + HOUR,
    )
    cancelled = make_sitting(exam.quiz, exam.cohort, cancelled_at=NOON)
    closed = make_sitting(exam.quiz, exam.cohort, opens_at=NOON - 9 * HOUR, closes_at=NOON)

    def found(**wanted: object) -> set[int]:
        query = queries.select_sittings(NOON, **wanted)  # type: ignore[arg-type]
        return {row.id for row in db.session.scalars(query)}

    everything = {exam.sitting_id, other.id, cancelled.id, closed.id}
    assert found() == everything
    assert found(words="第九") == {other.id}
    assert found(words="%") == set()
    assert found(cohort_id=exam.cohort.id) == everything - {other.id}
    assert found(state="open") == {exam.sitting_id}
    assert found(state="upcoming") == {other.id}
    assert found(state="cancelled") == {cancelled.id}
    assert found(state="closed") == {closed.id}
    assert found(state="unknown") == everything
