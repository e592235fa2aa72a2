"""The usual save, which goes straight to the driver: what it does itself, and what it leaves to the other way."""

import datetime as dt
from collections.abc import Mapping

import pytest
from sqlalchemy import select, update

from lms.db import db
from lms.errors import InvalidState, NotAllowed
from lms.people.models import Person
from lms.quizzes import services
from lms.quizzes.models import Attempt, AttemptEvent, Response, ResponseEvent
from lms.quizzes.services import papers
from tests.conftest import NOON
from tests.factories.quizzes import Exam, get_attempt_row, make_exam

SECOND = dt.timedelta(seconds=1)
PHONE = "phone-in-the-hand"


@pytest.fixture
def exam(session) -> Exam:
    return make_exam(items=3, draw=3)


@pytest.fixture
def attempt_id(exam: Exam) -> int:
    return services.start_attempt(exam.sitting_id, person_id=exam.person_id, now=NOON, seed=1)


def know(attempt_id: int) -> None:
    row = get_attempt_row(attempt_id)
    paper = services.keep_paper(attempt_id, row.person_id, row.started_at, row.paper)
    paper.remember(PHONE)
    db.session.commit()


def answer(attempt_id: int, index: int = 0) -> dict[str, object]:
    return {"chosen": [get_attempt_row(attempt_id).paper[0]["option_order"][index]]}


def save(
    exam: Exam,
    attempt_id: int,
    raw: object,
    *,
    seq: object = 1,
    position: int = 1,
    session_key: str | None = None,
    device: str = PHONE,
) -> services.Saved | None:
    person = db.session.get_one(Person, exam.person_id)
    key = person.fs_uniquifier if session_key is None else session_key
    db.session.commit()
    return services.save_known(
        attempt_id,
        position,
        person_id=exam.person_id,
        seq=seq,
        raw=raw,
        now=NOON + SECOND,
        device=device,
        session_key=key,
    )


def stored(attempt_id: int) -> list[tuple[int, Mapping[str, object]]]:
    rows = db.session.scalars(select(Response).where(Response.attempt_id == attempt_id))
    return [(row.seq, row.answer) for row in rows]


def test_it_stores_answer_and_line_by_itself(exam: Exam, attempt_id: int) -> None:
    know(attempt_id)
    raw = answer(attempt_id)
    saved = save(exam, attempt_id, raw)
    db.session.rollback()
    assert saved is not None
    assert (saved.seq, saved.saved_at, saved.remaining_s) == (1, NOON + SECOND, 30 * 60 - 1)
    assert stored(attempt_id) == [(1, raw)]
    line = db.session.scalars(select(ResponseEvent)).one()
    assert (line.attempt_id, line.position, line.seq, line.answer) == (attempt_id, 1, 1, raw)
    assert (line.saved_at, line.device) == (NOON + SECOND, PHONE)


def test_a_repetition_is_told_what_is_stored(exam: Exam, attempt_id: int) -> None:
    know(attempt_id)
    first, second = answer(attempt_id), answer(attempt_id, 1)
    save(exam, attempt_id, second, seq=2)
    late = save(exam, attempt_id, first, seq=1)
    assert late is not None
    assert (late.seq, late.kept) == (2, second)
    assert stored(attempt_id) == [(2, second)]


def test_what_it_does_not_know_is_left_to_the_other_way(exam: Exam, attempt_id: int) -> None:
    raw = answer(attempt_id)
    papers._shelves.clear()
    assert save(exam, attempt_id, raw) is None  # the paper
    know(attempt_id)
    assert save(exam, attempt_id, raw, device="another-browser") is None
    assert save(exam, attempt_id, {"chosen": 7}) is None  # what is wrong is said there
    assert save(exam, attempt_id, raw, seq="1") is None
    assert save(exam, attempt_id, raw, position=9) is None
    assert stored(attempt_id) == []
    assert not db.session.scalars(select(AttemptEvent)).all()


def test_it_keeps_out_of_a_transaction_that_is_open(exam: Exam, attempt_id: int) -> None:
    know(attempt_id)
    raw = answer(attempt_id)
    person = db.session.get_one(Person, exam.person_id)  # opens one
    assert (
        services.save_known(
            attempt_id,
            1,
            person_id=exam.person_id,
            seq=1,
            raw=raw,
            now=NOON,
            device=PHONE,
            session_key=person.fs_uniquifier,
        )
        is None
    )


@pytest.mark.parametrize("change", [{"fs_uniquifier": "another"}, {"active": False}])
def test_whose_session_was_ended_saves_nothing(
    exam: Exam, attempt_id: int, change: dict[str, object]
) -> None:
    know(attempt_id)
    raw = answer(attempt_id)
    key = db.session.get_one(Person, exam.person_id).fs_uniquifier
    db.session.execute(update(Person).where(Person.id == exam.person_id).values(**change))
    db.session.commit()
    with pytest.raises(NotAllowed, match="session_ended"):
        save(exam, attempt_id, raw, session_key=key)
    assert stored(attempt_id) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"paused_at": NOON}, "attempt_paused"),
        ({"deadline_at": NOON}, "attempt_closed"),
        ({"state": "submitted"}, "attempt_closed"),
        ({"reached": 2}, "item_left"),
    ],
)
def test_refusals_are_those_of_the_other_way(
    exam: Exam, attempt_id: int, change: dict[str, object], code: str
) -> None:
    know(attempt_id)
    raw = answer(attempt_id)
    db.session.execute(update(Attempt).where(Attempt.id == attempt_id).values(**change))
    db.session.commit()
    with pytest.raises(InvalidState, match=code):
        save(exam, attempt_id, raw)
    assert stored(attempt_id) == []


def test_another_attempt_with_the_same_number_is_not_answered_by_what_is_known(
    exam: Exam, attempt_id: int
) -> None:
    know(attempt_id)
    raw = answer(attempt_id)
    started = update(Attempt).where(Attempt.id == attempt_id).values(started_at=NOON - SECOND)
    db.session.execute(started)
    db.session.commit()
    assert save(exam, attempt_id, raw) is None
    assert stored(attempt_id) == []
