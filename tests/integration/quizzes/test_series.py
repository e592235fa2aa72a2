"""Sittings that come again and again."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from lms.db import db
from lms.errors import InvalidInput
from lms.notifications.models import OutboxMessage
from lms.people.domain.roles import RoleName
from lms.quizzes import jobs, queries, services
from lms.quizzes.domain.rules import SittingRules
from lms.quizzes.domain.series import Every, Repeat
from lms.quizzes.domain.series_plan import SeriesPlan, plan_as_json, plan_from_json
from lms.quizzes.domain.sittings import Audience
from lms.quizzes.models import Sitting, SittingSeries
from tests.conftest import NOON
from tests.factories.people import make_person, make_supervision
from tests.factories.quizzes import make_exam
from tests.integration.quizzes.test_trainer_pages import form, sheet_of, text_of

ZONE = ZoneInfo("Asia/Shanghai")
DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
FIRST = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)
"""Tuesday 10:00."""


def plan(**changes: object) -> SeriesPlan:
    said = {
        "audience": Audience.COHORT,
        "window": dt.timedelta(hours=8),
        "minutes": 25,
        "max_attempts": 3,
        "wait_minutes": 10,
        "cut_percent": Decimal("75.5"),
        "review": "result",
        "rules": SittingRules(opens_make_up=True, networks=("10.0.0.0/8",)),
        "note": "带耳机",
    }
    return SeriesPlan(**{**said, **changes})


def weekly(*days: int, last: dt.date = dt.date(2026, 12, 31)) -> Repeat:
    return Repeat(Every.WEEK, days, dt.time(10), dt.date(2026, 11, 24), last)


def start(exam, *, repeat: Repeat | None = None, said: SeriesPlan | None = None) -> SittingSeries:
    actor = make_person(RoleName.TRAINER)
    series = services.start_series(
        quiz=exam.quiz,
        cohort=exam.cohort if said is None or said.audience is Audience.COHORT else None,
        repeat=repeat or weekly(1),
        plan=said or plan(),
        actor_id=actor.id,
        zone=ZONE,
        now=NOON,
    )
    db.session.commit()
    return series


def made(series: SittingSeries) -> list[Sitting]:
    db.session.expire_all()
    return list(
        db.session.scalars(
            select(Sitting).where(Sitting.series_id == series.id).order_by(Sitting.opens_at)
        )
    )


def test_a_plan_is_kept_as_it_is() -> None:
    for one in (plan(), plan(audience=Audience.TEAM, lead_id=7), plan(person_ids=(3, 4))):
        assert plan_from_json(plan_as_json(one)) == one


def test_the_first_is_made_at_once_and_each_next_a_week_ahead(session) -> None:
    exam = make_exam()
    series = start(exam)
    (first,) = made(series)
    assert (first.opens_at, first.closes_at) == (FIRST, FIRST + 8 * 60 * MINUTE)
    assert (first.minutes, first.max_attempts, first.wait_minutes) == (25, 3, 10)
    assert (first.cut_percent, first.review, first.note) == (Decimal("75.5"), "result", "带耳机")
    assert first.rules == {"networks": ["10.0.0.0/8"], "opens_make_up": True}
    assert jobs.make_series_sittings(FIRST - MINUTE) == 0
    assert jobs.make_series_sittings(FIRST) == 1
    assert jobs.make_series_sittings(FIRST) == 0
    assert services.make_sittings(series.id, zone=ZONE, now=FIRST) is False
    assert [one.opens_at for one in made(series)] == [FIRST, FIRST + 7 * DAY]


def test_what_was_cancelled_does_not_come_back(session) -> None:
    series = start(make_exam())
    (first,) = made(series)
    services.cancel_sitting(first, reason="停电", actor_id=None, now=NOON)
    db.session.commit()
    jobs.make_series_sittings(NOON + MINUTE)
    assert len(made(series)) == 1


def test_ended_it_makes_none_and_leaves_what_is_there(session) -> None:
    series = start(make_exam())
    services.end_series(series, actor_id=series.created_by, now=NOON)
    db.session.commit()
    assert jobs.make_series_sittings(FIRST) == 0
    assert [one.cancelled_at for one in made(series)] == [None]


def test_a_team_is_looked_up_anew_each_time(session) -> None:
    exam = make_exam(people=2)
    lead = make_person(RoleName.LEAD)
    one, other = (enrolment.person for enrolment in exam.enrolments)
    make_supervision(one, lead, since_on=dt.date(2026, 11, 1))
    series = start(exam, said=plan(audience=Audience.TEAM, lead_id=lead.id))
    make_supervision(other, lead, since_on=dt.date(2026, 11, 24))
    jobs.make_series_sittings(FIRST)
    first, second = made(series)
    assert {e.person_id for e in queries.list_candidates(first)} == {one.id}
    assert {e.person_id for e in queries.list_candidates(second)} == {one.id, other.id}


def test_what_speaks_against_one_is_told_once_and_the_next_is_made(session) -> None:
    exam = make_exam()
    series = start(exam)
    exam.enrolments[0].state = "ended"
    db.session.commit()
    jobs.make_series_sittings(FIRST)
    jobs.make_series_sittings(FIRST + MINUTE)
    (message,) = db.session.scalars(
        select(OutboxMessage).where(OutboxMessage.kind == "quizzes.series_skipped")
    ).all()
    assert message.person_id == series.created_by
    assert message.facts["problem"] == "nobody_enrolled"
    exam.enrolments[0].state = "active"
    db.session.commit()
    jobs.make_series_sittings(FIRST + 7 * DAY)
    assert [one.opens_at for one in made(series)] == [FIRST, FIRST + 14 * DAY]


def test_one_without_a_date_is_refused(session) -> None:
    exam = make_exam()
    with pytest.raises(InvalidInput):
        start(exam, repeat=weekly(0, last=dt.date(2026, 11, 29)))


# pages ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def trainer(app, sign_in, noon):
    with app.app_context():
        person_id = make_person(RoleName.TRAINER).id
    return sign_in(person_id)


def test_from_the_form_to_the_list_to_its_end(app, trainer) -> None:
    assert "还没有重复的考试" in text_of(trainer.get("/sittings/series"))
    with app.app_context():
        exam = make_exam()
        ids = {"cohort": exam.cohort.id, "quiz": exam.quiz.key}
        name = exam.cohort.name
    url = f"/sittings/new?quiz={ids['quiz']}"
    asked = form(ids, repeat="week", weekdays=["1", "3"], until_on="2026-12-31")
    for missing in ("weekdays", "until_on"):
        bad = {key: value for key, value in asked.items() if key != missing}
        assert "请填写这一项" in text_of(trainer.post(url, data=bad), 422)
    monthly = form(ids, repeat="month", until_on="2026-12-31")
    assert "请填写这一项" in text_of(trainer.post(url, data=monthly), 422)
    past = form(ids, repeat="month", month_day="1", until_on="2026-11-30")
    assert "一次也不会开放" in text_of(trainer.post(url, data=past), 422)
    assert trainer.post(url, data=asked).status_code == 303
    page = text_of(trainer.get("/sittings/series?state=runs"))
    assert "每周二、周四 10:00" in page
    assert "2 场" in page
    assert name in page
    assert sheet_of(trainer.get("/sittings/series.xlsx"))[1][2] == "每周二、周四 10:00"
    with app.app_context():
        series_id = db.session.scalars(select(SittingSeries.id)).one()
    assert trainer.post(f"/sittings/series/{series_id}/end").status_code == 303
    assert "没有符合条件" in text_of(trainer.get("/sittings/series?state=runs"))
    assert "已结束" in text_of(trainer.get("/sittings/series?state=ended"))
