"""Several processes' worth of things at the same instant, on databases that are really committed to."""

import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from sqlalchemy import func, select

from lms.db import db, transaction
from lms.errors import InvalidState
from lms.gradebook.models import GradeEntry
from lms.notifications.models import OutboxMessage
from lms.quizzes import jobs, services
from lms.quizzes.models import Attempt
from lms.quizzes.queries import get_sitting, list_answers
from tests.conftest import NOON
from tests.factories.quizzes import get_attempt_row, make_exam, right_answers
from tests.faults.conftest import Deployment

T = TypeVar("T")
MINUTE = dt.timedelta(minutes=1)


def at_once(deployment: Deployment, *deeds: Callable[[], T]) -> list[T]:
    """Do each deed in a thread and a transaction of its own, all starting at the same instant."""
    line = threading.Barrier(len(deeds))

    def run(deed: Callable[[], T]) -> T:
        with deployment.app.app_context():
            line.wait()
            try:
                with transaction():
                    return deed()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def exam_with_attempt(deployment: Deployment, *, draw: int = 6) -> tuple[int, int, dict]:
    """Return person, attempt and right answers."""
    with deployment.app.app_context():
        exam = make_exam(items=draw, draw=draw)
        person_id = exam.person_id
        attempt_id = services.start_attempt(exam.sitting_id, person_id=person_id, now=NOON)
        db.session.commit()
        answers = right_answers(attempt_id)
        db.session.remove()
    return person_id, attempt_id, answers


def entries_of(attempt_id: int) -> int:
    return (
        db.session.scalar(select(func.count()).where(GradeEntry.source == f"attempt:{attempt_id}"))
        or 0
    )


def test_a_start_pressed_many_times_starts_once(deployment: Deployment) -> None:
    with deployment.app.app_context():
        exam = make_exam()
        sitting_id, person_id = exam.sitting_id, exam.person_id
        db.session.remove()

    def start() -> int:
        return services.start_attempt(sitting_id, person_id=person_id, now=NOON)

    assert len(set(at_once(deployment, *[start] * 6))) == 1
    with deployment.app.app_context():
        found = select(func.count()).where(Attempt.sitting_id == sitting_id)
        assert db.session.scalar(found) == 1
        db.session.remove()


def test_many_submissions_are_one(deployment: Deployment) -> None:
    person_id, attempt_id, _ = exam_with_attempt(deployment)

    def submit() -> bool:
        return services.submit_attempt(attempt_id, person_id=person_id, now=NOON + MINUTE)

    assert sorted(at_once(deployment, *[submit] * 6)) == [False] * 5 + [True]
    with deployment.app.app_context():
        assert entries_of(attempt_id) == 1
        db.session.remove()


@pytest.mark.parametrize("_again", range(8))
def test_every_answer_acknowledged_beside_a_submission_is_marked(
    deployment: Deployment, _again: int
) -> None:
    """Whoever of the two is first: an answer is either refused, or part of the result."""
    person_id, attempt_id, answers = exam_with_attempt(deployment)
    acknowledged: dict[int, dict[str, object]] = {}

    def saver(position: int, raw: dict[str, object]) -> Callable[[], None]:
        def save() -> None:
            try:
                services.save_response(
                    attempt_id, position, person_id=person_id, seq=1, raw=raw, now=NOON
                )
                db.session.commit()
            except InvalidState:
                return
            acknowledged[position] = raw

        return save

    def submit() -> None:
        services.submit_attempt(attempt_id, person_id=person_id, now=NOON + MINUTE)

    at_once(deployment, *(saver(n, raw) for n, raw in answers.items()), submit)
    with deployment.app.app_context():
        outcome = get_attempt_row(attempt_id).outcome
        assert outcome is not None
        marked = {
            position: item["answer"]
            for position, item in enumerate(outcome["items"], start=1)
            if item["answer"] is not None
        }
        stored = {position: row.answer for position, row in list_answers(attempt_id).items()}
        db.session.remove()
    assert marked == acknowledged == stored


