"""Coming into a sitting that asks for a password, a network, a pledge."""

import pytest

from lms.db import db
from lms.people.limits import limiter
from lms.people.models import Person
from lms.quizzes.domain.rules import SittingRules, TimeoutRule
from lms.quizzes.services import start_attempt
from tests.conftest import NOON, build_app, make_settings
from tests.factories.quizzes import make_exam

SECRET = "开门见山"
PLEDGE = "我独立作答，不把题目告诉别人。"
HOME = {"REMOTE_ADDR": "203.0.113.9"}
OFFICE = {"REMOTE_ADDR": "10.1.2.3"}


@pytest.fixture
def opened(app, sign_in, noon):
    """Return a function: rules -> a signed-in candidate's client and the sitting."""

    def make(**rules):
        with app.app_context():
            exam = make_exam(sitting={"rules": SittingRules(**rules)})
            return sign_in(exam.person_id), exam.sitting_id, exam.person_id

    return make


def start(client, sitting_id: int, where=None, **fields):
    return client.post(f"/sittings/{sitting_id}/start", data=fields, environ_base=where or {})


def test_a_usual_sitting_asks_for_nothing(opened) -> None:
    client, sitting_id, _ = opened()
    page = client.get(f"/sittings/{sitting_id}/rules").text
    assert 'name="password"' not in page
    assert 'name="pledged"' not in page
    assert "这场另外要求" not in page
    assert start(client, sitting_id).status_code == 303


def test_the_password_opens_the_paper_and_is_in_no_response(opened) -> None:
    client, sitting_id, _ = opened(password=SECRET, pledge=PLEDGE)
    replies = [
        client.get(f"/sittings/{sitting_id}/rules"),
        client.get("/quizzes"),
        start(client, sitting_id),
        start(client, sitting_id, password="开门", pledged="yes"),
        start(client, sitting_id, password=SECRET),  # the pledge is missing
    ]
    assert [one.status_code for one in replies] == [200, 200, 422, 422, 422]
    assert "口令不对" in replies[3].text
    assert 'name="password"' in replies[3].text
    assert "请先勾选承诺" in replies[4].text
    begun = start(client, sitting_id, password=f" {SECRET} ", pledged="yes")
    assert begun.status_code == 303
    replies += [begun, client.get(begun.location), client.get(f"/sittings/{sitting_id}/rules")]
    for reply in replies:
        assert SECRET not in reply.text
        assert SECRET not in str(reply.headers)


def test_the_pledge_is_read_and_never_ticked_beforehand(opened) -> None:
    client, sitting_id, _ = opened(pledge=PLEDGE)
    for page in (
        client.get(f"/sittings/{sitting_id}/rules").text,
        start(client, sitting_id).text,
    ):
        assert PLEDGE in page
        box = page[page.index('name="pledged"') :].split(">")[0]
        assert "checked" not in box
    assert start(client, sitting_id, pledged="yes").status_code == 303


def test_only_the_network_of_the_company_starts_and_opens_the_paper(opened) -> None:
    client, sitting_id, _ = opened(networks=("10.0.0.0/8",), password=SECRET)
    page = client.get(f"/sittings/{sitting_id}/rules", environ_base=HOME).text
    assert "你现在不在公司指定的网络里" in page
    refused = start(client, sitting_id, HOME, password=SECRET)
    assert refused.status_code == 422
    assert "口令不对" not in refused.text
    begun = start(client, sitting_id, OFFICE, password=SECRET)
    assert begun.status_code == 303
    away = client.get(begun.location, environ_base=HOME)
    assert (away.status_code, away.location) == (302, f"/sittings/{sitting_id}/rules")
    assert "不在公司指定的网络里" in client.get(away.location, environ_base=HOME).text
    assert client.get(begun.location, environ_base=OFFICE).status_code == 200
    # An address that changes on the way loses no answer.
    saved = client.put(
        f"{begun.location}/responses/1",
        json={"seq": 1, "response": {"chosen": []}},
        environ_base=HOME,
    )
    assert saved.status_code == 200
    # Who goes on needs the network, and no password again.
    assert start(client, sitting_id, HOME).status_code == 422
    assert start(client, sitting_id, OFFICE).location == begun.location


@pytest.fixture
def limited(tmp_path, noon):
    """An application of its own with limits on, as for signing in."""
    app = build_app(make_settings(tmp_path, f"sqlite:///{tmp_path / 'limits.sqlite3'}"))
    app.config["RATELIMIT_ENABLED"] = True
    limiter.init_app(app)
    yield app
    limiter.enabled = False
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_guesses_are_limited_and_reading_is_not(limited) -> None:
    with limited.app_context():
        exam = make_exam(people=2, sitting={"rules": SittingRules(password=SECRET)})
        sitting_id = exam.sitting_id
        keys = [db.session.get_one(Person, one).fs_uniquifier for one in exam.person_ids]
    clients = []
    for key in keys:
        client = limited.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = key, True
        clients.append(client)
    guesser, neighbour = clients
    codes = [start(guesser, sitting_id, password="猜").status_code for _ in range(12)]
    assert codes == [422] * 10 + [429] * 2
    assert start(guesser, sitting_id, password=SECRET).status_code == 429
    assert guesser.get(f"/sittings/{sitting_id}/rules").status_code == 200
    assert start(neighbour, sitting_id, password=SECRET).status_code == 303
    # What is right costs nothing: the one who is in may press as often as nerves ask for.
    again = [start(neighbour, sitting_id, password=SECRET).status_code for _ in range(12)]
    assert again == [303] * 12


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({}, "自动交卷"),
        ({"timeout": TimeoutRule.GRACE, "grace_minutes": 7}, "7 分钟内还能补传"),
        ({"timeout": TimeoutRule.ABANDON}, "这一次作废"),
        ({"watermark": True}, "印着你的姓名"),
        ({"networks": ("10.0.0.0/8",)}, "公司指定的网络"),
        ({}, "离开考试页面 3 秒以上"),
    ],
)
def test_the_rules_page_says_how_the_sitting_is_run(opened, rules, words: str) -> None:
    client, sitting_id, _ = opened(**rules)
    assert words in client.get(f"/sittings/{sitting_id}/rules", environ_base=OFFICE).text


@pytest.mark.parametrize("watermark", [True, False])
def test_the_name_stands_behind_the_paper_where_the_sitting_says_so(
    app, opened, watermark: bool
) -> None:
    client, sitting_id, person_id = opened(watermark=watermark)
    with app.app_context():
        attempt_id = start_attempt(sitting_id, person_id=person_id, now=NOON)
        db.session.commit()
    page = client.get(f"/attempts/{attempt_id}").text
    assert ('class="watermark" aria-hidden="true"' in page) is watermark
    assert "style=" not in page
