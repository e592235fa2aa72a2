"""Every page of people and of signing in renders, for those who may see it, in both languages."""

import pytest

from lms.people.domain.roles import RoleName
from tests.factories.people import (
    PASSWORD,
    make_cohort,
    make_consent,
    make_person,
    make_privacy_notice,
    make_supervision,
)


@pytest.fixture
def cast(app):
    """Ids of one person per role, a cohort, and people in every state."""
    with app.app_context():
        people = {
            role: make_person(role, name=f"某{role.value}", password=PASSWORD) for role in RoleName
        }
        learner = people[RoleName.LEARNER]
        make_supervision(learner, people[RoleName.LEAD])
        cohort = make_cohort(learner, note="第一批")
        notice = make_privacy_notice()
        for person in people.values():
            make_consent(person, notice)
        ids = {role: person.id for role, person in people.items()}
        return {"people": ids, "cohort": cohort.id}


READING = (
    "/people",
    "/people/{learner}",
    "/people?q=某&role=learner&state=uninvited&cohort={cohort}",
    "/people?q=nobody",
)
MANAGING = (
    "/people/new",
    "/people/new?cohort={cohort}",
    "/people/{learner}/edit",
    "/people/roster",
    "/people/roster/template.xlsx",
    "/people/export.xlsx",
    "/cohorts/new",
    "/cohorts/{cohort}/edit",
)
COHORTS = (
    "/cohorts",
    "/cohorts?q=x",
    "/cohorts/{cohort}",
    "/cohorts/{cohort}?add=某",
    "/cohorts/export.xlsx",
)
OWN = ("/account", "/privacy", "/messages", "/messages?show=unread")


def get(client, path, cast, lang="zh"):
    learner = cast["people"][RoleName.LEARNER]
    return client.get(
        path.format(learner=learner, cohort=cast["cohort"]), headers={"Accept-Language": lang}
    )


@pytest.mark.parametrize("path", READING + MANAGING + COHORTS + OWN)
def test_hr_sees_every_page(sign_in, cast, path):
    response = get(sign_in(cast["people"][RoleName.HR]), path, cast)
    assert response.status_code == 200


@pytest.mark.parametrize("role", [RoleName.TRAINER, RoleName.LEAD])
def test_trainers_and_leads_read_only(sign_in, cast, role):
    client = sign_in(cast["people"][role])
    for path in READING:
        response = get(client, path, cast)
        assert response.status_code == 200
        assert "people/new" not in response.text
        assert "/edit" not in response.text
    for path in MANAGING:
        assert get(client, path, cast).status_code == 403
    assert client.post(f"/people/{cast['people'][RoleName.LEARNER]}/invite").status_code == 403


@pytest.mark.parametrize("role", [RoleName.LEARNER, RoleName.RATER, RoleName.QUALITY])
def test_others_see_their_own_pages_only(sign_in, cast, role):
    client = sign_in(cast["people"][role])
    for path in READING + MANAGING + COHORTS + ("/outbox",):
        assert get(client, path, cast).status_code == 403, path
    for path in OWN:
        assert get(client, path, cast).status_code == 200, path


def test_strangers_are_led_to_the_sign_in_page(app, cast):
    for path in READING + MANAGING + COHORTS + OWN:
        response = get(app.test_client(), path, cast)
        assert response.status_code == 302, path
        assert response.location.startswith("/login?next="), path


@pytest.mark.parametrize("path", ["/login", "/reset", "/account", "/change", "/people", "/privacy"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pages_say_their_language(app, sign_in, cast, path, lang):
    open_to_all = path in ("/login", "/reset")
    client = app.test_client() if open_to_all else sign_in(cast["people"][RoleName.HR])
    with client.session_transaction() as cookie:
        cookie["lang"] = "en" if lang == "en" else "zh_Hans"
    response = get(client, path, cast, lang)
    assert response.status_code == 200
    assert f'<html lang="{"en" if lang == "en" else "zh-Hans"}"' in response.text


def test_a_person_who_is_not_there(sign_in, cast):
    client = sign_in(cast["people"][RoleName.HR])
    for path in (
        "/people/999999",
        "/people/999999/edit",
        "/cohorts/999999",
        "/people/roster/999999",
    ):
        assert client.get(path).status_code == 404


def test_contact_data_are_masked_for_those_who_do_not_manage(sign_in, app, cast):
    with app.app_context():
        person_id = make_person(phone="13912345678", email="zhangsan@example.com").id
    page = sign_in(cast["people"][RoleName.TRAINER]).get(f"/people/{person_id}").text
    assert "139****5678" in page
    assert "z***@example.com" in page
    assert "13912345678" not in page
    assert "zhangsan@" not in page
    assert "13912345678" in sign_in(cast["people"][RoleName.HR]).get(f"/people/{person_id}").text
