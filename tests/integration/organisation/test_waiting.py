"""A new product tells HR and admins that the organisation has no name yet."""

from lms.organisation.queries import list_waiting
from lms.organisation.services import name_organisation
from lms.people.domain.roles import RoleName
from tests.conftest import NOON
from tests.factories.people import make_person


def test_who_names_the_organisation_is_told_until_it_is_named(app):
    with app.test_request_context():
        people = {role: make_person(role) for role in RoleName}
        told = {role for role, person in people.items() if list_waiting(person, NOON)}
        assert told == {RoleName.HR, RoleName.ADMIN}
        admin = people[RoleName.ADMIN]
        name_organisation(
            name="云岫生活",
            name_latin="",
            serial_prefix="YX",
            signer_name="",
            signer_title="人力资源总监",
            signer_title_en="",
            actor_id=admin.id,
            now=NOON,
        )
        assert list_waiting(admin, NOON) == []


def test_the_landing_page_leads_to_the_form(app, sign_in):
    with app.app_context():
        admin = make_person(RoleName.ADMIN).id
    page = sign_in(admin).get("/").text
    assert "填写组织名称和签发人" in page
    assert 'href="/organisation"' in page
