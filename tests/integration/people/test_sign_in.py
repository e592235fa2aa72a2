"""Signing in through the page, as people do it: every identity, every failure, cookies, limits, second step."""

import dataclasses
import re

import pytest
from flask_security.totp import Totp

from lms.app import create_app
from lms.db import db
from lms.notifications.models import OutboxMessage
from lms.people import queries
from lms.people.domain.roles import RoleName
from lms.people.limits import limiter
from tests.conftest import build_app, make_settings
from tests.factories.people import PASSWORD, make_person

# The library still gives its radio buttons as tuples, which WTForms 3.4 will refuse.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Passing SelectField choices as tuples:DeprecationWarning"
)

WRONG = "账号或密码不对"


@pytest.fixture
def person_id(app):
    with app.app_context():
        return make_person(
            name="林小满",
            username="k0231",
            email="xiaoman@example.com",
            phone="13800138000",
            password=PASSWORD,
        ).id


def enter(client, identity, password=PASSWORD, **more):
    data = {"identity": identity, "password": password, **more}
    return client.post("/login", data=data, headers={"Accept-Language": "zh"})


def is_in(client):
    return client.get("/account").status_code == 200


@pytest.mark.parametrize(
    "identity",
    [
        "k0231",
        "K0231",
        " k0231 ",
        "xiaoman@example.com",
        "XiaoMan@Example.com",
        "13800138000",
        "138 0013 8000",
        "+86-138-0013-8000",
        "１３８００１３８０００",
    ],
)
def test_every_identity_signs_in(app, person_id, identity):
    client = app.test_client()
    response = enter(client, identity)
    assert (response.status_code, response.location) == (302, "/")
    assert is_in(client)
    with app.app_context():
        assert [e.action for e, _ in queries.list_person_events(person_id)] == ["people.sign_in"]


@pytest.mark.parametrize(
    ("identity", "password"),
    [
        ("k0231", "wrong-password"),
        ("nobody", PASSWORD),
        ("13900000000", PASSWORD),
        ("k0231", PASSWORD.upper()),
    ],
)
def test_wrong_password_and_unknown_name_get_the_same_words(app, person_id, identity, password):
    client = app.test_client()
    response = enter(client, identity, password)
    assert response.status_code == 200
    assert WRONG in response.text
    assert not is_in(client)
    errors = re.findall(r'<ul class="errors"|form-errors.*?</div>', response.text, re.DOTALL)
    unknown = enter(app.test_client(), "somebody-else", "whatever-it-is")
    assert errors == re.findall(r'<ul class="errors"|form-errors.*?</div>', unknown.text, re.DOTALL)


def test_empty_fields_do_not_crash(app, person_id):
    for identity, password in (("", ""), ("k0231", ""), ("", PASSWORD)):
        response = enter(app.test_client(), identity, password)
        assert response.status_code == 200
        assert "form-errors" in response.text


def test_an_unknown_name_takes_as_much_work_as_a_wrong_password(app, person_id, monkeypatch):
    """One argon2 computation each: the time of the answer does not tell whether a name exists."""
    done = []
    context = app.extensions["security"].pwd_context
    for name in ("verify", "hash"):
        real = getattr(type(context), name)

        def counted(self, *args, real=real, name=name, **kwargs):
            done.append(name)
            return real(self, *args, **kwargs)

        monkeypatch.setattr(type(context), name, counted)
    enter(app.test_client(), "k0231", "wrong-password")
    assert done == ["verify"]
    done.clear()
    enter(app.test_client(), "nobody", "wrong-password")
    assert done == ["hash"]


def test_somebody_inactive_learns_it_only_with_the_right_password(app, person_id):
    with app.app_context():
        queries.get_person(person_id).active = False
        db.session.commit()
    client = app.test_client()
    assert "账号已停用" in enter(client, "k0231").text
    assert not is_in(client)
    wrong = enter(client, "k0231", "wrong-password").text
    assert "账号已停用" not in wrong
    assert WRONG in wrong


def test_somebody_invited_but_without_password_cannot_sign_in(app):
    with app.app_context():
        make_person(username="fresh")
    assert WRONG in enter(app.test_client(), "fresh", "anything-else").text


