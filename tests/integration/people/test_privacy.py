import pytest

from lms.db import db
from lms.people import queries, services
from lms.people.domain.roles import RoleName
from lms.people.models import PrivacyNotice
from lms.people.services.privacy import SHIPPED
from tests.conftest import NOON
from tests.factories.people import make_consent, make_person, make_privacy_notice


@pytest.fixture
def person_id(app):
    with app.app_context():
        return make_person().id


def publish(app, version=1):
    with app.app_context():
        make_privacy_notice(version=version)


def test_without_a_notice_nobody_is_led_anywhere(sign_in, person_id):
    assert sign_in(person_id).get("/account").status_code == 200


def test_every_page_leads_to_the_notice_first_and_back(app, sign_in, person_id):
    publish(app)
    client = sign_in(person_id)
    response = client.get("/account?x=1")
    assert (response.status_code, response.location) == (303, "/privacy?next=/account?x%3D1")
    page = client.get(response.location)
    assert page.status_code == 200
    assert 'value="/account?x=1"' in page.text
    box = (
        page.text.split('id="accepted"')[0].rsplit("<input", 1)[1]
        + page.text.split('id="accepted"')[1].split(">")[0]
    )
    assert "checked" not in box
    response = client.post("/privacy", data={"accepted": "y", "next": "/account?x=1"})
    assert (response.status_code, response.location) == (303, "/account?x=1")
    assert client.get("/account").status_code == 200


def test_without_the_tick_nothing_is_accepted(app, sign_in, person_id):
    publish(app)
    client = sign_in(person_id)
    response = client.post("/privacy", data={})
    assert response.status_code == 422
    assert "请先勾选" in response.text
    with app.app_context():
        assert queries.find_consent(person_id, 1) is None
    assert client.get("/account").status_code == 303


def test_what_was_accepted_is_kept_with_language_and_time(app, sign_in, person_id):
    publish(app)
    client = sign_in(person_id)
    with client.session_transaction() as cookie:
        cookie["lang"] = "en"
    assert "Version 1." in client.get("/privacy").text
    client.post("/privacy", data={"accepted": "y"})
    client.post("/privacy", data={"accepted": "y"})
    with app.app_context():
        consent = queries.find_consent(person_id, 1)
        assert consent.locale == "en"
        events = [event for event, _ in queries.list_person_events(person_id)]
        assert [event.action for event in events] == ["people.accept_privacy"]
        assert events[0].facts["sha256"] == consent.notice.sha256


def test_a_new_version_is_asked_for_again(app, sign_in, person_id):
    publish(app)
    client = sign_in(person_id)
    client.post("/privacy", data={"accepted": "y"})
    assert client.get("/account").status_code == 200
    publish(app, version=2)
    assert client.get("/account").status_code == 303
    assert "第 2 版" in client.get("/privacy").text


def test_an_acceptance_of_another_day_counts_on_a_new_device(app, sign_in, person_id):
    with app.app_context():
        make_consent(queries.get_person(person_id), make_privacy_notice())
    assert sign_in(person_id).get("/account").status_code == 200


def test_the_mark_of_one_person_is_not_that_of_the_next_on_the_same_device(app, sign_in, person_id):
    publish(app)
    client = sign_in(person_id)
    client.post("/privacy", data={"accepted": "y"})
    with app.app_context():
        other = make_person()
        key = other.fs_uniquifier
    with client.session_transaction() as cookie:
        cookie["_user_id"] = key
    assert client.get("/account").status_code == 303


def test_what_is_sent_is_never_held_up(app, sign_in, person_id):
    publish(app)
    client = sign_in(person_id)
    assert client.post("/account/language/en").location == "/account"
    assert client.put("/attempts/1/responses/1", json={}).status_code != 303
    assert client.get("/account", headers={"HX-Request": "true"}).status_code == 200
    assert client.get("/account", headers={"Accept": "application/json"}).status_code == 200
    assert client.get("/attempts/1").status_code != 303


