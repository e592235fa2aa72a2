"""The daily digest of due dates."""

import datetime as dt

import pytest
from sqlalchemy import select

from lms.curriculum.jobs import remind_due
from lms.curriculum.services import enrol
from lms.db import db
from lms.notifications.models import OutboxMessage
from lms.notifications.words import render
from lms.people.domain.roles import RoleName
from tests.conftest import NOON
from tests.factories.curriculum import START, make_enrolment, make_programme, pass_gates
from tests.factories.defense import make_defense, make_ready_enrolment, make_sheet, rate_all
from tests.factories.people import make_person, make_supervision

pytestmark = pytest.mark.usefixtures("session")
DAY = dt.timedelta(days=1)


def digests(person=None):
    query = select(OutboxMessage).where(OutboxMessage.kind == "curriculum.due")
    if person is not None:
        query = query.where(OutboxMessage.person_id == person.id)
    return db.session.scalars(query.order_by(OutboxMessage.id)).all()


def told(message):
    return [(item["level"], item["title"]) for item in message.facts["own"]]


def test_each_level_once_and_one_digest_a_day():
    # Modules are due on days 2 and 4, the stage test on day 6.
    enrolment = make_enrolment()
    person = enrolment.person
    for offset in range(9):
        remind_due(NOON + offset * DAY)
        remind_due(NOON + offset * DAY + dt.timedelta(hours=2))
    messages = digests(person)
    days = [message.created_at.date() for message in messages]
    assert len(days) == len(set(days))
    assert [item for message in messages for item in told(message)] == [
        ("D-1", "模块1"),
        ("D-3", "模块2"),
        ("D+1", "模块1"),
        ("D-1", "模块2"),
        ("D-3", "岗前"),
        ("D+1", "模块2"),
        ("D-1", "岗前"),
        ("D+1", "岗前"),
    ]


def test_running_twice_writes_nothing_twice():
    make_enrolment()
    assert remind_due(NOON) == 1
    assert remind_due(NOON) == 0
    assert len(digests()) == 1


def test_a_worker_that_was_down_catches_up_in_one_digest():
    enrolment = make_enrolment()
    remind_due(NOON + 20 * DAY)
    assert [told(message) for message in digests(enrolment.person)] == [
        [("D+1", "模块1"), ("D+1", "模块2"), ("D+1", "岗前")]
    ]


def test_nobody_is_woken_at_night():
    make_enrolment()
    midnight_in_shanghai = dt.datetime(2026, 11, 22, 16, 5, tzinfo=dt.UTC)
    assert remind_due(midnight_in_shanghai) == 0
    assert remind_due(midnight_in_shanghai + dt.timedelta(hours=8)) == 1


def test_passed_ended_and_inactive_are_left_in_peace():
    programme = make_programme()
    passed = make_enrolment(programme=programme)
    pass_gates(passed)
    make_enrolment(programme=programme, state="completed")
    make_enrolment(programme=programme, state="withdrawn")
    make_enrolment(make_person(active=False), programme)
    assert remind_due(NOON + 30 * DAY) == 0


@pytest.mark.parametrize("level", [2, 4])
def test_no_digest_tells_how_the_defense_went(level):
    """Due on day 20 and failed: the candidate must not read it from a reminder before HR decides."""
    enrolment = make_ready_enrolment()
    lead = make_person(RoleName.LEAD)
    make_supervision(enrolment.person, lead, since_on=enrolment.starts_on)
    verdict = rate_all(make_defense(enrolment), *[make_sheet(level)] * 3).verdict
    assert verdict.recommendation == ("fail" if level == 2 else "pass")
    assert sum(remind_due(NOON + offset * DAY) for offset in range(10)) == 0
    assert digests(enrolment.person) == digests(lead) == []


def test_the_lead_hears_of_overdue_gates_of_their_own_people_only():
    programme = make_programme()
    lead, other_lead = make_person(RoleName.LEAD), make_person(RoleName.LEAD)
    mine, theirs = make_person(name="王小满"), make_person(name="李大暑")
    for person in (mine, theirs):
        make_enrolment(person, programme)
    make_supervision(mine, lead)
    make_supervision(theirs, other_lead)
    make_supervision(theirs, lead, until_on=START)
    remind_due(NOON)
    assert digests(lead) == []
    remind_due(NOON + 2 * DAY)
    (message,) = digests(lead)
    assert [(item["name"], item["title"]) for item in message.facts["team"]] == [
        ("王小满", "模块1")
    ]
    assert message.facts["own"] == []
    remind_due(NOON + 3 * DAY)
    assert len(digests(lead)) == 1


def test_one_digest_holds_both_the_own_and_the_teams():
    programme = make_programme()
    both = make_person(RoleName.LEARNER, RoleName.LEAD)
    member = make_person(name="王小满")
    make_enrolment(both, programme)
    make_enrolment(member, programme)
    make_supervision(member, both)
    remind_due(NOON + 2 * DAY)
    (message,) = digests(both)
    assert message.facts["own"]
    assert message.facts["team"]


@pytest.mark.parametrize("locale", ["zh_Hans", "en"])
def test_the_words_of_the_messages(locale):
    programme = make_programme()
    person = make_person(RoleName.LEARNER, RoleName.LEAD, name="陈谷雨", locale=locale)
    member = make_person(name="王小满")
    make_enrolment(person, programme)
    make_enrolment(member, programme)
    make_supervision(member, person)
    remind_due(NOON + 2 * DAY)
    words = render(digests(person)[0])
    assert words.subject
    assert "\n" not in words.subject
    assert "王小满" in words.body
    assert "陈谷雨" in words.body
    assert "http://127.0.0.1:8000/" in words.body
    assert "{{" not in words.body
    assert "模块1" in words.body or "Module 1" in words.body
    enrolled = enrol(
        make_person(name="周白露", locale=locale),
        programme,
        cohort_id=None,
        starts_on=START,
        actor_id=None,
        now=NOON,
    )
    message = db.session.scalars(
        select(OutboxMessage).where(OutboxMessage.key == f"enrolled:{enrolled.id}")
    ).one()
    words = render(message)
    assert words.subject
    assert "周白露" in words.body
    assert "23" in words.body
