"""Signing in while too many do: who comes on top is asked to come again, and loses nothing by it."""

from collections.abc import Iterator
from pathlib import Path
from threading import BoundedSemaphore

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms.db import db
from lms.people.hashing import PatientContext
from lms.people.limits import limiter
from tests.conftest import build_app, make_settings
from tests.factories.people import PASSWORD, make_person

# The library still gives its radio buttons as tuples, which WTForms 3.4 will refuse.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Passing SelectField choices as tuples:DeprecationWarning"
)

BUSY = "现在登录的人很多"
WRONG = "账号或密码不对"
SAYS_WHERE = {"X-Says-Where": "1"}


@pytest.fixture
def person_id(app: Flask) -> int:
    with app.app_context():
        return make_person(username="k0231", email="xiaoman@example.com", password=PASSWORD).id


def context_of(app: Flask) -> PatientContext:
    context = app.extensions["security"].pwd_context
    assert isinstance(context, PatientContext)
    return context


def take_all_places(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    places = BoundedSemaphore(1)
    places.acquire()
    monkeypatch.setattr(context_of(app), "_places", places)


def enter(
    client: FlaskClient,
    password: str = PASSWORD,
    *,
    path: str = "/login",
    headers: dict[str, str] | None = None,
) -> TestResponse:
    data = {"identity": "k0231", "password": password}
    return client.post(path, data=data, headers={"Accept-Language": "zh", **(headers or {})})


def is_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def test_a_page_asks_to_come_again(
    app: Flask, person_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = app.test_client()
    with monkeypatch.context() as patch:
        take_all_places(app, patch)
        reply = enter(client)
        assert reply.status_code == 503
        assert int(reply.headers["Retry-After"]) > 0
        assert BUSY in reply.text
        assert "<h1" in reply.text
        assert not is_in(client)
        # The page itself can be read all the same.
        assert client.get("/login").status_code == 200
    assert enter(client).status_code == 302
    assert is_in(client)


def test_the_pages_script_is_told_in_few_words(
    app: Flask, person_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = app.test_client()
    with monkeypatch.context() as patch:
        take_all_places(app, patch)
        for password in (PASSWORD, "wrong"):
            reply = enter(client, password, headers=SAYS_WHERE)
            assert (reply.status_code, reply.json) == (503, {"code": "too_many_sign_in"})
            assert int(reply.headers["Retry-After"]) > 0
        assert not is_in(client)
    assert enter(client, headers=SAYS_WHERE).status_code == 200
    assert is_in(client)


@pytest.mark.parametrize("headers", [{}, SAYS_WHERE], ids=["page", "script"])
def test_the_last_place_taken_between_the_look_and_the_hash(
    app: Flask, person_id: int, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]
) -> None:
    take_all_places(app, monkeypatch)
    monkeypatch.setattr(context_of(app), "check_place", lambda: None, raising=False)
    client = app.test_client()
    reply = enter(client, headers=headers)
    assert reply.status_code == 503
    assert int(reply.headers["Retry-After"]) > 0
    assert (reply.json == {"code": "too_many_sign_in"}) if headers else (BUSY in reply.text)
    assert not is_in(client)


def test_whatever_else_needs_a_hash_says_the_same(
    app: Flask, person_id: int, sign_in, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(person_id)
    take_all_places(app, monkeypatch)
    new = dict.fromkeys(("new_password", "new_password_confirm"), "a-new-horse-8")
    reply = client.post(
        "/change", data={"password": PASSWORD, **new}, headers={"Accept-Language": "zh"}
    )
    assert reply.status_code == 503
    assert int(reply.headers["Retry-After"]) > 0
    monkeypatch.undo()
    # Nothing was changed.
    assert enter(app.test_client()).status_code == 302


def test_the_script_is_told_where_to_go_on(app: Flask, person_id: int) -> None:
    client = app.test_client()
    reply = enter(client, headers=SAYS_WHERE)
    assert (reply.status_code, reply.json) == (200, {"location": "/"})
    assert is_in(client)
    client = app.test_client()
    reply = enter(client, path="/login?next=/account", headers=SAYS_WHERE)
    assert (reply.status_code, reply.json) == (200, {"location": "/account"})
    assert is_in(client)
    stranger = enter(
        app.test_client(), path="/login?next=https://example.com/x", headers=SAYS_WHERE
    )
    assert not stranger.is_json  # a page says that it leads nowhere
    # Without a script a browser is led on.
    plain = enter(app.test_client(), path="/login?next=/account")
    assert (plain.status_code, plain.location) == (302, "/account")


def test_what_is_wrong_stands_in_a_page(app: Flask, person_id: int) -> None:
    client = app.test_client()
    reply = enter(client, "wrong", headers=SAYS_WHERE)
    assert reply.status_code == 200
    assert reply.mimetype == "text/html"
    assert WRONG in reply.text
    assert not is_in(client)


def test_others_write_while_a_password_is_looked_at(
    app: Flask, person_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = context_of(app)
    verify = context.verify
    open_while_hashing: list[bool] = []

    def look(*args: object, **kwargs: object) -> bool:
        open_while_hashing.append(db.session().in_transaction())
        return verify(*args, **kwargs)

    monkeypatch.setattr(context, "verify", look, raising=False)
    assert enter(app.test_client(), "wrong").status_code == 200
    client = app.test_client()
    assert enter(client).status_code == 302
    assert is_in(client)
    with app.app_context():
        # Only on SQLite do writers stand in a line; a transaction that reads is in nobody's way elsewhere.
        waits = db.session.get_bind().dialect.name == "postgresql"
    assert open_while_hashing == [waits, waits]


# --- limits ------------------------------------------------------------------------------------------


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Flask]:
    """An application of its own with limits on: they count across requests."""
    app = build_app(make_settings(tmp_path, f"sqlite:///{tmp_path / 'busy.sqlite3'}"))
    with app.app_context():
        make_person(username="k0231", password=PASSWORD)
    app.config["RATELIMIT_ENABLED"] = True
    limiter.init_app(app)
    yield app
    limiter.enabled = False
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_waiting_is_no_failed_try(limited: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    context = context_of(limited)
    with monkeypatch.context() as patch:
        take_all_places(limited, patch)
        for headers in ({}, SAYS_WHERE):
            for _ in range(8):
                assert enter(limited.test_client(), "wrong", headers=headers).status_code == 503
        patch.setattr(context, "check_place", lambda: None, raising=False)
        for headers in ({}, SAYS_WHERE):
            for _ in range(8):
                assert enter(limited.test_client(), "wrong", headers=headers).status_code == 503
    # All six tries are still there, and wrong ones count, however they are asked.
    for headers in ({}, SAYS_WHERE) * 3:
        assert enter(limited.test_client(), "wrong", headers=headers).status_code == 200
    assert enter(limited.test_client(), headers=SAYS_WHERE).status_code == 429


def test_what_succeeds_for_a_script_is_no_failed_try(limited: Flask) -> None:
    for _ in range(8):
        assert enter(limited.test_client(), headers=SAYS_WHERE).status_code == 200
