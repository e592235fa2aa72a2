"""The personal calendar feed, and conflicts with what people are booked for."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from sqlalchemy import select

from lms.db import db
from lms.defense.services import cancel_defense
from lms.people.domain.roles import RoleName
from lms.quizzes import queries, services
from lms.quizzes.models import Sitting, SittingSeat
from lms.schedule.models import CalendarFeed
from lms.schedule.services import renew_feed
from tests.conftest import NOON
from tests.factories.defense import make_defense, make_panel, make_ready_enrolment
from tests.factories.people import make_cohort, make_person
from tests.factories.quizzes import HOUR, make_exam, make_sitting
from tests.integration.quizzes.test_trainer_pages import form, text_of

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def feed_of(person_id: int) -> str:
    token = renew_feed(person_id, actor_id=person_id, now=NOON).token
    db.session.commit()
    return f"/calendar/{token}.ics"


def events(client, address: str) -> dict[str, object]:
    reply = client.get(address)
    assert reply.status_code == 200
    assert reply.mimetype == "text/calendar"
    calendar = Calendar.from_ical(reply.data)
    assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] in ([], ["Asia/Shanghai"])
    return {str(one["uid"]): one for one in calendar.walk("VEVENT")}


def test_an_exam_its_extension_and_its_end(app, noon) -> None:
    with app.app_context():
        exam = make_exam(sitting={"minutes": 30, "opens_at": NOON + HOUR})
        address = feed_of(exam.person_id)
        sitting_id, person_id = exam.sitting_id, exam.person_id
        later = services.schedule_sitting(
            quiz=exam.quiz,
            cohort=exam.cohort,
            opens_at=NOON + DAY,
            closes_at=NOON + DAY + HOUR,
            actor_id=None,
            now=NOON,
        )
        db.session.commit()
        later_id = later.id
    client = app.test_client()  # nobody is signed in
    uid = f"sitting-{sitting_id}-{person_id}@127.0.0.1"
    later_uid = f"sitting-{later_id}-{person_id}@127.0.0.1"
    found = events(client, address)
    assert set(found) == {uid, later_uid}
    event = found[uid]
    assert event.decoded("dtstart") == NOON + HOUR
    assert event["dtstart"].params["TZID"] == "Asia/Shanghai"
    assert event.decoded("dtstart").hour == 13
    assert "第一模块测验" in str(event["summary"])
    assert "30 分钟" in str(event["description"])
    assert f"http://127.0.0.1:8000/sittings/{sitting_id}/rules" in str(event["description"])
    assert (str(event["transp"]), str(event["status"])) == ("TRANSPARENT", "CONFIRMED")
    assert found[later_uid]["sequence"] == 0
    with app.app_context():
        sitting = db.session.get_one(Sitting, later_id)
        services.cancel_sitting(sitting, reason="停电", actor_id=None, now=NOON + HOUR)
        db.session.commit()
    event = events(client, address)[later_uid]
    assert (str(event["status"]), event["sequence"]) == ("CANCELLED", 1)
    assert event.decoded("last-modified") == NOON + HOUR
    assert "停电" in str(event["description"])


def test_what_is_arranged_for_the_person_is_in_it(app, noon) -> None:
    with app.app_context():
        exam = make_exam(sitting={"minutes": 30})
        closes = exam.sitting.closes_at + HOUR
        db.session.add(
            SittingSeat(
                sitting_id=exam.sitting_id,
                person_id=exam.person_id,
                extra_minutes=15,
                closes_at=closes,
                changed_at=NOON,
            )
        )
        address = feed_of(exam.person_id)
    (event,) = events(app.test_client(), address).values()
    assert event.decoded("dtend") == closes
    assert "45 分钟" in str(event["description"])


def test_a_defense_for_its_candidate_and_its_raters(app, noon) -> None:
    with app.app_context():
        panel = make_panel()
        defense = make_defense(raters=panel, room="三号会议室")
        mine, theirs = feed_of(defense.candidate_id), feed_of(panel[0].id)
        stranger = feed_of(make_person().id)
        starts_at, defense_id, name = defense.starts_at, defense.id, defense.candidate.name
    client = app.test_client()
    (own,) = events(client, mine).values()
    (rated,) = events(client, theirs).values()
    assert own.decoded("dtstart") == rated.decoded("dtstart") == starts_at
    assert own.decoded("dtend") == starts_at + 40 * MINUTE
    assert str(own["location"]) == "三号会议室"
    assert str(own["summary"]) == "转正答辩"
    assert name in str(rated["summary"])
    assert f"/defenses/{defense_id}/rate" in str(rated["url"])
    assert str(own["transp"]) == "OPAQUE"
    assert events(client, stranger) == {}
    with app.app_context():
        again = db.session.merge(defense)
        cancel_defense(again, reason="评委生病", actor_id=None, zone=SHANGHAI, now=NOON)
        db.session.commit()
    for address in (mine, theirs):
        (event,) = events(client, address).values()
        assert (str(event["status"]), event["sequence"]) == ("CANCELLED", 1)


def test_the_address_is_made_renewed_and_ended(app, sign_in, noon) -> None:
    with app.app_context():
        person_id = make_person().id
    client = sign_in(person_id)
    assert "做一个订阅地址" in text_of(client.get("/calendar"))
    assert client.get("/calendar/no-such-token.ics").status_code == 404

    def token() -> str | None:
        with app.app_context():
            return db.session.scalar(select(CalendarFeed.token))

    assert token() is None  # looking makes nothing
    assert client.post("/calendar").status_code == 303
    first = token()
    assert f"/calendar/{first}.ics" in client.get("/calendar").text
    assert len(first) >= 32
    client.post("/calendar")
    second = token()
    assert second != first
    visitor = app.test_client()
    assert visitor.get(f"/calendar/{first}.ics").status_code == 404
    assert visitor.get(f"/calendar/{second}.ics").status_code == 200
    client.post("/calendar/end")
    assert visitor.get(f"/calendar/{second}.ics").status_code == 404


def test_who_has_left_has_none(app, noon) -> None:
    with app.app_context():
        person = make_person()
        address = feed_of(person.id)
        person.active = False
        db.session.commit()
    assert app.test_client().get(address).status_code == 404


# conflicts -----------------------------------------------------------------------------------------------------


def conflicts(persons, opens_at: dt.datetime, closes_at: dt.datetime, minutes: int = 30):
    found = queries.list_conflicts(
        persons, opens_at=opens_at, closes_at=closes_at, minutes=minutes, now=NOON
    )
    return {one.person.id: [booking.kind.value for booking in one.bookings] for one in found}


def test_a_defense_that_leaves_no_half_hour(session) -> None:
    defense = make_defense(minutes=40)
    rater, free = defense.panel[0].rater, make_person()
    persons = [defense.candidate, rater, free]
    starts = defense.starts_at
    assert conflicts(persons, starts - 10 * MINUTE, starts + 50 * MINUTE) == {
        defense.candidate_id: ["defense"],
        rater.id: ["rating"],
    }
    assert conflicts(persons, starts - 30 * MINUTE, starts + 50 * MINUTE) == {}
    assert conflicts(persons, starts + 40 * MINUTE, starts + 70 * MINUTE) == {}


def test_an_exam_that_is_open_all_day_is_no_conflict_but_one_at_a_fixed_time_is(session) -> None:
    exam = make_exam(people=2)
    persons = [one.person for one in exam.enrolments]
    assert conflicts(persons, NOON, NOON + HOUR) == {}
    fixed = make_sitting(
        exam.quiz, exam.cohort, opens_at=NOON, closes_at=NOON + 40 * MINUTE, minutes=40
    )
    assert set(conflicts(persons, NOON, NOON + HOUR)) == set(exam.person_ids)
    assert conflicts(persons, NOON, NOON + 2 * HOUR) == {}
    fixed.cancelled_at = NOON
    db.session.commit()
    assert conflicts(persons, NOON, NOON + HOUR) == {}


@pytest.mark.parametrize("anyway", [False, True])
def test_the_trainer_sees_names_before_it_is_scheduled(app, sign_in, noon, *, anyway: bool) -> None:
    with app.app_context():
        enrolment = make_ready_enrolment()
        enrolment.cohort_id = make_cohort(enrolment.person).id
        exam = make_exam()
        exam.quiz.programme_key = enrolment.programme.key
        starts = dt.datetime(2026, 11, 25, 2, 0, tzinfo=dt.UTC)
        make_defense(enrolment, starts_at=starts, minutes=60)
        ids = {"cohort": enrolment.cohort_id, "quiz": exam.quiz.key}
        name = enrolment.person.name
        trainer_id = make_person(RoleName.TRAINER).id
        before = len(db.session.scalars(select(Sitting.id)).all())
    trainer = sign_in(trainer_id)
    asked = form(ids, opens_at="2026-11-25T10:00", closes_at="2026-11-25T11:00")
    url = f"/sittings/new?quiz={ids['quiz']}"
    if anyway:
        assert trainer.post(url, data={**asked, "anyway": "y"}).status_code == 303
    else:
        page = text_of(trainer.post(url, data=asked), 422)
        assert f"{name}：转正答辩" in page.replace(" ", "")
        assert "照样安排" in page
    with app.app_context():
        assert len(db.session.scalars(select(Sitting.id)).all()) == before + anyway