def test_two_tabs_interleaved_leave_the_newest_answer(deployment: Deployment) -> None:
    person_id, attempt_id, _ = exam_with_attempt(deployment, draw=1)
    with deployment.app.app_context():
        options = get_attempt_row(attempt_id).paper[0]["option_order"]
        db.session.remove()

    def tab(first: int, option: str) -> Callable[[], list[int]]:
        def save_all() -> list[int]:
            seen = []
            for seq in range(first, first + 40, 2):
                saved = services.save_response(
                    attempt_id,
                    1,
                    person_id=person_id,
                    seq=seq,
                    raw={"chosen": [option]},
                    now=NOON,
                )
                db.session.commit()
                assert saved.seq >= seq
                assert (saved.kept is None) == (saved.seq == seq)
                seen.append(saved.seq)
            return seen

        return save_all

    for seen in at_once(deployment, tab(1, options[0]), tab(2, options[-1])):
        assert seen == sorted(seen)
    with deployment.app.app_context():
        last = list_answers(attempt_id)[1]
        db.session.remove()
    assert last.seq == 40
    assert last.answer == {"chosen": [options[-1]]}


def test_replays_in_any_order_end_the_same(deployment: Deployment) -> None:
    person_id, attempt_id, _ = exam_with_attempt(deployment, draw=1)
    with deployment.app.app_context():
        options = get_attempt_row(attempt_id).paper[0]["option_order"]
        for seq in (5, 1, 9, 3, 9, 7, 2):
            services.save_response(
                attempt_id,
                1,
                person_id=person_id,
                seq=seq,
                raw={"chosen": [options[seq % len(options)]]},
                now=NOON,
            )
            db.session.commit()
        last = list_answers(attempt_id)[1]
        db.session.remove()
    assert (last.seq, last.answer) == (9, {"chosen": [options[9 % len(options)]]})


def test_two_workers_close_each_attempt_once(deployment: Deployment) -> None:
    made = [exam_with_attempt(deployment) for _ in range(6)]
    late = NOON + 40 * MINUTE

    def sweep() -> int:
        return jobs.close_overdue_attempts(late)

    assert sum(at_once(deployment, sweep, sweep, sweep)) >= len(made)
    with deployment.app.app_context():
        for _, attempt_id, _ in made:
            assert get_attempt_row(attempt_id).state == "expired"
            assert entries_of(attempt_id) == 1
            key = OutboxMessage.key == f"result:{attempt_id}"
            assert db.session.scalar(select(func.count()).where(key)) == 1
        db.session.remove()
    assert at_once(deployment, sweep, sweep) == [0, 0]


def test_two_workers_announce_an_opening_once(deployment: Deployment) -> None:
    with deployment.app.app_context():
        exam = make_exam(people=3)
        sitting_id = exam.sitting_id
        db.session.remove()

    def sweep() -> int:
        return jobs.announce_sittings(NOON)

    at_once(deployment, sweep, sweep, sweep)
    with deployment.app.app_context():
        found = select(func.count()).where(
            OutboxMessage.key.startswith(f"sitting_opened:{sitting_id}:")
        )
        assert db.session.scalar(found) == 3
        db.session.remove()


@pytest.mark.parametrize("_again", range(4))
def test_a_cancellation_and_a_start_do_not_both_happen(deployment: Deployment, _again: int) -> None:
    with deployment.app.app_context():
        exam = make_exam()
        sitting_id, person_id = exam.sitting_id, exam.person_id
        db.session.remove()

    def start() -> bool:
        try:
            services.start_attempt(sitting_id, person_id=person_id, now=NOON)
        except InvalidState:
            return False
        return True

    def cancel() -> bool:
        sitting = get_sitting(sitting_id)
        try:
            services.cancel_sitting(sitting, reason="停电", actor_id=None, now=NOON)
        except InvalidState:
            return False
        return True

    assert sorted(at_once(deployment, start, cancel)) == [False, True]
