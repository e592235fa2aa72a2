from io import BytesIO

import pytest
from openpyxl import load_workbook

from lms.db import db
from lms.notifications import queries
from lms.notifications.models import OutboxMessage
from lms.notifications.services import mark_all_read, mark_kind_read, post, post_new
from lms.notifications.words import render, render_safely
from lms.people.domain.roles import RoleName
from tests.conftest import NOON
from tests.factories.people import make_person


def write(person, key="m1", kind="people.reset_instructions", link="/reset/abc", **facts):
    post(kind, to=person, key=key, now=NOON, link=link, **{"minutes": 120, **facts})
    db.session.commit()
    return db.session.query(OutboxMessage).filter_by(key=key).one()


@pytest.fixture
def admin(app, sign_in):
    with app.app_context():
        person_id = make_person(RoleName.ADMIN, name="管理员").id
    return sign_in(person_id)


def test_the_same_key_is_written_once(session):
    person = make_person()
    write(person)
    write(person)
    assert db.session.query(OutboxMessage).count() == 1
    post_new("people.reset_instructions", to=person, key="other", now=NOON, minutes=1)
    assert queries.count_unread(person.id) == 2


def test_one_s_own_messages_are_shown_and_opened(app, sign_in):
    with app.app_context():
        person, other = make_person(), make_person()
        message_id = write(person, link="/account").id
        other_id = write(other, key="m2").id
        person_id = person.id
    client = sign_in(person_id)
    page = client.get("/messages").text
    assert "重设你的“上岗”密码" in page
    assert f"/messages/{message_id}/open" in page
    assert f"/messages/{other_id}/open" not in page
    assert client.get(f"/messages/{message_id}/open").status_code == 405
    response = client.post(f"/messages/{message_id}/open")
    assert (response.status_code, response.location) == (303, "/account")
    with app.app_context():
        assert queries.count_unread(person_id) == 0
        assert queries.get_message(other_id).read_at is None
    assert client.post(f"/messages/{other_id}/open").status_code == 404
    assert client.post("/messages/999999/open").status_code == 404


def test_reading_a_page_marks_nothing_read(app, sign_in):
    with app.app_context():
        person = make_person()
        write(person)
        person_id = person.id
    sign_in(person_id).get("/messages")
    with app.app_context():
        assert queries.count_unread(person_id) == 1


def test_all_are_marked_read_at_once(app, sign_in):
    with app.app_context():
        person = make_person()
        for n in range(30):
            write(person, key=f"m{n}")
        person_id = person.id
    client = sign_in(person_id)
    page = client.get("/messages").text
    assert "第 1 / 2 页" in page
    assert client.post("/messages/read").status_code == 303
    assert "没有未读消息" in client.get("/messages?show=unread").text
    assert "全部标为已读" not in client.get("/messages").text


def test_an_empty_list_says_so(app, sign_in):
    with app.app_context():
        person_id = make_person().id
    assert "还没有消息" in sign_in(person_id).get("/messages").text


def test_a_message_that_has_no_words_does_not_break_the_page(app, sign_in):
    with app.app_context():
        person = make_person()
        write(person, kind="nobody.nothing")
        write(person, key="m2", link="")
        person_id = person.id
    page = sign_in(person_id).get("/messages")
    assert page.status_code == 200
    assert "nobody.nothing" in page.text


def test_words_follow_the_language_and_facts(session):
    person = make_person(name="林小满")
    message = write(person)
    words = render(message)
    assert words.subject == "重设你的“上岗”密码"
    assert "林小满" in words.body
    assert "http://127.0.0.1:8000/reset/abc" in words.body
    assert "2 小时" in words.body
    message.facts = {"person_name": "甲"}
    assert render_safely(message).body == ""


def test_only_an_admin_sees_the_outbox(app, sign_in):
    with app.app_context():
        ids = [make_person(role).id for role in RoleName if role is not RoleName.ADMIN]
        message_id = write(make_person()).id
    for person_id in ids:
        client = sign_in(person_id)
        assert client.get("/outbox").status_code == 403
        assert client.get("/outbox.xlsx").status_code == 403
        assert client.post(f"/outbox/{message_id}/retry").status_code == 403


def test_the_outbox_shows_the_full_link_to_pass_on_by_chat(app, admin):
    with app.app_context():
        write(make_person(name="林小满", email=None), link="/invitation/token-token")
    page = admin.get("/outbox").text
    assert 'data-copy="http://127.0.0.1:8000/invitation/token-token"' in page
    assert "林小满" in page
    assert "没有邮箱" in page
    assert "再发一次邮件" not in page


def test_the_outbox_is_searched_and_filtered(app, admin):
    with app.app_context():
        first = write(make_person(name="林小满"), key="m1")
        write(
            make_person(name="陈一帆", email="chen@example.com"),
            key="m2",
            kind="people.two_factor_help",
            link="/people/1",
            name="x",
        )
        first.state, first.last_error, first.tries = "failed", "550 no such user", 1
        db.session.commit()
    for query, found, missing in (
        ("q=小满", "林小满", "陈一帆"),
        ("q=chen@", "陈一帆", "林小满"),
        ("state=failed", "林小满", "陈一帆"),
        ("kind=people.two_factor_help", "陈一帆", "林小满"),
    ):
        page = admin.get(f"/outbox?{query}").text
        assert found in page, query
        assert missing not in page, query
    assert "没有这样的消息" in admin.get("/outbox?q=nobody").text
    page = admin.get("/outbox?state=failed").text
    assert "550 no such user" in page
    assert "有 1 封没有发出去" in page


def test_a_failed_message_is_queued_again(app, admin):
    with app.app_context():
        message = write(make_person())
        message.state, message.tries = "failed", 6
        db.session.commit()
        message_id = message.id
        without_id = write(make_person(email=None), key="m2").id
        sent = write(make_person(), key="m3")
        sent.state = "sent"
        db.session.commit()
        sent_id = sent.id
    response = admin.post(f"/outbox/{message_id}/retry", data={"next": "/outbox?state=failed"})
    assert (response.status_code, response.location) == (303, "/outbox?state=failed")
    with app.app_context():
        message = queries.get_message(message_id)
        assert (message.state, message.tries, message.next_try_at) == ("pending", 0, None)
    for other in (without_id, sent_id):
        assert admin.post(f"/outbox/{other}/retry").status_code == 409
    assert admin.post("/outbox/999999/retry").status_code == 404


def test_the_sheet_holds_no_link(app, admin):
    with app.app_context():
        write(make_person(name="林小满"), link="/invitation/secret-token")
    response = admin.get("/outbox.xlsx")
    rows = list(load_workbook(BytesIO(response.data)).active.iter_rows(values_only=True))
    assert rows[1][0] == "林小满"
    assert "secret-token" not in str(rows)


def test_marking_by_kind(session):
    person = make_person()
    write(person, key="m1")
    write(person, key="m2", kind="people.two_factor_help", name="x")
    mark_kind_read(person.id, "people.two_factor_help", now=NOON)
    assert queries.count_unread(person.id) == 1
    mark_all_read(person.id, now=NOON)
    assert queries.count_unread(person.id) == 0
