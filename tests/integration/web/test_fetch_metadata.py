"""What another site made a browser send is refused; a page of ours needs no token where the browser says so."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import NOON, SignIn
from tests.factories.people import PASSWORD, make_person
from tests.integration.quizzes.test_candidate_pages import begin

JSON = {"Accept": "application/json"}
OTHERS = [
    {},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": ""},
    {"Sec-Fetch-Site": "Same-Origin"},
    {"Sec-Fetch-Site": "cross-site, same-origin"},
    {"Origin": "http://localhost"},
    {"Referer": "http://localhost/account"},
]
OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def page(
    app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> tuple[FlaskClient, int, str]:
    """A candidate in an exam, before tokens are asked for: client, attempt, token of the session."""
    monkeypatch.setattr("lms.clock.now_utc", lambda: NOON)
    client, attempt_id, _ = begin(app, sign_in)
    token = client.get(f"/attempts/{attempt_id}/state").json["csrf_token"]
    return client, attempt_id, token


@pytest.fixture
def guarded(app: Flask, page, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask for tokens, as in the real product."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)


def choose(client: FlaskClient, headers: dict[str, str], **data: str) -> TestResponse:
    return client.post("/language/en", data={"next": "/account", **data}, headers=JSON | headers)


def save(client: FlaskClient, attempt_id: int, headers: dict[str, str]) -> TestResponse:
    return client.put(
        f"/attempts/{attempt_id}/responses/1",
        json={"seq": 1, "response": {}},
        headers=JSON | headers,
    )


def test_our_own_page_needs_no_token(page, guarded) -> None:
    client, attempt_id, _ = page
    assert choose(client, OURS).location == "/account"
    assert 'lang="en"' in client.get("/account").text
    saved = save(client, attempt_id, OURS)
    assert (saved.status_code, saved.json["seq"]) == (200, 1)


@pytest.mark.parametrize("headers", OTHERS, ids=str)
def test_everything_else_is_refused_without_a_token(page, guarded, headers) -> None:
    client, attempt_id, _ = page
    for refused in (choose(client, headers), save(client, attempt_id, headers)):
        assert (refused.status_code, refused.json["code"]) == (400, "csrf")
    assert 'lang="zh-Hans"' in client.get("/account").text
    assert client.get(f"/attempts/{attempt_id}/state").json["responses"] == {}


@pytest.mark.parametrize("headers", OTHERS, ids=str)
def test_a_token_will_do(page, guarded, headers) -> None:
    client, attempt_id, token = page
    assert choose(client, headers, csrf_token=token).location == "/account"
    assert save(client, attempt_id, headers | {"X-CSRFToken": token}).status_code == 200


def test_a_wrong_token_will_not(page, guarded) -> None:
    client, attempt_id, token = page
    wrong = token[:-3] + "abc"
    assert choose(client, {}, csrf_token=wrong).status_code == 400
    assert save(client, attempt_id, {"X-CSRFToken": wrong}).status_code == 400


def test_a_form_of_the_library_takes_the_browsers_word_too(app: Flask, page, guarded) -> None:
    with app.app_context():
        make_person(username="k0231", password=PASSWORD)
    data = {"identity": "k0231", "password": PASSWORD}
    client = app.test_client()
    assert client.post("/login", data=data, headers=JSON).status_code == 400
    assert client.post("/login", data=data, headers=OURS).status_code == 302
    assert client.get("/account").status_code == 200


def test_pages_still_carry_a_token_for_browsers_that_do_not_say(page, guarded) -> None:
    client, _, _ = page
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/account").text)
    assert found
    assert choose(client, {}, csrf_token=found[1]).status_code == 302
