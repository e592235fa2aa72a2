"""Withdrawing somebody from the page of their enrolment, and what everybody sees afterwards."""

import datetime as dt

import pytest

from lms.curriculum.jobs import remind_due
from lms.curriculum.models import Enrolment
from lms.db import db
from lms.defense.models import Defense
from lms.defense.queries import find_verdict
from lms.home.queries import get_house
from lms.people.domain.roles import RoleName
from lms.probation.domain.decision import Outcome
from lms.quizzes.queries import list_open_sittings
from tests.conftest import NOON
from tests.factories.curriculum import make_enrolment, pass_gates
from tests.factories.defense import (
    AFTERNOON,
    link_of,
    make_defense,
    make_ready_enrolment,
    make_sheet,
    rate_all,
)
from tests.factories.people import add_role, make_person
from tests.factories.probation import make_case_ready, make_conditions, make_decision, make_file
from tests.factories.quizzes import make_exam

REASON = "11 月 23 日本人提出离职"
NOTHING = "现在没有事等你"


@pytest.fixture(autouse=True)
def afternoon(monkeypatch):
    """Requests happen at 14:00 on the day of the defense."""
    monkeypatch.setattr("lms.clock.now_utc", lambda: AFTERNOON)


@pytest.fixture
def hr(app):
    with app.app_context():
        return make_person(RoleName.HR, name="沈佳宁").id


@pytest.fixture
def ready(app):
    """Somebody with an open sitting, conditions to sign, dates and a defense this afternoon."""
    with app.app_context():
        exam = make_exam()
        enrolment = exam.enrolments[0]
        pass_gates(enrolment)
        make_conditions(exam.programme)
        make_file(enrolment, starts_on=dt.date(2026, 11, 23))
        defense = make_defense(enrolment, starts_at=AFTERNOON + dt.timedelta(hours=2))
        return {
            "enrolment": enrolment.id,
            "person": enrolment.person_id,
            "defense": defense.id,
            "raters": [member.rater_id for member in defense.panel],
            "link": link_of(defense.id, defense.panel[0].rater_id),
        }


def withdraw(client, number, reason=REASON):
    return client.post(f"/enrolments/{number}/withdraw", data={"reason": reason})


def state_of(app, number):
    with app.app_context():
        return db.session.get_one(Enrolment, number).state


def test_hr_withdraws_with_a_reason(app, sign_in, hr, ready):
    client, address = sign_in(hr), f"/enrolments/{ready['enrolment']}"
    page = client.get(address).text
    assert f'action="{address}/withdraw"' in page
    assert "退出后不能撤回" in page
    done = withdraw(client, ready["enrolment"])
    assert (done.status_code, done.location) == (303, address)
    page = client.get(address).text
    assert "已退出培养，原因已记录" in page
    assert "沈佳宁" in page
    assert REASON in page
    assert "/withdraw" not in page
    assert state_of(app, ready["enrolment"]) == "withdrawn"


@pytest.mark.parametrize(("reason", "words"), [("  ", "请写明为什么退出"), ("长" * 501, "500")])
def test_without_a_usable_reason_nothing_ends(app, sign_in, hr, ready, reason, words):
    answer = withdraw(sign_in(hr), ready["enrolment"], reason)
    assert answer.status_code == 422
    assert words in answer.text
    assert state_of(app, ready["enrolment"]) == "active"


def test_withdrawing_twice_is_refused_in_words(app, sign_in, hr):
    with app.app_context():
        done = make_enrolment(state="completed").id
        running = make_enrolment().id
    client = sign_in(hr)
    withdraw(client, running)
    for number in (running, done):
        answer = withdraw(client, number)
        assert answer.status_code == 409
        assert "不用再退出" in answer.text
    assert state_of(app, done) == "completed"


@pytest.mark.parametrize("role", [role for role in RoleName if role is not RoleName.HR])
def test_nobody_but_hr_withdraws_or_reads_why(app, sign_in, hr, role):
    with app.app_context():
        number, other = make_enrolment().id, make_person(role).id
    client = sign_in(other)
    assert withdraw(client, number).status_code == 403
    withdraw(sign_in(hr), number)
    page = client.get(f"/enrolments/{number}")
    assert REASON not in page.text
    assert "/withdraw" not in page.text


