"""Naming the organisation."""

import re

import pytest

from lms.errors import InvalidInput
from lms.organisation.queries import find_organisation, get_organisation, is_second_review_on
from lms.organisation.services import name_organisation
from lms.people.domain.roles import RoleName
from tests.conftest import NOON
from tests.factories.people import make_person

GOOD = {
    "name": "云岫生活",
    "name_latin": "Yunxiu Living",
    "serial_prefix": "YX",
    "signer_name": "",
    "signer_title": "人力资源总监",
    "signer_title_en": "",
}


def test_hr_names_the_organisation_and_names_it_anew(app, sign_in):
    with app.app_context():
        hr = make_person(RoleName.HR).id
    client = sign_in(hr)
    assert client.post("/organisation", data=GOOD).status_code == 302
    assert 'value="云岫生活"' in client.get("/organisation").text
    assert client.post("/organisation", data={**GOOD, "name": "新名字"}).status_code == 302
    with app.app_context():
        assert get_organisation().name == "新名字"


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", " "), ("serial_prefix", "yx"), ("serial_prefix", "TOOLONGX"), ("signer_title", "")],
)
def test_bad_values_are_refused_at_their_field(app, sign_in, field, value):
    with app.app_context():
        hr = make_person(RoleName.HR).id
    answer = sign_in(hr).post("/organisation", data={**GOOD, field: value})
    assert answer.status_code == 422
    assert f'id="{field}"' in answer.text
    with app.app_context():
        assert find_organisation() is None


@pytest.mark.parametrize(("field", "value"), [("name", " "), ("serial_prefix", "y x")])
def test_the_service_refuses_too(session, field, value):
    with pytest.raises(InvalidInput) as caught:
        name_organisation(**{**GOOD, field: value}, actor_id=None, now=NOON)
    assert caught.value.facts["field"] == field


def test_the_second_persons_review_is_on_until_it_is_switched_off(app, sign_in):
    with app.app_context():
        hr = make_person(RoleName.HR).id
        assert is_second_review_on()
    client = sign_in(hr)

    def is_ticked() -> bool:
        box = re.search(r"<input[^>]*second_review[^>]*>", client.get("/organisation").text)
        assert box is not None
        return " checked" in box[0]

    assert is_ticked()
    client.post("/organisation", data=GOOD)
    assert not is_ticked()
    with app.app_context():
        assert not is_second_review_on()
    client.post("/organisation", data={**GOOD, "second_review": "y"})
    assert is_ticked()
    with app.app_context():
        assert is_second_review_on()