def test_the_next_page_is_one_of_ours(app, person_id):
    client = app.test_client()
    assert client.get("/people?q=x").location == "/login?next=/people?q%3Dx"
    response = client.post("/login?next=/account", data={"identity": "k0231", "password": PASSWORD})
    assert response.location == "/account"
    evil = app.test_client().post(
        "/login?next=https://evil.example/", data={"identity": "k0231", "password": PASSWORD}
    )
    assert "evil" not in (evil.location or "")


def test_messages_of_the_library_are_in_the_language_of_the_page(app, person_id):
    client = app.test_client()
    zh = client.post(
        "/login", data={"identity": "x", "password": "y"}, headers={"Accept-Language": "zh-CN"}
    ).text
    en = client.post(
        "/login", data={"identity": "x", "password": "y"}, headers={"Accept-Language": "en"}
    ).text
    assert WRONG in zh
    assert "Authentication failed" in en
    assert WRONG not in en


def cookies_of(response):
    found = {}
    for line in response.headers.getlist("Set-Cookie"):
        name, _, rest = line.partition("=")
        found[name] = rest.lower()
    return found


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(app, person_id):
    cookies = cookies_of(enter(app.test_client(), "k0231", remember="y"))
    assert {"session", "remember_token"} <= set(cookies)
    for name in ("session", "remember_token"):
        assert "httponly" in cookies[name]
        assert "samesite=lax" in cookies[name]
        assert "secure" not in cookies[name]


def test_cookies_are_secure_when_the_product_is_reached_by_https(tmp_path):
    settings = make_settings(tmp_path, f"sqlite:///{tmp_path / 'x.sqlite3'}")
    https = create_app(
        dataclasses.replace(settings, base_url="https://lms.example.com"),
        {"RATELIMIT_ENABLED": False},
    )
    assert https.config["SESSION_COOKIE_SECURE"]
    assert https.config["REMEMBER_COOKIE_SECURE"]
    cookies = cookies_of(https.test_client().get("/login", base_url="https://lms.example.com"))
    assert "secure" in cookies["session"]
    with https.app_context():
        db.engine.dispose()


