"""Landing pages: what waits for whom, and the path."""

import datetime as dt
import re

from lms.people.domain.roles import RoleName
from tests.factories.certificates import make_credential
from tests.factories.curriculum import make_enrolment, pass_gates
from tests.factories.defense import make_defense, make_ready_enrolment, make_sheet, rate_all
from tests.factories.people import make_person
from tests.factories.probation import make_conditions


def test_learner_sees_the_path_and_what_waits(app, sign_in):
    with app.app_context():
        enrolment = make_enrolment()
        make_conditions(enrolment.programme)
        learner = enrolment.person_id
        first, *others = [m for stage in enrolment.programme.stages for m in stage.modules]
        titles = [first.title, *(other.title for other in others)]
    page = sign_in(learner).get("/").text
    assert "在等你的事" in page
    assert "阅读并签署" in page
    assert all(title in page for title in titles)
    assert "全局" not in page


def test_each_passed_gate_shows_on_the_path(app, sign_in):
    with app.app_context():
        enrolment = make_enrolment()
        pass_gates(enrolment)
        learner = enrolment.person_id
        modules = sum(len(stage.modules) for stage in enrolment.programme.stages)
        stages = len(enrolment.programme.stages)
    page = sign_in(learner).get("/").text
    assert len(re.findall(r"已通过", page)) >= modules + stages
    assert "等培训老师安排时间" in page


def test_certified_learner_finds_the_certificate(app, sign_in):
    with app.app_context():
        credential = make_credential()
        learner, number = credential.person_id, credential.id
    assert f'href="/certificates/{number}"' in sign_in(learner).get("/").text


def test_staff_see_the_organisation_at_a_glance(app, sign_in):
    with app.app_context():
        make_enrolment()
        people = {role: make_person(role).id for role in RoleName}
    for role, person_id in people.items():
        page = sign_in(person_id).get("/").text
        assert ("全局" in page) == (role is not RoleName.LEARNER)


def test_enrolment_page_is_for_staff(app, sign_in):
    with app.app_context():
        enrolment = make_enrolment()
        number, learner, name = enrolment.id, enrolment.person_id, enrolment.person.name
        trainer = make_person(RoleName.TRAINER).id
    assert name in sign_in(trainer).get(f"/enrolments/{number}").text
    assert sign_in(learner).get(f"/enrolments/{number}").status_code == 403
    assert sign_in(trainer).get("/enrolments/999999").status_code == 404


def test_before_the_first_day_the_page_says_when_it_is(app, sign_in):
    with app.app_context():
        number = make_enrolment(starts_on=dt.date(2999, 1, 5)).id
        trainer = make_person(RoleName.TRAINER).id
    page = sign_in(trainer).get(f"/enrolments/{number}").text
    assert "2999年1月5日 开始" in page
    assert "第 -" not in page


def test_a_stranger_is_led_to_sign_in(app):
    answer = app.test_client().get("/")
    assert answer.status_code == 302
    assert "/login" in answer.headers["Location"]


def test_the_candidate_cannot_tell_the_verdict_before_hr_decides(app, sign_in):
    """A passed and a failed defense look the same: tick, count and words."""
    pages = []
    for level in (4, 2):
        with app.app_context():
            enrolment = make_ready_enrolment(make_person(name="林小满"))
            make_conditions(enrolment.programme)
            rate_all(make_defense(enrolment), *[make_sheet(level)] * 3)
            learner = enrolment.person_id
        pages.append(sign_in(learner).get("/").text)
    # Made-up names and ids differ from one programme to the next; nothing else may.
    passed, failed = (
        re.sub(
            r'href="[^"]*"|content="[^"]*"|value="[^"]*"|\d{4,}|会议室 \d+|[a-z]+-?\d+', "", page
        )
        for page in pages
    )
    assert "已答辩，等人事决定" in passed
    assert passed == failed
