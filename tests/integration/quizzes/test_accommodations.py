"""More time for a person in every sitting."""

import datetime as dt

import pytest
from sqlalchemy import select

from lms.audit.models import AuditEvent
from lms.db import db
from lms.errors import InvalidInput, InvalidState
from lms.notifications.models import OutboxMessage
from lms.people.domain.roles import RoleName
from lms.people.models import Person
from lms.quizzes import queries, services
from lms.quizzes.models import Accommodation
from tests.conftest import NOON
from tests.factories.people import make_person
from tests.factories.quizzes import HOUR, get_attempt_row, make_exam
from tests.integration.quizzes.test_trainer_pages import sheet_of, text_of

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)
TODAY = dt.date(2026, 11, 23)


def grant(person_id: int, **changes: object) -> Accommodation:
    person = db.session.get_one(Person, person_id)
    said = {
        "extra_percent": 25,
        "reason": "右手受伤，打字慢",
        "from_on": TODAY,
        "until_on": None,
        "actor_id": make_person(RoleName.TRAINER).id,
        "now": NOON,
    }
    made = services.grant_accommodation(person, **{**said, **changes})
    db.session.commit()
    return made


def minutes_of(exam, now: dt.datetime = NOON) -> int:
    return queries.get_own_sitting(exam.sitting_id, exam.person_id, now).window.minutes


def test_it_holds_for_attempts_that_start_while_it_holds(session) -> None:
    exam = make_exam(people=2, sitting={"minutes": 40, "closes_at": NOON + 3 * DAY})
    one, other = exam.person_ids
    grant(one, until_on=TODAY + DAY)
    assert minutes_of(exam) == 50
    assert queries.get_own_sitting(exam.sitting_id, other, NOON).window.minutes == 40
    # The dates are those of the organisation: its midnight is 16:00 UTC.
    midnight = dt.datetime(2026, 11, 24, 16, 0, tzinfo=dt.UTC)
    assert minutes_of(exam, midnight - MINUTE) == 50
    assert minutes_of(exam, midnight) == 40
    assert minutes_of(exam, NOON - DAY) == 40
    attempt_id = services.start_attempt(exam.sitting_id, person_id=one, now=NOON)
    assert get_attempt_row(attempt_id).deadline_at == NOON + 50 * MINUTE


def test_in_a_window_as_long_as_the_attempt_it_is_more_time_all_the_same(session) -> None:
    exam = make_exam(sitting={"minutes": 60, "opens_at": NOON, "closes_at": NOON + HOUR})
    grant(exam.person_id, extra_percent=50)
    attempt_id = services.start_attempt(exam.sitting_id, person_id=exam.person_id, now=NOON)
    assert get_attempt_row(attempt_id).deadline_at == NOON + 90 * MINUTE


def test_ended_it_holds_no_longer_and_what_runs_goes_on(session) -> None:
    exam = make_exam(sitting={"minutes": 40})
    accommodation = grant(exam.person_id)
    attempt_id = services.start_attempt(exam.sitting_id, person_id=exam.person_id, now=NOON)
    services.end_accommodation(accommodation, actor_id=exam.person_id, now=NOON + MINUTE)
    services.end_accommodation(accommodation, actor_id=exam.person_id, now=NOON + HOUR)
    assert accommodation.ended_at == NOON + MINUTE
    assert minutes_of(exam, NOON + MINUTE) == 40
    assert get_attempt_row(attempt_id).deadline_at == NOON + 50 * MINUTE


def test_the_person_is_told_and_the_trail_does_not_repeat_the_reason(session) -> None:
    exam = make_exam()
    grant(exam.person_id)
    (message,) = db.session.scalars(select(OutboxMessage)).all()
    assert (message.kind, message.person_id) == (
        "quizzes.accommodation_granted",
        exam.person_id,
    )
    (event,) = db.session.scalars(
        select(AuditEvent).where(AuditEvent.action == "quizzes.grant_accommodation")
    ).all()
    assert event.facts["extra_percent"] == 25
    assert "受伤" not in str(event.facts)
    assert "受伤" not in str(message.facts)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"extra_percent": 4}, "extra_percent"),
        ({"extra_percent": 301}, "extra_percent"),
        ({"reason": "  "}, "reason"),
        ({"until_on": TODAY - DAY}, "until_on"),
    ],
)
def test_what_cannot_be_granted(session, changes, field: str) -> None:
    exam = make_exam()
    with pytest.raises(InvalidInput) as caught:
        grant(exam.person_id, **changes)
    assert caught.value.facts["field"] == field


