"""On SQLite a start looks and draws outside the queue of writers; what changes meanwhile is not missed."""

import datetime as dt

import pytest
from sqlalchemy import select

from lms.db import db, will_write
from lms.errors import NotAllowed
from lms.people.models import Person
from lms.quizzes.models import Attempt, Sitting
from lms.quizzes.services import extend_sitting, start_attempt, starting
from tests.conftest import NOON
from tests.factories.quizzes import make_exam


@pytest.fixture
def exam(session) -> tuple[int, int, str]:
    made = make_exam(items=3, draw=3)
    key = db.session.get_one(Person, made.person_id).fs_uniquifier
    found = made.sitting_id, made.person_id, key
    db.session.commit()
    db.session.remove()
    return found


def is_sqlite() -> bool:
    return db.session.get_bind().dialect.name == "sqlite"


def test_drawing_waits_for_no_writer(exam: tuple[int, int, str], monkeypatch) -> None:
    sitting_id, person_id, _ = exam
    writing: list[bool] = []
    real = starting._draw

    def note(*args: object) -> object:
        writing.append(will_write.get())
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(starting, "_draw", note)
    start_attempt(sitting_id, person_id=person_id, now=NOON)
    assert writing == [not is_sqlite()]
    assert will_write.get()


def test_more_time_given_between_drawing_and_storing_counts(
    exam: tuple[int, int, str], monkeypatch
) -> None:
    sitting_id, person_id, _ = exam
    real = starting._store
    stores: list[object] = []

    def extended_before(*args: object) -> object:
        if not stores and is_sqlite():  # PostgreSQL holds the sitting until the start is through
            sitting = db.session.get_one(Sitting, sitting_id)
            extend_sitting(sitting, minutes=10, reason="断电", actor_id=None, now=NOON)
            db.session.commit()
        stores.append(args)
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(starting, "_store", extended_before)
    attempt_id = start_attempt(sitting_id, person_id=person_id, now=NOON)
    minutes = 40 if is_sqlite() else 30
    row = db.session.get_one(Attempt, attempt_id)
    assert row.deadline_at == NOON + dt.timedelta(minutes=minutes)
    assert len(stores) == (2 if is_sqlite() else 1)


def test_two_clicks_at_once_start_one_attempt(exam: tuple[int, int, str], monkeypatch) -> None:
    sitting_id, person_id, _ = exam
    real = starting._store
    first: list[object] = []

    def after_the_other(*args: object) -> object:
        if not first:
            first.append(real(*args))  # type: ignore[arg-type]
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(starting, "_store", after_the_other)
    assert [start_attempt(sitting_id, person_id=person_id, now=NOON)] == first
    assert len(db.session.scalars(select(Attempt)).all()) == 1


def test_whose_session_was_ended_starts_nothing(exam: tuple[int, int, str]) -> None:
    sitting_id, person_id, key = exam
    with pytest.raises(NotAllowed, match="session_ended"):
        start_attempt(sitting_id, person_id=person_id, now=NOON, session_key="old")
    db.session.rollback()
    assert not db.session.scalars(select(Attempt)).all()
    db.session.remove()
    assert start_attempt(sitting_id, person_id=person_id, now=NOON, session_key=key)
