"""Who is not at work when an exam or a defense is scheduled: noticed, not forbidden."""

import datetime as dt

import pytest
import time_machine
from sqlalchemy import event, select

from lms.db import db
from lms.people.domain.roles import RoleName
from lms.quizzes.models import Sitting
from lms.schedule import queries
from tests.conftest import NOON
from tests.factories.defense import make_panel, make_ready_enrolment
from tests.factories.people import make_person
from tests.factories.quizzes import make_exam
from tests.factories.shifts import SHANGHAI, make_shift_day
from tests.integration.quizzes.test_trainer_pages import form, text_of

DAY = dt.date(2026, 11, 23)
NEXT = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


def off(persons, opens: dt.datetime, closes: dt.datetime, minutes: int = 30) -> dict[int, int]:
    found = queries.list_off_shift(
        [one.id for one in persons],
        opens_at=opens,
        closes_at=closes,
        minutes=minutes,
        zone=SHANGHAI,
    )
    return {one.person_id: len(one.shifts) for one in found}


def at(hour: int, minute: int = 0, day: dt.date = DAY) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


def test_only_those_whose_whole_window_is_known_are_named(session) -> None:
    works, rests, unknown = make_person(), make_person(), make_person()
    make_shift_day(works, DAY)
    make_shift_day(rests, DAY, "休息")
    persons = [works, rests, unknown]
    assert off(persons, at(10), at(17)) == {rests.id: 0}
    assert off(persons, at(17, 40), at(20)) == {works.id: 1, rests.id: 0}
    assert off(persons, at(17, 30), at(20)) == {rests.id: 0}
    assert off(persons, at(10), at(10, day=DAY + NEXT)) == {}  # the next day is not known
    make_shift_day(rests, DAY + NEXT, "休息")
    assert off(persons, at(10), at(10, day=DAY + NEXT)) == {rests.id: 0}
    assert off([], at(10), at(17)) == {}


def test_the_night_before_reaches_into_the_morning(session) -> None:
    person = make_person()
    make_shift_day(person, DAY, "22:00–06:00", name="夜")
    make_shift_day(person, DAY + NEXT, "休息")
    morning = DAY + NEXT
    assert off([person], at(5, day=morning), at(7, day=morning), 60) == {}
    assert off([person], at(5, 30, day=morning), at(7, day=morning), 60) == {person.id: 0}


def test_five_hundred_persons_are_one_statement(session) -> None:
    persons = [make_person() for _ in range(3)]
    for person in persons:
        make_shift_day(person, DAY, "休息")
    ids = [one.id for one in persons]

    def count(asked: list[int]) -> int:
        said: list[str] = []
        engine = db.session.get_bind()

        def note(_conn, _cursor, statement, *_rest) -> None:
            said.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            found = queries.list_off_shift(
                asked, opens_at=at(10), closes_at=at(18), minutes=30, zone=SHANGHAI
            )
        finally:
            event.remove(engine, "before_cursor_execute", note)
        assert len(found) == min(len(asked), 3)
        return len(said)

    assert count(ids[:1]) == count([*ids, *range(10**6, 10**6 + 500)]) == 1


@pytest.mark.parametrize("anyway", [False, True])
def test_a_sitting_on_a_day_off_is_noticed_and_not_forbidden(app, sign_in, *, anyway: bool) -> None:
    with app.app_context():
        exam = make_exam(people=3)
        ids = {"cohort": exam.cohort.id, "quiz": exam.quiz.key}
        rests, late, fine = (one.person for one in exam.enrolments)
        make_shift_day(rests, DAY + NEXT, "休息")
        make_shift_day(late, DAY + NEXT, "18:00–24:00", name="晚")
        make_shift_day(fine, DAY + NEXT)
        names = rests.name, late.name, fine.name
        trainer_id = make_person(RoleName.TRAINER).id
        before = len(db.session.scalars(select(Sitting.id)).all())
    trainer = sign_in(trainer_id)
    url = f"/sittings/new?quiz={ids['quiz']}"
    if anyway:
        assert trainer.post(url, data={**form(ids), "anyway": "y"}).status_code == 303
    else:
        page = text_of(trainer.post(url, data=form(ids)), 422).replace(" ", "")
        assert f"{names[0]}：休息" in page
        assert f"{names[1]}：不在班上（晚18:00–00:00）" in page
        assert f"{names[2]}：" not in page
        assert "不拦着你" in page
    with app.app_context():
        assert len(db.session.scalars(select(Sitting.id)).all()) == before + anyway


def test_a_defense_on_a_raters_day_off_is_noticed_and_not_forbidden(app, sign_in) -> None:
    with app.app_context():
        enrolment = make_ready_enrolment()
        panel = make_panel()
        day = DAY + 2 * NEXT
        make_shift_day(panel[0], day, "休息")
        make_shift_day(enrolment.person, day, "12:00–21:00", name="中")
        names = panel[0].name, enrolment.person.name
        data = {
            "starts_at": f"{day}T10:00",
            "minutes": "40",
            "room": "三号会议室",
            "raters": [str(one.id) for one in panel],
        }
        url = f"/defenses/new?enrolment={enrolment.id}"
        hr_id = make_person(RoleName.HR).id
    hr = sign_in(hr_id)
    page = text_of(hr.post(url, data=data), 422).replace(" ", "")
    assert f"{names[0]}：休息" in page
    assert f"{names[1]}：不在班上（中12:00–21:00）" in page
    assert "照样安排" in page
    assert hr.post(url, data={**data, "anyway": "y"}).status_code == 302
