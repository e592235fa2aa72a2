"""Submitting, closing at the deadline, and what follows from a result."""

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from lms.curriculum.models import GatePass
from lms.db import db
from lms.errors import NotFound
from lms.gradebook.models import GradeEntry
from lms.notifications.models import OutboxMessage
from lms.notifications.words import render
from lms.quizzes import jobs, services
from lms.quizzes.models import Attempt, Response
from tests.conftest import NOON
from tests.factories.curriculum import pass_gates
from tests.factories.people import make_person
from tests.factories.quizzes import Exam, get_attempt_row, make_exam, right_answers, take_exam

MINUTE = dt.timedelta(minutes=1)


def begin(exam: Exam, *, right: int = 0, person_id: int | None = None) -> int:
    who = person_id or exam.person_id
    attempt_id = services.start_attempt(exam.sitting_id, person_id=who, now=NOON, seed=1)
    for position, raw in list(right_answers(attempt_id).items())[:right]:
        services.save_response(
            attempt_id, position, person_id=who, seq=position, raw=raw, now=NOON + MINUTE
        )
    db.session.commit()
    return attempt_id


def entries() -> list[GradeEntry]:
    return list(db.session.scalars(select(GradeEntry).order_by(GradeEntry.id)))


def gates() -> list[GatePass]:
    return list(db.session.scalars(select(GatePass)))


def messages(kind: str) -> list[OutboxMessage]:
    return list(
        db.session.scalars(
            select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id)
        )
    )


def test_a_submission_is_marked_and_frozen(session) -> None:
    exam = make_exam(draw=4)
    attempt_id = begin(exam, right=3)
    assert services.submit_attempt(attempt_id, person_id=exam.person_id, now=NOON + 9 * MINUTE)
    row = get_attempt_row(attempt_id)
    assert (row.state, row.points, row.max_points, row.passed) == ("submitted", 15, 20, False)
    assert row.submitted_at == NOON + 9 * MINUTE
    assert row.outcome is not None
    assert row.outcome["percent"] == "75.00"
    assert row.outcome["answered"] == 3
    assert [item["is_right"] for item in row.outcome["items"]] == [True, True, True, False]
    assert row.outcome["items"][3]["answer"] is None
    assert [one["missed"] for one in row.outcome["study"]] == [1]
    (entry,) = entries()
    assert (entry.kind, entry.key, entry.source) == ("quiz", exam.quiz.key, f"attempt:{attempt_id}")
    assert (entry.points, entry.max_points, entry.cut_percent) == (15, 20, 80)
    assert not entry.passed
    assert gates() == []


def test_passing_opens_the_gate(session) -> None:
    exam = make_exam()
    attempt_id = take_exam(exam)
    (gate,) = gates()
    assert (gate.kind, gate.key) == ("module_quiz", exam.quiz.gate_key)
    assert gate.percent == 100
    assert gate.evidence == {"table": "attempt", "id": attempt_id}
    assert entries()[0].passed


def test_a_stage_test_opens_the_stages_gate(session) -> None:
    exam = make_exam(quiz={"kind": "stage_test"})
    pass_gates(exam.enrolments[0], stage=False)
    take_exam(exam)
    stage_tests = [gate.key for gate in gates() if gate.kind == "stage_test"]
    assert stage_tests == [exam.quiz.gate_key]


def test_a_red_line_overrides_the_total(session) -> None:
    exam = make_exam(items=5, draw=5, red_lines=5, quiz={"cut_percent": "60", "red_line_all": True})
    attempt_id = take_exam(exam, right=4)
    row = get_attempt_row(attempt_id)
    assert row.passed is False
    assert row.outcome is not None
    assert row.outcome["reached_cut"] is True
    assert row.outcome["red_line_missed"] == [5]
    assert gates() == []


def test_submitting_twice_is_one_submission(session) -> None:
    exam = make_exam()
    attempt_id = begin(exam, right=4)
    assert services.submit_attempt(attempt_id, person_id=exam.person_id, now=NOON + MINUTE)
    before = get_attempt_row(attempt_id).outcome
    assert not services.submit_attempt(attempt_id, person_id=exam.person_id, now=NOON + 2 * MINUTE)
    assert get_attempt_row(attempt_id).outcome == before
    assert get_attempt_row(attempt_id).submitted_at == NOON + MINUTE
    assert len(entries()) == 1
    assert len(gates()) == 1