@pytest.mark.parametrize(
    "path",
    [
        "/healthz",
        "/static/css/base.css",
        "/logout",
        "/verify",
        "/invitation/x",
        "/people-static/people/people.css",
    ],
)
def test_public_pages_are_open_without_acceptance(app, sign_in, person_id, path):
    publish(app)
    with sign_in(person_id).get(path) as response:
        assert "/privacy" not in (response.location or "")


def test_the_next_page_is_one_of_ours(app, sign_in, person_id):
    publish(app)
    client = sign_in(person_id)
    response = client.post("/privacy", data={"accepted": "y", "next": "https://evil.example/"})
    assert response.location == "/"
    response = client.post("/privacy", data={"accepted": "y", "next": "//evil.example/"})
    assert response.location == "/"


def test_publishing_the_same_texts_changes_nothing(session):
    first = services.publish_privacy_notice(text_zh="甲", text_en="a", now=NOON)
    assert services.publish_privacy_notice(text_zh="甲", text_en="a", now=NOON) is first
    second = services.publish_privacy_notice(text_zh="甲", text_en="b", now=NOON)
    assert (first.version, second.version) == (1, 2)
    assert first.sha256 != second.sha256


def test_the_shipped_notice_is_complete_in_both_languages(session):
    notice = services.publish_shipped_privacy_notice(now=NOON)
    assert services.publish_shipped_privacy_notice(now=NOON).id == notice.id
    assert db.session.query(PrivacyNotice).count() == 1
    for text in (notice.text_zh, notice.text_en):
        assert text.count("\n## ") == 7
        assert text.count("[[") >= 4
        assert text.count("\n|") == 16
    assert {path.name for path in SHIPPED.iterdir()} == {"v1.zh.md", "v1.en.md"}


def test_an_operator_who_edits_the_shipped_text_publishes_a_new_version(session, tmp_path):
    for name in ("v1.zh.md", "v1.en.md", "v2.zh.md", "v2.en.md", "v10.zh.md", "v10.en.md"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    assert services.publish_shipped_privacy_notice(now=NOON, folder=tmp_path).text_zh == "v10.zh.md"
    (tmp_path / "v10.zh.md").write_text("改过", encoding="utf-8")
    assert services.publish_shipped_privacy_notice(now=NOON, folder=tmp_path).version == 2


def test_what_waits(app, person_id):
    with app.test_request_context(), app.app_context():
        learner, hr = queries.get_person(person_id), make_person(RoleName.HR)
        assert queries.list_waiting(learner, NOON) == []
        invited = [make_person(), make_person()]
        for person in invited:
            services.invite(person, actor_id=None, now=NOON)
            services.invite(person, actor_id=None, now=NOON)
        (found,) = queries.list_waiting(hr, NOON)
        assert (found.kind, found.facts, found.since) == ("people.invitations", {"count": 2}, NOON)
        assert found.url == "/people?state=invited"
        make_privacy_notice()
        assert [w.kind for w in queries.list_waiting(hr, NOON)] == [
            "people.privacy",
            "people.invitations",
        ]
        assert [w.kind for w in queries.list_waiting(learner, NOON)] == ["people.privacy"]
        invited[0].password = invited[1].password = "x"
        db.session.flush()
        assert [w.kind for w in queries.list_waiting(hr, NOON)] == ["people.privacy"]


def test_the_sentences_of_what_waits(app):
    with app.test_request_context(headers={"Accept-Language": "zh"}), app.app_context():
        hr, invited = make_person(RoleName.HR), make_person()
        services.invite(invited, actor_id=None, now=NOON)
        make_privacy_notice()
        words = {}
        for waiting in queries.list_waiting(hr, NOON):
            capability, _, thing = waiting.kind.partition(".")
            template = app.jinja_env.get_template(f"{capability}/waiting/{thing}.html")
            words[thing] = template.render(w=waiting)
        assert words == {
            "privacy": "请阅读个人信息处理说明（第 1 版）",
            "invitations": "1 份邀请还没有人打开",
        }
