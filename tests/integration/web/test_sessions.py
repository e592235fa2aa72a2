"""Session cookies are checked once; what is remembered of one is never shared, nor kept longer than the cookie's life."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask, Request
from flask.sessions import SecureCookieSession

from lms.web import sessions
from lms.web.sessions import RememberedCookies
from tests.conftest import NOON, SignIn
from tests.factories.people import make_person


class Watched(RememberedCookies):
    """Counts how often a signature is checked."""

    def __init__(self) -> None:
        super().__init__()
        self.checks = 0

    def get_signing_serializer(self, app: Flask):
        self.checks += 1
        return super().get_signing_serializer(app)


@pytest.fixture
def watched() -> Watched:
    return Watched()


def cookie_of(app: Flask, **content: object) -> str:
    """Return a cookie with this content, signed now."""
    serializer = RememberedCookies().get_signing_serializer(app)
    assert serializer is not None
    signed = serializer.dumps(content)
    return signed.decode() if isinstance(signed, bytes) else signed


def request_with(app: Flask, cookie: str | None) -> Request:
    headers = {} if cookie is None else {"Cookie": f"{app.config['SESSION_COOKIE_NAME']}={cookie}"}
    with app.test_request_context("/", headers=headers) as context:
        return context.request


def open_with(watched: Watched, app: Flask, cookie: str | None) -> SecureCookieSession:
    found = watched.open_session(app, request_with(app, cookie))
    assert type(found) is SecureCookieSession
    return found


def test_the_product_uses_it(app: Flask) -> None:
    assert type(app.session_interface) is RememberedCookies


def test_a_signature_is_checked_once(app: Flask, watched: Watched) -> None:
    cookie = cookie_of(app, _user_id="a", _fresh=True, lang="en")
    for _ in range(3):
        opened = open_with(watched, app, cookie)
        assert dict(opened) == {"_user_id": "a", "_fresh": True, "lang": "en"}
        assert not opened.modified
        assert not opened.new
    assert watched.checks == 1
    other = cookie_of(app, _user_id="b")
    assert dict(open_with(watched, app, other)) == {"_user_id": "b"}
    assert dict(open_with(watched, app, cookie))["_user_id"] == "a"
    assert watched.checks == 2


def test_no_cookie_is_an_empty_session(app: Flask, watched: Watched) -> None:
    assert dict(open_with(watched, app, None)) == {}


def test_a_forged_cookie_is_never_opened(app: Flask, watched: Watched) -> None:
    cookie = cookie_of(app, _user_id="a")
    content, _, rest = cookie.partition(".")
    stamp, _, signature = rest.partition(".")
    forged = cookie_of(app, _user_id="b").partition(".")[0]
    assert dict(open_with(watched, app, cookie)) == {"_user_id": "a"}
    for wrong in (
        f"{forged}.{stamp}.{signature}",
        f"{content}.{stamp}.{signature[:-2]}",
        f"{content}.{stamp}",
        f"{cookie}x",
        "",
        "nonsense",
    ):
        for _ in range(2):  # nor is it remembered
            assert dict(open_with(watched, app, wrong)) == {}
    assert watched.checks == 13


def test_a_cookie_is_refused_after_its_life_though_remembered(app: Flask, watched: Watched) -> None:
    lifetime = app.permanent_session_lifetime
    with time_machine.travel(NOON, tick=False) as clock:
        cookie = cookie_of(app, _user_id="a")
        assert dict(open_with(watched, app, cookie)) == {"_user_id": "a"}
        clock.shift(lifetime - timedelta(seconds=1))
        assert dict(open_with(watched, app, cookie)) == {"_user_id": "a"}
        assert watched.checks == 1
        clock.shift(timedelta(seconds=2))
        assert dict(open_with(watched, app, cookie)) == {}


def test_a_cookie_read_late_is_not_kept_longer_for_it(app: Flask, watched: Watched) -> None:
    """Its life counts from the signature, not from when this process saw it first."""
    lifetime = app.permanent_session_lifetime
    with time_machine.travel(NOON, tick=False) as clock:
        cookie = cookie_of(app, _user_id="a")
        clock.shift(lifetime - timedelta(seconds=5))
        assert dict(open_with(watched, app, cookie)) == {"_user_id": "a"}
        clock.shift(timedelta(seconds=6))
        assert dict(open_with(watched, app, cookie)) == {}


@pytest.mark.parametrize(
    "content", [{"_flashes": [("success", "答案已保存。")]}, {"a": {"b": 1}}, {"a": ["b"]}]
)
def test_what_one_request_could_change_is_not_kept(
    app: Flask, watched: Watched, content: dict[str, object]
) -> None:
    cookie = cookie_of(app, _user_id="a", **content)
    for opened in (open_with(watched, app, cookie), open_with(watched, app, cookie)):
        assert dict(opened) == {"_user_id": "a", **content}
        for value in opened.values():
            if isinstance(value, list | dict):
                value.clear()
    assert watched.checks == 2
    assert dict(open_with(watched, app, cookie)) == {"_user_id": "a", **content}


def test_a_change_stays_in_its_request(app: Flask, watched: Watched) -> None:
    cookie = cookie_of(app, _user_id="a", lang="en")
    for _ in range(2):
        opened = open_with(watched, app, cookie)
        assert dict(opened) == {"_user_id": "a", "lang": "en"}
        opened["_user_id"] = "b"
        opened["more"] = 1
        del opened["lang"]
        assert opened.modified
    assert watched.checks == 1


def test_the_memory_has_an_end(
    app: Flask, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "KEPT_AT_MOST", 2)
    cookies = [cookie_of(app, _user_id=name) for name in "abc"]
    for cookie in cookies:
        open_with(watched, app, cookie)
    assert watched.checks == 3
    open_with(watched, app, cookies[2])
    assert watched.checks == 3
    open_with(watched, app, cookies[0])
    assert watched.checks == 4


def test_an_old_cookie_knows_nothing_of_what_came_after_it(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        person_id = make_person().id
    client = sign_in(person_id)
    name = app.config["SESSION_COOKIE_NAME"]
    before = client.get_cookie(name)
    assert before is not None
    assert 'lang="zh-Hans"' in client.get("/account").text
    assert client.post("/language/en", data={"next": "/account"}).status_code == 302
    after = client.get_cookie(name)
    assert after is not None
    assert after.value != before.value
    assert 'lang="en"' in client.get("/account").text
    other = app.test_client()
    other.set_cookie(name, before.value)
    assert 'lang="zh-Hans"' in other.get("/account").text
    assert client.post("/logout").status_code == 302
    assert client.get("/account").status_code == 302
