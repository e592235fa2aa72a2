"""Reminders before a sitting opens and before it closes; the page that waits for the opening."""

import datetime as dt

import pytest
from sqlalchemy import select

from lms.db import db
from lms.notifications.models import OutboxMessage
from lms.quizzes import jobs, services
from lms.quizzes.models import Sitting
from tests.conftest import NOON
from tests.factories.quizzes import HOUR, make_exam, take_exam
from tests.integration.quizzes.test_trainer_pages import text_of

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)


def make(people: int = 1, **sitting: object):
    """A sitting that was scheduled five days before it opens."""
    exam = make_exam(people=people, sitting=sitting)
    exam.sitting.created_at = exam.sitting.opens_at - 5 * DAY
    db.session.commit()
    return exam


def told(kind: str) -> list[int]:
    return sorted(
        db.session.scalars(
            select(OutboxMessage.person_id).where(OutboxMessage.kind == f"quizzes.{kind}")
        )
    )


def test_a_day_before_an_hour_before_and_an_hour_before_the_end(session) -> None:
    exam = make(people=2)
    opens, closes = exam.sitting.opens_at, exam.sitting.closes_at
    both = sorted(exam.person_ids)
    assert jobs.remind_candidates(opens - DAY - MINUTE) == 0
    assert jobs.remind_candidates(opens - DAY) == 1
    assert told("sitting_tomorrow") == both
    assert jobs.remind_candidates(opens - DAY + MINUTE) == 0
    assert jobs.remind_candidates(opens - HOUR) == 1
    assert jobs.remind_candidates(opens - HOUR + MINUTE) == 0
    assert told("sitting_soon") == both
    assert jobs.remind_candidates(closes - HOUR - MINUTE) == 0
    assert jobs.remind_candidates(closes - HOUR) == 1
    assert jobs.remind_candidates(closes - MINUTE) == 0
    assert told("sitting_closing") == both
    assert told("sitting_tomorrow") == both


def test_a_second_worker_sends_nothing(session) -> None:
    exam = make()
    now = exam.sitting.opens_at - HOUR
    assert services.remind_sitting(exam.sitting_id, now=now) is True
    assert services.remind_sitting(exam.sitting_id, now=now) is False
    assert told("sitting_soon") == [exam.person_id]


def test_before_the_end_only_who_can_still_begin(session) -> None:
    exam = make(people=4, max_attempts=1, minutes=600)
    passed, failed, running, absent = exam.person_ids
    take_exam(exam, person_id=passed)
    take_exam(exam, person_id=failed, right=0)
    services.start_attempt(exam.sitting_id, person_id=running, now=NOON)
    db.session.commit()
    assert jobs.remind_candidates(exam.sitting.closes_at - 30 * MINUTE) == 1
    assert told("sitting_closing") == [absent]


@pytest.mark.parametrize("case", ["cancelled", "just scheduled"])
def test_no_reminder(session, case: str) -> None:
    exam = make()
    if case == "cancelled":
        exam.sitting.cancelled_at = NOON - 5 * DAY
    else:
        exam.sitting.created_at = exam.sitting.opens_at - 2 * HOUR
    db.session.commit()
    assert jobs.remind_candidates(exam.sitting.opens_at - HOUR) == 0


@pytest.mark.parametrize("name", ["sitting_tomorrow", "sitting_soon", "sitting_closing"])
def test_the_words(app, sign_in, noon, name: str) -> None:
    with app.app_context():
        exam = make()
        for before in (DAY, HOUR):
            jobs.remind_candidates(exam.sitting.opens_at - before)
        jobs.remind_candidates(exam.sitting.closes_at - HOUR)
        person_id = exam.person_id
        assert told(name) == [person_id]
    page = text_of(sign_in(person_id).get("/messages"))
    for words in ("明天考试", "快开始了", "快结束了"):
        assert words in page


# the page that waits --------------------------------------------------------------------------------------------


def test_the_rules_page_counts_down_and_warms_the_paper(app, sign_in, noon) -> None:
    with app.app_context():
        exam = make(people=3, opens_at=NOON + 10 * MINUTE)
        person_id, sitting_id = exam.person_id, exam.sitting_id
    client = sign_in(person_id)
    page = client.get(f"/sittings/{sitting_id}/rules").text
    assert 'data-countdown="600"' in page
    assert 'data-jitter="0"' in page  # three need not be spread
    assert "刷新这一页" in page  # without script
    addresses = [part.split('"')[0] for part in page.split('rel="modulepreload" href="')[1:]]
    assert any("/paper.js" in one for one in addresses)
    assert len(addresses) == len(set(addresses)) > 3
    for address in addresses:
        with client.get(address) as reply:
            assert reply.status_code == 200


def test_many_are_spread(app, sign_in, noon) -> None:
    with app.app_context():
        exam = make(people=45, opens_at=NOON + 10 * MINUTE)
        person_id, sitting_id = exam.person_id, exam.sitting_id
        assert db.session.get_one(Sitting, sitting_id).opens_at == NOON + 10 * MINUTE
    page = sign_in(person_id).get(f"/sittings/{sitting_id}/rules").text
    assert 'data-jitter="2"' in page
