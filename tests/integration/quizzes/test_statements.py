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
    """Sitting with attempts and gates passed; items of all banks; one insert; versions seen for the first time."""
    person_id, sitting_id, _ = prepare(app, size, begin=False)
    client = sign_in(person_id)
    with count_statements() as counted:
        assert client.post(f"/sittings/{sitting_id}/start").status_code == 303
    check(counted, 4)


def test_start_when_the_items_were_seen_before(app, sign_in, noon) -> None:
    with app.app_context():
        exam = make_exam(people=2, items=6, draw=6)
        start_attempt(exam.sitting_id, person_id=exam.person_ids[1], now=NOON)
        db.session.commit()
        person_id, sitting_id = exam.person_id, exam.sitting_id
    client = sign_in(person_id)
    with count_statements() as counted:
        client.post(f"/sittings/{sitting_id}/start")
    check(counted, 3)


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


def put(client, attempt_id: int, seq: int, raw: object, device: str = "") -> None:
    reply = client.put(
        f"/attempts/{attempt_id}/responses/1",
        json={"seq": seq, "response": raw},
        headers={"X-Exam-Device": device} if device else {},
    )
    assert reply.status_code == 200


def is_sqlite(app) -> bool:
    with app.app_context():
        return db.session.get_bind().dialect.name == "sqlite"


@SIZES
def test_save(app, sign_in, noon, size: int) -> None:
    """One guarded upsert and a line in the log; PostgreSQL takes both at once, but reads the paper the first time.

    A repetition, which stores nothing, is told so after the upsert has found nothing to do.
    """
    person_id, _, attempt_id = prepare(app, size)
    client = sign_in(person_id)
    usual = 2 if is_sqlite(app) else 1
    for seq, own in ((1, 2), (2, usual), (2, 2), (1, 2), (3, usual)):
        with count_statements() as counted:
            put(client, attempt_id, seq, {"chosen": []})
        check(counted, own)


def test_a_save_after_the_paper_was_shown_reads_nothing(app, sign_in, noon) -> None:
    person_id, _, attempt_id = prepare(app, 3)
    client = sign_in(person_id)
    client.get(f"/attempts/{attempt_id}")
    with count_statements() as counted:
        put(client, attempt_id, 1, {"chosen": []}, "first-device")
    check(counted, 2 if is_sqlite(app) else 1)
    assert not any(text.startswith("SELECT attempt.") for text in counted.own)


def test_only_the_first_save_from_another_device_takes_a_statement_more(app, sign_in, noon) -> None:
    person_id, _, attempt_id = prepare(app, 3)
    client = sign_in(person_id)
    usual = 2 if is_sqlite(app) else 1
    put(client, attempt_id, 1, {}, "first-device")
    for seq, device, own in (
        (2, "first-device", usual),
        (3, "other-device", usual + 1),
        (4, "other-device", usual),
        (5, "first-device", usual),
    ):
        with count_statements() as counted:
            put(client, attempt_id, seq, {}, device)
        check(counted, own)


@pytest.mark.parametrize("count", [1, 30])
def test_a_batch_takes_the_same_statements_whatever_its_length(
    app, sign_in, noon, count: int
) -> None:
    """Attempt, locked; its answers; upserts; log. PostgreSQL and SQLite alike."""
    person_id, _, attempt_id = prepare(app, 30)
    client = sign_in(person_id)
    client.get(f"/attempts/{attempt_id}")
    entries = [{"position": position, "seq": 7, "response": {}} for position in range(1, count + 1)]
    with count_statements() as counted:
        reply = client.put(f"/attempts/{attempt_id}/responses", json={"responses": entries})
    assert [one["seq"] for one in reply.json["results"]] == [7] * count
    check(counted, 4)


@SIZES
@pytest.mark.parametrize(("right", "own", "audit"), [(99, 7, 2), (0, 5, 1)])
def test_submit(app, sign_in, noon, size: int, right: int, own: int, audit: int) -> None:
    """Attempt, locked; paper with answers; item results; one update; ledger; whether there is a gate, and its pass."""
    person_id, _, attempt_id = prepare(app, size)
    client = sign_in(person_id)
    with app.app_context():
        answers = right_answers(attempt_id)
    for position, raw in list(answers.items())[:right]:
        client.put(f"/attempts/{attempt_id}/responses/{position}", json={"seq": 1, "response": raw})
    with count_statements() as counted:
        assert client.post(f"/attempts/{attempt_id}/submit").status_code == 303
    check(counted, own, audit=audit if is_sqlite(app) else 1)  # PostgreSQL takes both lines at once


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
        assert client.get(f"/sittings/{sitting_id}").status_code == 200
    # the sitting; its candidates; gates passed; all that moves; whether people marked; unread messages
    # (the candidates' roles count as sign-in)
    assert len(counted.own) == 6, "\n".join(counted.own)
