import datetime as dt

import pytest

from lms.db import db
from lms.errors import InvalidInput
from lms.notifications.models import OutboxMessage
from lms.people import queries, services
from lms.people.domain.roles import RoleName
from tests.conftest import NOON
from tests.factories.people import make_cohort, make_person


@pytest.fixture
def hr(app, sign_in):
    with app.app_context():
        person_id = make_person(RoleName.HR).id
    return sign_in(person_id)


def names(cohort_id):
    return [person.name for person in queries.list_cohort_members(cohort_id)]


def test_a_cohort_is_made_once_by_name(app, hr):
    form = {"name": "2026 年 11 月第 1 期", "starts_on": "2026-11-23", "note": "售前"}
    response = hr.post("/cohorts/new", data=form)
    assert response.status_code == 303
    again = hr.post("/cohorts/new", data=form)
    assert again.status_code == 422
    assert "已经有叫这个名字的期次了" in again.text
    with app.app_context():
        cohort = queries.find_cohort_named(form["name"])
        assert response.location == f"/cohorts/{cohort.id}"
        assert (cohort.starts_on, cohort.note) == (dt.date(2026, 11, 23), "售前")


def test_a_cohort_needs_a_name_and_a_day(hr):
    response = hr.post("/cohorts/new", data={"name": " ", "starts_on": "someday"})
    assert response.status_code == 422


def test_changing_a_cohort(app, hr):
    with app.app_context():
        cohort_id = make_cohort(name="甲").id
        make_cohort(name="乙")
    path = f"/cohorts/{cohort_id}/edit"
    assert hr.post(path, data={"name": "乙", "starts_on": "2026-12-01"}).status_code == 422
    assert (
        hr.post(path, data={"name": "甲", "starts_on": "2026-12-01", "note": "改"}).status_code
        == 303
    )
    with app.app_context():
        cohort = queries.get_cohort(cohort_id)
        assert (cohort.name, cohort.starts_on, cohort.note) == ("甲", dt.date(2026, 12, 1), "改")


def test_people_are_found_added_and_taken_out(app, hr):
    with app.app_context():
        first, second = make_person(name="王一"), make_person(name="王二")
        gone = make_person(name="王三", active=False)
        cohort_id = make_cohort(first).id
        ids = [first.id, second.id, gone.id]
    page = hr.get(f"/cohorts/{cohort_id}?add=王").text
    assert f'value="{ids[1]}"' in page
    assert f'value="{ids[0]}"' not in page
    assert f'value="{ids[2]}"' not in page
    path = f"/cohorts/{cohort_id}/members"
    assert hr.post(path, data={"person_id": [ids[1], ids[0], 999999]}).status_code == 303
    with app.app_context():
        assert names(cohort_id) == ["王一", "王二"]
    assert hr.post(f"{path}/{ids[0]}/remove").status_code == 303
    assert hr.post(f"{path}/{ids[0]}/remove").status_code == 303
    with app.app_context():
        assert names(cohort_id) == ["王二"]
    assert "没有勾选任何人" in hr.post(path, data={}, follow_redirects=True).text


def test_the_whole_cohort_is_invited_but_nobody_who_has_joined(app, hr):
    with app.app_context():
        joined = make_person(password="correct-horse-7")
        waiting = [make_person(), make_person()]
        cohort_id = make_cohort(joined, *waiting).id
        ids = {person.id for person in waiting}
    assert "邀请还没加入的人（2）" in hr.get(f"/cohorts/{cohort_id}").text
    response = hr.post(f"/cohorts/{cohort_id}/invite", follow_redirects=True)
    assert "2 份邀请放进了发件箱" in response.text
    with app.app_context():
        messages = db.session.query(OutboxMessage).filter_by(kind="people.invitation").all()
        assert {message.person_id for message in messages} == ids
        for person in queries.list_persons(ids):
            person.password = "x"
        db.session.commit()
    assert "不用再邀请" in hr.post(f"/cohorts/{cohort_id}/invite", follow_redirects=True).text


def test_the_page_leads_to_enrolment_and_to_each_person(app, hr):
    with app.app_context():
        person = make_person(name="王一")
        cohort_id, person_id = make_cohort(person).id, person.id
    page = hr.get(f"/cohorts/{cohort_id}").text
    assert f'href="/cohorts/{cohort_id}/enrol"' in page
    assert f'href="/people/{person_id}"' in page


def test_a_trainer_reads_and_changes_nothing(app, sign_in):
    with app.app_context():
        trainer_id = make_person(RoleName.TRAINER).id
        person = make_person()
        cohort_id, person_id = make_cohort(person).id, person.id
    trainer = sign_in(trainer_id)
    page = trainer.get(f"/cohorts/{cohort_id}")
    assert page.status_code == 200
    assert "remove" not in page.text
    for path in ("/invite", "/members", f"/members/{person_id}/remove", "/edit"):
        assert trainer.post(f"/cohorts/{cohort_id}{path}").status_code == 403


def test_adding_twice_is_adding_once(session):
    person, cohort = make_person(), make_cohort()
    for _ in range(2):
        services.add_to_cohort(cohort, person, actor_id=None, now=NOON)
    assert queries.count_members([cohort.id]) == {cohort.id: 1}
    with pytest.raises(InvalidInput, match="missing"):
        services.create_cohort(name=" ", starts_on=cohort.starts_on, actor_id=None, now=NOON)
