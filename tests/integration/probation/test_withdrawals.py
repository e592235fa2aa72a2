"""Ending a way by hand: what is refused, who is told, what stays."""

import datetime as dt

import pytest
from sqlalchemy import select

from lms.db import db
from lms.errors import InvalidInput, InvalidState, NotAllowed
from lms.notifications.models import OutboxMessage
from lms.notifications.words import render
from lms.people.domain.roles import RoleName
from lms.probation.domain.status import Step
from lms.probation.queries import FileFilter, Show, select_files, status_line
from lms.probation.services import withdraw
from tests.conftest import NOON
from tests.factories.curriculum import make_enrolment
from tests.factories.defense import AFTERNOON, make_defense, make_ready_enrolment, rate, rate_all
from tests.factories.people import add_role, make_person
from tests.factories.probation import make_file

pytestmark = pytest.mark.usefixtures("session")
LATER = NOON + dt.timedelta(minutes=30)
REASON = "11 月 23 日本人提出离职"


@pytest.fixture
def officer(session):
    return make_person(RoleName.HR, name="沈佳宁")


def told(kind):
    query = select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id)
    return db.session.scalars(query).all()


@pytest.mark.parametrize("role", [RoleName.TRAINER, RoleName.ADMIN, RoleName.LEAD])
def test_only_hr_withdraws(role):
    enrolment = make_enrolment()
    with pytest.raises(NotAllowed, match="hr_only"):
        withdraw(enrolment, reason=REASON, actor=make_person(role), now=LATER)
    assert enrolment.state == "active"


def test_nobody_withdraws_themselves():
    enrolment = make_enrolment(add_role(make_person(), RoleName.HR))
    with pytest.raises(NotAllowed, match="own_enrolment"):
        withdraw(enrolment, reason=REASON, actor=enrolment.person, now=LATER)
    assert enrolment.state == "active"


def test_a_refusal_calls_nothing_off_and_tells_nobody(officer):
    defense = make_defense()
    with pytest.raises(InvalidInput, match="withdraw_reason"):
        withdraw(defense.enrolment, reason=" ", actor=officer, now=LATER)
    ended = make_enrolment(state="completed")
    with pytest.raises(InvalidState, match="already_ended"):
        withdraw(ended, reason=REASON, actor=officer, now=LATER)
    assert defense.cancelled_at is None
    assert told("probation.withdrawn") == told("defense.cancelled") == []


@pytest.mark.parametrize("locale", ["zh_Hans", "en"])
def test_the_person_is_told_once_and_not_why(officer, locale):
    enrolment = make_enrolment(make_person(name="林小满", locale=locale))
    withdraw(enrolment, reason=REASON, actor=officer, now=LATER)
    (message,) = told("probation.withdrawn")
    assert (message.person_id, message.link) == (enrolment.person_id, "/")
    words = render(message)
    programme = enrolment.programme
    assert (programme.title_en if locale == "en" else programme.title) in words.subject
    assert "林小满" in words.body
    assert REASON not in words.subject + words.body
    assert "离职" not in str(message.facts)


@pytest.mark.parametrize("locale", ["zh_Hans", "en"])
def test_a_booked_defense_is_called_off_and_everybody_hears_the_end_not_the_reason(officer, locale):
    enrolment = make_ready_enrolment(make_person(name="林小满", locale=locale))
    raters = [make_person(RoleName.RATER, locale=locale) for _ in range(3)]
    defense = make_defense(enrolment, raters)
    sealed = rate(defense.panel[0])
    withdraw(enrolment, reason=REASON, actor=officer, now=AFTERNOON)
    assert (defense.cancelled_at, defense.cancel_reason) == (AFTERNOON, "")
    db.session.refresh(sealed)
    assert sealed.levels["skill"]["level"] == 4
    messages = {message.person_id: render(message) for message in told("defense.cancelled")}
    assert messages.keys() == {enrolment.person_id, *(rater.id for rater in raters)}
    ended = "has ended" if locale == "en" else "已经结束，不再举行答辩"
    for words in messages.values():
        assert ended in words.body
        assert REASON not in words.body
        assert "重新安排" not in words.body


def test_a_verdict_stays(officer):
    defense = rate_all(make_defense())
    withdraw(defense.enrolment, reason=REASON, actor=officer, now=AFTERNOON)
    assert defense.cancelled_at is None
    assert told("defense.cancelled") == []


def test_the_file_leaves_what_is_open_and_stays_among_all(officer):
    file = make_file(make_ready_enrolment())
    withdraw(file.enrolment, reason=REASON, actor=officer, now=LATER)

    def shown(show):
        return db.session.scalars(select_files(FileFilter(show=show), LATER)).all()

    assert shown(Show.OPEN) == shown(Show.OVERDUE) == shown(Show.READY) == []
    assert shown(Show.ALL) == [file.enrolment]
    line = status_line(file.enrolment, LATER)
    assert (line.step, line.since) == (Step.ENDED, LATER)
