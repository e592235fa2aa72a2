import datetime as dt
import re

import pytest
import time_machine

from lms.db import db
from lms.errors import InvalidState
from lms.notifications.models import OutboxMessage
from lms.people import queries, services
from lms.people.models import Invitation, Person
from tests.conftest import NOON
from tests.factories.people import PASSWORD, make_person, make_privacy_notice

GOOD = {"password": PASSWORD, "password_again": PASSWORD}
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def invited(app):
    """Id of an invited person, and the token of the link."""
    with app.app_context():
        person = make_person(name="林小满", username="k0231")
        token = services.invite(person, actor_id=None, now=NOON)
        db.session.commit()
        return person.id, token


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON + HOUR, tick=False):
        yield


def test_the_link_is_in_the_outbox_and_its_token_is_not_in_the_invitation(app, invited):
    _, token = invited
    with app.app_context():
        message = db.session.query(OutboxMessage).one()
        assert message.link == f"/invitation/{token}"
        invitation = db.session.query(Invitation).one()
        assert invitation.token_sha256 == services.hash_token(token)
        assert invitation.expires_at == NOON + dt.timedelta(days=7)
        assert len(token) >= 43  # 32 bytes in base64


def test_the_invited_sets_a_password_is_signed_in_and_led_to_the_notice(app, invited):
    person_id, token = invited
    client = app.test_client()
    with app.app_context():
        make_privacy_notice()
    page = client.get(f"/invitation/{token}")
    assert page.status_code == 200
    assert "林小满" in page.text
    assert "k0231" in page.text
    response = client.post(f"/invitation/{token}", data=GOOD)
    assert response.status_code == 303
    assert response.location == "/privacy"
    assert "第 1 版" in client.get("/privacy").text
    client.post("/privacy", data={"accepted": "y"})
    assert client.get("/account").status_code == 200
    with app.app_context():
        person = queries.get_person(person_id)
        assert person.verify_and_update_password(PASSWORD)
        actions = [event.action for event, _ in queries.list_person_events(person_id)]
        assert "people.accept_invitation" in actions
        assert db.session.query(OutboxMessage).one().read_at is not None


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"password": "short7!", "password_again": "short7!"}, "密码太短"),
        ({"password": "password123", "password_again": "password123"}, "太常见"),
        ({"password": "12345678", "password_again": "12345678"}, "连着的字符"),
        ({"password": "k0231k0231", "password_again": "k0231k0231"}, "不能就是你的"),
        ({"password": PASSWORD, "password_again": PASSWORD + "x"}, "两次输入的密码不一样"),
        ({"password": "", "password_again": ""}, ""),
        ({"password": "x" * 129, "password_again": "x" * 129}, ""),
    ],
)
def test_a_password_that_will_not_do_says_why_and_the_link_stays(app, invited, form, words):
    person_id, token = invited
    client = app.test_client()
    response = client.post(f"/invitation/{token}", data=form)
    assert response.status_code == 422
    assert words in response.text
    with app.app_context():
        assert queries.get_person(person_id).password is None
    assert client.post(f"/invitation/{token}", data=GOOD).status_code == 303


def page_of(app, token):
    response = app.test_client().get(f"/invitation/{token}")
    return response.status_code, response.text


def test_used_revoked_expired_and_unknown_links_get_the_same_page(app, invited):
    person_id, token = invited
    unknown = page_of(app, "x" * 43)
    assert unknown[0] == 404
    assert "这个链接不能用了" in unknown[1]
    assert "请让邀请你的人事再发一次" in unknown[1]

    def normal(page, used):
        text = re.sub(r'name="csrf_token" value="[^"]*"', "", page[1])
        return page[0], text.replace(used, "TOKEN")

    with time_machine.travel(NOON + dt.timedelta(days=7)):
        assert normal(page_of(app, token), token) == normal(unknown, "x" * 43)
    with app.app_context():
        newer = services.invite(queries.get_person(person_id), actor_id=None, now=NOON)
        db.session.commit()
    assert normal(page_of(app, token), token) == normal(unknown, "x" * 43)
    assert app.test_client().post(f"/invitation/{token}", data=GOOD).status_code == 404
    assert app.test_client().post(f"/invitation/{newer}", data=GOOD).status_code == 303
    assert normal(page_of(app, newer), newer) == normal(unknown, "x" * 43)


def test_a_link_of_somebody_deactivated_is_dead(app, invited):
    person_id, token = invited
    with app.app_context():
        queries.get_person(person_id).active = False
        db.session.commit()
    assert page_of(app, token)[0] == 404
    assert app.test_client().post(f"/invitation/{token}", data=GOOD).status_code == 404


def test_a_double_click_sets_one_password_and_does_not_frighten(app, invited):
    _, token = invited
    client = app.test_client()
    assert client.post(f"/invitation/{token}", data=GOOD).status_code == 303
    again = client.post(f"/invitation/{token}", data=GOOD)
    assert (again.status_code, again.location) == (303, "/")


def test_of_two_acceptances_at_once_one_wins(session):
    person = make_person()
    token = services.invite(person, actor_id=None, now=NOON)
    invitation = queries.find_open_invitation(services.hash_token(token), NOON)
    services.accept_invitation(invitation, PASSWORD, now=NOON)
    with pytest.raises(InvalidState, match="invitation_unusable"):
        services.accept_invitation(invitation, "another-good-one", now=NOON)
    assert person.verify_and_update_password(PASSWORD)


def test_inviting_again_lets_set_a_new_password_and_ends_sessions(app, sign_in):
    with app.app_context():
        person = make_person(password="the-old-password-9")
        person_id = person.id
        token = services.invite(person, actor_id=None, now=NOON)
        db.session.commit()
    old_device = sign_in(person_id)
    assert old_device.get("/account").status_code == 200
    assert app.test_client().post(f"/invitation/{token}", data=GOOD).status_code == 303
    assert old_device.get("/account").status_code == 302


def test_somebody_with_a_second_step_still_has_to_sign_in(app, invited):
    person_id, token = invited
    with app.app_context():
        person = db.session.get(Person, person_id)
        person.tf_primary_method, person.tf_totp_secret = "authenticator", "x"
        db.session.commit()
    client = app.test_client()
    assert client.post(f"/invitation/{token}", data=GOOD).location == "/login"
    assert client.get("/account").status_code == 302


def test_the_page_speaks_english_when_asked(app, invited):
    _, token = invited
    page = app.test_client().get(f"/invitation/{token}", headers={"Accept-Language": "en"}).text
    assert '<html lang="en"' in page