def test_nobody_grants_it_to_themselves(session) -> None:
    exam = make_exam()
    with pytest.raises(InvalidInput):
        grant(exam.person_id, actor_id=exam.person_id)


@pytest.mark.parametrize(
    ("first", "second", "overlaps"),
    [
        ((0, None), (5, None), True),
        ((0, 4), (5, None), False),
        ((0, 5), (5, 9), True),
        ((5, 9), (0, 4), False),
        ((5, None), (0, 4), False),
    ],
)
def test_two_do_not_overlap(session, first, second, *, overlaps: bool) -> None:
    exam = make_exam()

    def dates(one: tuple[int, int | None]) -> dict[str, object]:
        until = None if one[1] is None else TODAY + one[1] * DAY
        return {"from_on": TODAY + one[0] * DAY, "until_on": until}

    grant(exam.person_id, **dates(first))
    if overlaps:
        with pytest.raises(InvalidState):
            grant(exam.person_id, **dates(second))
    else:
        assert grant(exam.person_id, **dates(second)).id


# pages ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def staff(app, sign_in, noon):
    with app.app_context():
        person_id = make_person(RoleName.HR, name="人事").id
    return sign_in(person_id)


def test_the_pages_from_the_empty_list_to_the_rules(app, sign_in, staff) -> None:
    with app.app_context():
        exam = make_exam(sitting={"minutes": 40})
        person_id, sitting_id = exam.person_id, exam.sitting_id
        name, number = exam.enrolments[0].person.name, exam.enrolments[0].person.employee_no
    assert "还没有人需要多给时间" in text_of(staff.get("/accommodations"))
    assert name in text_of(staff.get(f"/accommodations/new?q={number}"))
    assert "没有找到这样的人" in text_of(staff.get("/accommodations/new?q=没有"))
    url = f"/accommodations/new?person={person_id}"
    assert "40 分钟变成 50 分钟" in text_of(staff.get(url))
    asked = {"share": "other", "from_on": "2026-11-23", "reason": "打字慢"}
    assert "请填 5 到 300 之间的整数" in text_of(staff.post(url, data=asked), 422)
    late = {**asked, "share": "25", "until_on": "2026-11-22"}
    assert "不早于" in text_of(staff.post(url, data=late), 422)
    assert staff.post(url, data={**asked, "extra_percent": "30"}).status_code == 303
    assert "已经有一条" in text_of(staff.post(url, data={**asked, "share": "25"}), 422)
    page = text_of(staff.get("/accommodations?state=holds&q=打字"))
    assert "共 1 条" in page or "找到 1 条" in page
    assert "30%" in page
    assert "没有符合条件" in text_of(staff.get("/accommodations?state=ended"))
    assert sheet_of(staff.get("/accommodations.xlsx"))[1][2] == 30
    rules = text_of(sign_in(person_id).get(f"/sittings/{sitting_id}/rules"))
    assert "你的时长 52 分钟（含照顾时间）" in rules
    with app.app_context():
        made = db.session.scalars(select(Accommodation.id)).one()
    assert staff.post(f"/accommodations/{made}/end").status_code == 303
    assert "已结束" in text_of(staff.get("/accommodations?state=ended"))


def test_who_may_not_see_reasons(app, sign_in, noon) -> None:
    with app.app_context():
        ids = [make_person().id, make_person(RoleName.LEAD).id, make_person(RoleName.RATER).id]
    for person_id in ids:
        assert sign_in(person_id).get("/accommodations").status_code == 403
        assert sign_in(person_id).get("/accommodations.xlsx").status_code == 403
