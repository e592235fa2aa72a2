"""How many statements the exam's requests send, exactly, whatever the number of items.

Counted are SELECT, INSERT, UPDATE and DELETE of everything the request does (quizzes, questions, gradebook,
curriculum), beside those that sign the person in (person with roles; on pages also the newest privacy notice).
Rows of the audit trail are listed apart.
"""

import pytest

from lms.db import db
from lms.people.domain.roles import RoleName
from lms.quizzes.services import start_attempt
from tests.conftest import NOON
from tests.factories.people import make_person
from tests.factories.quizzes import make_exam, right_answers
from tests.integration.quizzes.statements import Statements, count_statements

SIZES = pytest.mark.parametrize("size", [3, 30])


def check(counted: Statements, own: int, *, audit: int = 0) -> None:
    assert len(counted.own) == own, "\n".join(counted.own)
    assert len(counted.audit) == audit
    assert len(counted.sign_in) <= 2


def prepare(app, size: int, *, begin: bool = True) -> tuple[int, int, int]:
    with app.app_context():
        exam = make_exam(items=size, draw=size)
        attempt_id = 0
        if begin:
            attempt_id = start_attempt(exam.sitting_id, person_id=exam.person_id, now=NOON)
            db.session.commit()
        return exam.person_id, exam.sitting_id, attempt_id


@SIZES
def test_start(app, sign_in, noon, size: int) -> None:
    """Sitting with attempts; gates passed; items of all banks; one insert; versions seen for the first time."""
    person_id, sitting_id, _ = prepare(app, size, begin=False)
    client = sign_in(person_id)
    with count_statements() as counted:
        assert client.post(f"/sittings/{sitting_id}/start").status_code == 303
    check(counted, 5)


def test_start_when_the_items_were_seen_before(app, sign_in, noon) -> None:
    with app.app_context():
        exam = make_exam(people=2, items=6, draw=6)
        start_attempt(exam.sitting_id, person_id=exam.person_ids[1], now=NOON)
        db.session.commit()
        person_id, sitting_id = exam.person_id, exam.sitting_id
    client = sign_in(person_id)
    with count_statements() as counted:
        client.post(f"/sittings/{sitting_id}/start")
    check(counted, 4)


def test_start_again_while_it_runs(app, sign_in, noon) -> None:
    person_id, sitting_id, _ = prepare(app, 3)
    client = sign_in(person_id)
    with count_statements() as counted:
        client.post(f"/sittings/{sitting_id}/start")
    check(counted, 1)


@SIZES
def test_paper(app, sign_in, noon, size: int) -> None:
    """Attempt with sitting and quiz; its answers."""
    person_id, _, attempt_id = prepare(app, size)
    client = sign_in(person_id)
    with count_statements() as counted:
        assert client.get(f"/attempts/{attempt_id}").status_code == 200
    check(counted, 2)


@SIZES
def test_save(app, sign_in, noon, size: int) -> None:
    """One look for words and shape; one guarded upsert."""
    person_id, _, attempt_id = prepare(app, size)
    client = sign_in(person_id)
    url = f"/attempts/{attempt_id}/responses/1"
    for seq, own in ((1, 2), (2, 2), (2, 1), (1, 1)):
        with count_statements() as counted:
            reply = client.put(url, json={"seq": seq, "response": {"chosen": []}})
        assert reply.status_code == 200
        check(counted, own)


@SIZES
@pytest.mark.parametrize(("right", "own", "audit"), [(99, 8, 2), (0, 6, 1)])
def test_submit(app, sign_in, noon, size: int, right: int, own: int, audit: int) -> None:
    """Attempt with gates, locked; paper with answers; item results; one update; ledger and gate (look, insert)."""
    person_id, _, attempt_id = prepare(app, size)
    client = sign_in(person_id)
    with app.app_context():
        answers = right_answers(attempt_id)
    for position, raw in list(answers.items())[:right]:
        client.put(f"/attempts/{attempt_id}/responses/{position}", json={"seq": 1, "response": raw})
    with count_statements() as counted:
        assert client.post(f"/attempts/{attempt_id}/submit").status_code == 303
    check(counted, own, audit=audit)


def test_submit_twice(app, sign_in, noon) -> None:
    person_id, _, attempt_id = prepare(app, 3)
    client = sign_in(person_id)
    client.post(f"/attempts/{attempt_id}/submit")
    with count_statements() as counted:
        client.post(f"/attempts/{attempt_id}/submit")
    check(counted, 2)


@SIZES
def test_state(app, sign_in, noon, size: int) -> None:
    person_id, _, attempt_id = prepare(app, size)
    client = sign_in(person_id)
    with count_statements() as counted:
        assert client.get(f"/attempts/{attempt_id}/state").status_code == 200
    check(counted, 1)


@pytest.mark.parametrize("people", [2, 9])
def test_the_board_asks_the_same_whatever_the_number_of_candidates(
    app, sign_in, noon, people: int
) -> None:
    with app.app_context():
        exam = make_exam(people=people)
        for person_id in exam.person_ids:
            start_attempt(exam.sitting_id, person_id=person_id, now=NOON)
        db.session.commit()
        trainer = make_person(RoleName.TRAINER).id
        sitting_id = exam.sitting_id
    client = sign_in(trainer)
    with count_statements() as counted:
        assert client.get(f"/sittings/{sitting_id}/board").status_code == 200
    # the sitting; its candidates; gates passed; saves; attempts (the candidates' roles count as sign-in)
    assert len(counted.own) == 5, "\n".join(counted.own)