def test_only_the_owner_submits(session) -> None:
    exam = make_exam()
    attempt_id = begin(exam)
    with pytest.raises(NotFound):
        services.submit_attempt(attempt_id, person_id=make_person().id, now=NOON)
    assert get_attempt_row(attempt_id).state == "open"


def test_a_submission_at_the_deadline_is_the_deadlines_end(session) -> None:
    exam = make_exam()
    attempt_id = begin(exam, right=2)
    services.submit_attempt(attempt_id, person_id=exam.person_id, now=NOON + 45 * MINUTE)
    row = get_attempt_row(attempt_id)
    assert row.state == "expired"
    assert row.submitted_at == row.deadline_at == NOON + 30 * MINUTE
    assert row.points == 10


def test_a_clock_set_back_does_not_end_before_the_start(session) -> None:
    exam = make_exam()
    attempt_id = begin(exam)
    services.submit_attempt(attempt_id, person_id=exam.person_id, now=NOON - 60 * MINUTE)
    assert get_attempt_row(attempt_id).submitted_at == NOON


def test_the_worker_closes_what_is_overdue_with_what_was_saved(session) -> None:
    exam = make_exam(people=3)
    overdue = begin(exam, right=4)
    submitted = begin(exam, right=1, person_id=exam.person_ids[1])
    services.submit_attempt(submitted, person_id=exam.person_ids[1], now=NOON + MINUTE)
    running = services.start_attempt(
        exam.sitting_id, person_id=exam.person_ids[2], now=NOON + 20 * MINUTE
    )
    db.session.commit()
    assert jobs.close_overdue_attempts(NOON + 30 * MINUTE) == 1
    assert get_attempt_row(overdue).state == "expired"
    assert get_attempt_row(overdue).passed is True
    assert get_attempt_row(running).state == "open"
    assert jobs.close_overdue_attempts(NOON + 30 * MINUTE) == 0
    assert len(entries()) == 2
    assert len(gates()) == 1


def test_who_was_closed_by_the_server_is_told(session) -> None:
    exam = make_exam()
    attempt_id = begin(exam, right=2)
    jobs.close_overdue_attempts(NOON + 31 * MINUTE)
    (message,) = messages("quizzes.result")
    assert message.link == f"/attempts/{attempt_id}/result"
    words = render(message)
    assert words.subject == "到时自动交卷，没有通过：第一模块测验"
    assert "答了 2 / 4 题" in words.body
    assert "得分 10 / 20，及格线 80%。" in words.body
    assert "Module" not in words.body


def test_who_submits_has_the_result_on_the_screen(session) -> None:
    take_exam(make_exam())
    assert messages("quizzes.result") == []


def test_a_damaged_row_does_not_keep_the_others_open(session) -> None:
    exam = make_exam(people=2)
    broken = begin(exam)
    whole = begin(exam, right=1, person_id=exam.person_ids[1])
    db.session.add(
        Response(
            attempt_id=broken, position=1, seq=1, answer={"chosen": ["no-such"]}, saved_at=NOON
        )
    )
    db.session.commit()
    assert jobs.close_overdue_attempts(NOON + 31 * MINUTE) == 1
    assert get_attempt_row(broken).state == "open"
    assert get_attempt_row(whole).state == "expired"


def test_nothing_overdue_closes_nothing(session) -> None:
    exam = make_exam()
    attempt_id = begin(exam)
    assert not services.close_attempt(attempt_id, now=NOON + 29 * MINUTE)
    assert not services.close_attempt(attempt_id + 5, now=NOON + 31 * MINUTE)
    assert get_attempt_row(attempt_id).state == "open"


def test_points_stay_exact(session) -> None:
    exam = make_exam(items=3, draw=3, quiz={"points_each": "0.1", "cut_percent": "66.67"})
    row = get_attempt_row(take_exam(exam, right=2))
    assert row.points == Decimal("0.2")
    assert row.max_points == Decimal("0.3")
    assert row.passed is False
    assert db.session.scalar(select(func.count()).select_from(Attempt)) == 1