def test_signing_out_needs_the_button_not_only_the_link(app, person_id, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    client = app.test_client()
    with client.session_transaction() as cookie, app.app_context():
        cookie["_user_id"] = queries.get_person(person_id).fs_uniquifier
        cookie["_fresh"] = True
    page = client.get("/logout")
    assert page.status_code == 200
    assert is_in(client)
    form = r'<form[^>]*method="post"[^>]*action="/logout".*?name="csrf_token" value="([^"]+)"'
    assert re.search(form, page.text, re.DOTALL)
    # The menu of every page has the button itself; no entry leads to a page that asks again.
    menu = client.get("/account").text.split('<div class="my-menu">')[1].split("</ul>")[0]
    assert "/logout" not in re.findall(r'href="([^"]*)"', menu)
    assert re.search(r'<button type="submit">.*?退出登录', menu, re.DOTALL)
    token = re.search(form, menu, re.DOTALL)[1]
    assert client.post("/logout").status_code in (200, 400)
    assert is_in(client)
    response = client.post("/logout", data={"csrf_token": token})
    assert (response.status_code, response.location) == (302, "/login")
    assert not is_in(client)


# --- passwords ---------------------------------------------------------------------------------------


def test_changing_the_password_ends_the_other_sessions(app, person_id, sign_in):
    client, other = app.test_client(), sign_in(person_id)
    enter(client, "k0231")
    new = "周末去爬山2026年"
    for form, words in (
        (
            {"password": "wrong-password", "new_password": new, "new_password_confirm": new},
            "密码不对",
        ),
        (
            {"password": PASSWORD, "new_password": "12345678", "new_password_confirm": "12345678"},
            "连着的字符",
        ),
        (
            {
                "password": PASSWORD,
                "new_password": "xiaoman123",
                "new_password_confirm": "xiaoman123",
            },
            "不能就是你的",
        ),
        (
            {"password": PASSWORD, "new_password": new, "new_password_confirm": new + "x"},
            "两次输入的密码不一样",
        ),
        (
            {"password": PASSWORD, "new_password": PASSWORD, "new_password_confirm": PASSWORD},
            "不能和现在的一样",
        ),
    ):
        response = client.post("/change", data=form)
        assert response.status_code == 200
        assert words in response.text, words
    assert is_in(other)
    form = {"password": PASSWORD, "new_password": new, "new_password_confirm": new}
    assert client.post("/change", data=form).location == "/account"
    assert is_in(client)
    assert not is_in(other)
    assert enter(app.test_client(), "k0231").status_code == 200
    assert enter(app.test_client(), "k0231", new).status_code == 302
    with app.app_context():
        assert "people.change_password" in [
            e.action for e, _ in queries.list_person_events(person_id)
        ]


def reset_link(app):
    with app.app_context():
        message = db.session.query(OutboxMessage).filter_by(kind="people.reset_instructions").one()
        return message.link


def test_a_forgotten_password_is_set_anew_by_a_link_in_the_outbox(app, person_id, sign_in):
    other = sign_in(person_id)
    client = app.test_client()
    response = client.post(
        "/reset", data={"email": "XIAOMAN@example.com"}, headers={"Host": "evil.example"}
    )
    assert "重设密码的链接已经发过去了" in response.text
    link = reset_link(app)
    assert link.startswith("/reset/")
    page = client.get(link)
    assert page.status_code == 200
    weak = client.post(link, data={"password": "11111111", "password_confirm": "11111111"})
    assert "连着的字符" in weak.text
    response = client.post(
        link, data={"password": "brand-new-one-5", "password_confirm": "brand-new-one-5"}
    )
    assert response.location == "/login"
    assert not is_in(other)
    assert enter(client, "k0231", "brand-new-one-5").status_code == 302
    again = app.test_client()
    assert again.get(link).location == "/reset"
    assert "这个链接不能用了" in again.get("/reset").text


def test_an_unknown_address_gets_the_same_answer_and_no_mail(app, person_id):
    known = app.test_client().post("/reset", data={"email": "xiaoman@example.com"}).text
    unknown = app.test_client().post("/reset", data={"email": "nobody@example.com"}).text

    def plain(page):
        return re.sub(r'(csrf_token" value=")[^"]*', "", page).replace("nobody@", "xiaoman@")

    assert plain(known) == plain(unknown)
    with app.app_context():
        assert db.session.query(OutboxMessage).count() == 1


# --- second step -------------------------------------------------------------------------------------


def code_now(app, person_id):
    with app.app_context():
        totp = app.extensions["security"].totp_factory
        assert isinstance(totp, Totp)
        return totp.generate_totp_password(queries.get_person(person_id).tf_totp_secret)


@pytest.fixture
def trainer_id(app):
    with app.app_context():
        person = make_person(RoleName.TRAINER, username="teacher", password=PASSWORD)
        secret = app.extensions["security"].totp_factory.generate_totp_secret()
        person.tf_primary_method, person.tf_totp_secret = "authenticator", secret
        db.session.commit()
        return person.id


def test_a_second_step_is_set_up_and_then_asked_for(app):
    with app.app_context():
        person_id = make_person(RoleName.TRAINER, username="newteacher", password=PASSWORD).id
    client = app.test_client()
    enter(client, "newteacher")
    assert client.get("/tf-setup").status_code == 200
    page = client.post("/tf-setup", data={"setup": "authenticator"})
    assert page.status_code == 200
    assert "data:image" in page.text
    action = re.search(r'action="(/tf-setup/[^"]+)"', page.text)[1]
    with client.session_transaction() as cookie:
        secret = cookie["tf_totp_secret"]
    with app.app_context():
        code = app.extensions["security"].totp_factory.generate_totp_password(secret)
    assert client.post(action, data={"code": "000000"}).status_code == 302
    with app.app_context():
        assert queries.get_person(person_id).tf_primary_method is None
    assert client.post(action, data={"code": code}).location.endswith("/account")
    with app.app_context():
        assert queries.get_person(person_id).tf_primary_method == "authenticator"
        assert "people.set_two_factor" in [
            e.action for e, _ in queries.list_person_events(person_id)
        ]
    assert "已开启" in client.get("/account").text


def test_who_has_a_second_step_must_give_the_code(app, trainer_id):
    client = app.test_client()
    response = enter(client, "teacher")
    assert response.status_code == 302
    assert "/tf-validate" in response.location
    assert not is_in(client)
    page = client.get(response.location)
    assert "填写验证码" in page.text
    wrong = client.post("/tf-validate", data={"code": "000000"})
    assert "验证码不对" in wrong.text
    assert not is_in(client)
    assert client.post("/tf-validate", data={"code": code_now(app, trainer_id)}).status_code == 302
    assert is_in(client)


def test_the_code_alone_opens_nothing(app, trainer_id):
    client = app.test_client()
    client.post("/tf-validate", data={"code": code_now(app, trainer_id)})
    assert not is_in(client)


def test_recovery_codes_help_once_and_are_not_stored_in_the_clear(app, trainer_id, sign_in):
    client = app.test_client()
    enter(client, "teacher")
    client.post("/tf-validate", data={"code": code_now(app, trainer_id)})
    page = client.post("/mf-recovery-codes", data={"generate_new_codes": "y"}).text
    codes = re.findall(r"\b[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}\b", page)
    assert len(codes) == 5
    with app.app_context():
        assert codes[0] not in str(queries.get_person(trainer_id).mf_recovery_codes)
    fresh = app.test_client()
    enter(fresh, "teacher")
    assert fresh.get("/mf-recovery").status_code == 200
    assert fresh.post("/mf-recovery", data={"code": codes[0]}).status_code == 302
    assert is_in(fresh)
    again = app.test_client()
    enter(again, "teacher")
    again.post("/mf-recovery", data={"code": codes[0]})
    assert not is_in(again)


def test_a_call_for_help_reaches_the_admins(app, trainer_id):
    with app.app_context():
        admin_id = make_person(RoleName.ADMIN).id
    client = app.test_client()
    enter(client, "teacher")
    for _ in range(2):
        assert client.post("/tf-rescue", data={"help_setup": "help"}).status_code == 200
    with app.app_context():
        message = db.session.query(OutboxMessage).filter_by(kind="people.two_factor_help").one()
        assert (message.person_id, message.link) == (admin_id, f"/people/{trainer_id}")


# --- limits ------------------------------------------------------------------------------------------


@pytest.fixture
def limited(tmp_path):
    """An application of its own with limits on: they count across requests, which a rolled-back one does not mind."""
    app = build_app(make_settings(tmp_path, f"sqlite:///{tmp_path / 'limits.sqlite3'}"))
    with app.app_context():
        make_person(username="k0231", email="a@example.com", password=PASSWORD)
        make_person(username="k0232", password=PASSWORD)
    app.config["RATELIMIT_ENABLED"] = True
    limiter.init_app(app)
    yield app
    limiter.enabled = False
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_guessing_one_password_is_slowed_and_a_colleague_is_not(limited):
    for _ in range(6):
        assert enter(limited.test_client(), "k0231", "wrong").status_code == 200
    refused = enter(limited.test_client(), "K0231 ")
    assert refused.status_code == 429
    assert "点得太快了" in refused.text
    assert enter(limited.test_client(), "k0232").status_code == 302
    assert limited.test_client().get("/login").status_code == 200
    other = limited.test_client().post(
        "/login",
        data={"identity": "k0231", "password": PASSWORD},
        environ_base={"REMOTE_ADDR": "10.0.0.9"},
    )
    assert other.status_code == 302


def test_an_office_behind_one_address_may_sign_in_all_at_once(limited):
    for _ in range(80):
        assert enter(limited.test_client(), "k0232").status_code == 302


def test_trying_many_names_from_one_address_is_slowed(limited):
    statuses = [enter(limited.test_client(), f"name{n}", "wrong").status_code for n in range(62)]
    assert statuses[:60] == [200] * 60
    assert statuses[60:] == [429, 429]


def test_mails_for_one_address_are_few(limited):
    statuses = [
        limited.test_client().post("/reset", data={"email": "a@example.com"}).status_code
        for _ in range(5)
    ]
    assert statuses == [200, 200, 200, 429, 429]
