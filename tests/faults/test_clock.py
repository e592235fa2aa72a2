"""The server's clock is set back or forward during an attempt: the stored deadline counts."""

import datetime as dt

import time_machine

from lms.clock import now_utc
from lms.db import db
from lms.quizzes import jobs
from tests.conftest import NOON
from tests.factories.quizzes import get_attempt_row, make_exam, right_answers

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)


def begin(app, sign_in):
    """Sign in an hour early (a session signed in the future would be refused) and start at noon."""
    with time_machine.travel(NOON - 6 * HOUR, tick=False) as clock:
        with app.app_context():
            exam = make_exam(sitting={"opens_at": NOON - 6 * HOUR})
            person_id, sitting_id = exam.person_id, exam.sitting_id
        client = sign_in(person_id)
        client.get(f"/sittings/{sitting_id}/rules")
        clock.move_to(NOON)
        started = client.post(f"/sittings/{sitting_id}/start")
    attempt_id = int(started.location.rsplit("/", 1)[1])
    with app.app_context():
        answers = right_answers(attempt_id)
    return client, attempt_id, answers


def save(client, attempt_id: int, seq: int, raw: object, at: dt.datetime):
    with time_machine.travel(at, tick=False):
        return client.put(f"/attempts/{attempt_id}/responses/1", json={"seq": seq, "response": raw})


def test_a_clock_set_back_gives_no_time_and_loses_no_answer(app, sign_in) -> None:
    client, attempt_id, answers = begin(app, sign_in)
    assert save(client, attempt_id, 1, answers[1], NOON + 10 * MINUTE).json["remaining_s"] == 1200
    back = save(client, attempt_id, 2, {"chosen": []}, NOON - 5 * HOUR)
    assert back.status_code == 200
    assert back.json["remaining_s"] == 1800
    with app.app_context():
        assert get_attempt_row(attempt_id).deadline_at == NOON + 30 * MINUTE
    again = save(client, attempt_id, 3, answers[1], NOON + 29 * MINUTE)
    assert again.json == {
        "seq": 3,
        "saved_at": (NOON + 29 * MINUTE).isoformat(),
        "remaining_s": 60,
    }


def test_an_older_answer_does_not_win_by_a_clock_set_back(app, sign_in) -> None:
    client, attempt_id, answers = begin(app, sign_in)
    save(client, attempt_id, 5, answers[1], NOON + 10 * MINUTE)
    stale = save(client, attempt_id, 4, {"chosen": []}, NOON - HOUR)
    assert stale.json["seq"] == 5
    assert stale.json["response"] == answers[1]


def test_a_clock_set_forward_closes_at_the_stored_deadline(app, sign_in) -> None:
    client, attempt_id, answers = begin(app, sign_in)
    save(client, attempt_id, 1, answers[1], NOON + 10 * MINUTE)
    assert save(client, attempt_id, 2, {"chosen": []}, NOON + 5 * HOUR).status_code == 409
    with app.app_context(), time_machine.travel(NOON + 5 * HOUR, tick=False):
        assert jobs.close_overdue_attempts(now_utc()) == 1
    with app.app_context():
        row = get_attempt_row(attempt_id)
        assert (row.state, row.submitted_at, row.points) == ("expired", NOON + 30 * MINUTE, 5)
        db.session.remove()


def test_a_clock_set_back_after_the_end_reopens_nothing(app, sign_in) -> None:
    client, attempt_id, answers = begin(app, sign_in)
    with time_machine.travel(NOON + 5 * MINUTE, tick=False):
        client.post(f"/attempts/{attempt_id}/submit")
    late = save(client, attempt_id, 1, answers[1], NOON + MINUTE)
    assert (late.status_code, late.json["state"]) == (409, "submitted")


def test_a_clock_set_back_before_the_opening_starts_nothing_new(app, sign_in) -> None:
    client, attempt_id, _ = begin(app, sign_in)
    with app.app_context():
        sitting_id = get_attempt_row(attempt_id).sitting_id
    with time_machine.travel(NOON - 6 * HOUR + MINUTE, tick=False):
        again = client.post(f"/sittings/{sitting_id}/start")
    assert again.location == f"/attempts/{attempt_id}"