def test_nobody_withdraws_themselves(app, sign_in):
    with app.app_context():
        enrolment = make_enrolment(add_role(make_person(), RoleName.HR))
        number, person = enrolment.id, enrolment.person_id
    client = sign_in(person)
    assert "/withdraw" not in client.get(f"/enrolments/{number}").text
    assert withdraw(client, number).status_code == 404
    assert state_of(app, number) == "active"


def test_nothing_waits_for_anybody_any_more(app, sign_in, hr, ready):
    everybody = [ready["person"], *ready["raters"]]
    assert all(NOTHING not in sign_in(one).get("/").text for one in everybody)
    withdraw(sign_in(hr), ready["enrolment"])
    assert all(NOTHING in sign_in(one).get("/").text for one in everybody)
    with app.app_context():
        assert list_open_sittings(ready["person"], AFTERNOON) == []
        assert sum(remind_due(NOON + dt.timedelta(days=day)) for day in range(1, 30)) == 0
    waiting = sign_in(hr).get("/").text
    assert f"/probation/{ready['enrolment']}" not in waiting


def test_the_learner_reads_that_it_has_ended(app, sign_in, hr, ready):
    withdraw(sign_in(hr), ready["enrolment"])
    client = sign_in(ready["person"])
    page = client.get("/").text
    assert "这段培养已经结束" in page
    assert "不用再上课、考试和答辩" in page
    assert REASON not in page
    for promise in ("阅读并签署", "等培训老师安排", "转正后自动签发", "去考试", "前完成"):
        assert promise not in page
    for path in ("/conditions", "/quizzes", "/my/certificate", "/messages"):
        assert client.get(path).status_code in (200, 302), path


def test_everybody_reads_why_there_is_no_defense(app, sign_in, hr, ready):
    withdraw(sign_in(hr), ready["enrolment"])
    number = ready["defense"]
    pages = [
        sign_in(ready["person"]).get(f"/defenses/{number}").text,
        sign_in(ready["raters"][0]).get(f"/defenses/{number}/rate").text,
        app.test_client().get(ready["link"]).text,
    ]
    for page in pages:
        assert "培养已经结束，不再举行答辩" in page
        assert "重新安排" not in page
        assert REASON not in page
    assert "答辩随之取消" in sign_in(hr).get(f"/defenses/{number}").text
    with app.app_context():
        assert db.session.get_one(Defense, number).cancelled_at == AFTERNOON


def test_the_probation_file_stays_readable(sign_in, hr, ready):
    client = sign_in(hr)
    withdraw(client, ready["enrolment"])
    page = client.get(f"/probation/{ready['enrolment']}")
    assert page.status_code == 200
    assert "培养已经结束，没有作决定" in page.text
    assert client.get("/probation?show=all").text.count(f"/probation/{ready['enrolment']}") >= 1


def test_a_negative_decision_ends_the_way_on_every_page(app, sign_in, hr):
    with app.app_context():
        file = make_case_ready(verdict=False)
        rate_all(make_defense(file.enrolment), *[make_sheet(2)] * 3)
        decision = make_decision(file, Outcome.NOT_MET, now=AFTERNOON)
        person, number = file.person_id, file.enrolment_id
        verdict = find_verdict(number).defense_id
        assert decision.outcome == "not_met"
    client = sign_in(person)
    page = client.get("/").text
    assert "这段培养已经结束" in page
    assert NOTHING in page
    assert "不符合录用条件" in page
    assert "加权总分" in client.get(f"/defenses/{verdict}").text
    assert client.get("/conditions").status_code == 200
    with app.app_context():
        assert sum(remind_due(NOON + dt.timedelta(days=day)) for day in range(1, 30)) == 0
    officer = sign_in(hr)
    assert "不符合录用条件" in officer.get(f"/probation/{number}").text
    assert "/withdraw" not in officer.get(f"/enrolments/{number}").text


def test_a_withdrawn_candidate_is_not_told_to_wait_for_hr(app, sign_in, hr):
    with app.app_context():
        enrolment = make_ready_enrolment()
        rate_all(make_defense(enrolment))
        number, person = enrolment.id, enrolment.person_id
        assert get_house(AFTERNOON).verdicts_undecided == 1
    assert "等人事决定" in sign_in(person).get("/").text
    withdraw(sign_in(hr), number)
    assert "等人事决定" not in sign_in(person).get("/").text
    with app.app_context():
        assert get_house(AFTERNOON).verdicts_undecided == 0
