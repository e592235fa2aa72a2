import datetime as dt

import pytest

from lms.db import db
from lms.people import queries
from lms.people.domain.roles import RoleName
from tests.factories.people import (
    PASSWORD,
    make_cohort,
    make_consent,
    make_person,
    make_privacy_notice,
    make_supervision,
)

# The library still gives its radio buttons as tuples, which WTForms 3.4 will refuse.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Passing SelectField choices as tuples:DeprecationWarning"
)


def test_everything_that_is_held_is_shown_with_its_purpose(app, sign_in):
    with app.app_context():
        person = make_person(
            name="林小满",
            name_latin="Lin Xiaoman",
            email="xiaoman@example.com",
            phone="13800138000",
            employee_no="K0231",
        )
        make_supervision(
            person, make_person(RoleName.LEAD, name="周组长"), since_on=dt.date(2020, 1, 1)
        )
        make_cohort(person, name="第 1 期")
        make_consent(person, make_privacy_notice())
        person_id = person.id
        columns = {column.name for column in person.__table__.columns}
    page = sign_in(person_id).get("/account").text
    for words in (
        "林小满",
        "Lin Xiaoman",
        "xiaoman@example.com",
        "13800138000",
        "K0231",
        "售前客服",
        "周组长",
        "第 1 期",
        "学员",
        "第 1 版",
    ):
        assert words in page, words
    shown = {
        "name",
        "name_latin",
        "username",
        "email",
        "phone",
        "employee_no",
        "post",
        "hired_on",
        "locale",
        "created_at",
    }
    spoken_of = {"password", "active", "tf_primary_method"}
    technical = {"id", "fs_uniquifier", "tf_totp_secret", "tf_phone_number", "mf_recovery_codes"}
    # A new column must find its place on this page: every personal field has an owner who can see it.
    assert columns == shown | spoken_of | technical


def test_what_is_not_held_is_said_so(app, sign_in):
    with app.app_context():
        person_id = make_person(email=None, phone=None).id
    assert "没有记录" in sign_in(person_id).get("/account").text


def test_the_language_is_kept_with_the_person(app, sign_in):
    with app.app_context():
        person_id = make_person().id
    client = sign_in(person_id)
    assert client.post("/account/language/en").location == "/account"
    with app.app_context():
        assert queries.get_person(person_id).locale == "en"
    assert '<html lang="en"' in sign_in(person_id).get("/account").text
    assert client.post("/account/language/fr").status_code == 404


def test_signing_out_everywhere_keeps_this_device(app, sign_in):
    with app.app_context():
        person_id = make_person(password=PASSWORD).id
    here, there = sign_in(person_id), sign_in(person_id)
    assert here.post("/account/sign-out-everywhere").status_code == 303
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 302
    with app.app_context():
        assert "people.sign_out_everywhere" in [
            e.action for e, _ in queries.list_person_events(person_id)
        ]


@pytest.mark.parametrize("method", [None, "authenticator"])
def test_staff_is_offered_the_second_step_and_learners_are_not(app, sign_in, method):
    with app.app_context():
        staff = make_person(RoleName.TRAINER)
        staff.tf_primary_method = method
        db.session.commit()
        staff_id, learner_id = staff.id, make_person().id
    assert "/tf-setup" in sign_in(staff_id).get("/account").text
    assert "/tf-setup" not in sign_in(learner_id).get("/account").text
    assert ("/mf-recovery-codes" in sign_in(staff_id).get("/account").text) is (method is not None)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "path",
    [
        "/login",
        "/logout",
        "/reset",
        "/change",
        "/reauthenticate",
        "/tf-setup",
        "/mf-recovery-codes",
    ],
)
def test_every_page_of_the_library_renders(app, path, lang):
    with app.app_context():
        make_person(RoleName.TRAINER, username="teacher", password=PASSWORD)
    client = app.test_client()
    if path not in ("/login", "/reset"):
        client.post("/login", data={"identity": "teacher", "password": PASSWORD})
    response = client.get(path, headers={"Accept-Language": lang})
    assert response.status_code == 200
    assert "上岗" in response.text
    assert "style=" not in response.text
