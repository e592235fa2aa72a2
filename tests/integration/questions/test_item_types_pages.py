"""Items of every type on their own page and in the recall of a lesson."""

import html
import re

import pytest
from sqlalchemy import select

from lms.db import db
from lms.people.domain.roles import RoleName
from lms.questions.domain.items import item_as_json, sample_responses
from lms.questions.models import ItemVersion, RecallAnswer
from tests.factories.curriculum import make_enrolment, make_programme
from tests.factories.item_types import ESSAY, TYPED, fields_of, make_typed_bank
from tests.factories.people import make_person
from tests.factories.questions import make_bank, make_item

HX = {"HX-Request": "true"}


def words_of(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", page))


@pytest.mark.parametrize("name", [*TYPED, "essay", "single"])
def test_the_page_of_an_item_shows_its_face_and_its_key(app, sign_in, name: str) -> None:
    with app.app_context():
        make_typed_bank()
        client = sign_in(make_person(RoleName.TRAINER).id)
    reply = client.get(f"/items/typed-{name}")
    assert reply.status_code == 200
    words = words_of(reply.text)
    assert "{{" not in words
    item = ESSAY if name == "essay" else TYPED.get(name)
    if item is not None:
        for row in item.explained(item.parse({}), None).rows:
            assert any(text in words for text in row.right)
    assert client.get("/banks/typed?format=xlsx").status_code == 200


@pytest.mark.parametrize("headers", [{}, HX])
@pytest.mark.parametrize("name", list(TYPED))
def test_every_type_in_recall(app, sign_in, name: str, headers) -> None:
    with app.app_context():
        programme = make_programme()
        lesson = programme.stages[0].modules[0].lessons[0].key
        person = make_person()
        make_enrolment(person, programme)
        bank = make_bank(0, key="law")
        item = TYPED[name]
        version = make_item(
            bank, key="law-r1", purpose="recall", body=item_as_json(item), lesson_key=lesson
        )
        version_id, person_id = version.id, person.id
    client = sign_in(person_id)
    url = f"/lessons/{lesson}/recall"
    asked = client.get(url, headers=headers)
    assert asked.status_code == 200
    assert item.explanation not in asked.text
    empty = client.post(url, data={"version": version_id}, headers=headers)
    assert empty.status_code == 422
    assert "还没答完整" in empty.text
    wrong = sample_responses(item).wrong[-1]
    fields = {name.partition(":")[2]: value for name, value in fields_of(1, wrong).items()}
    missed = client.post(
        url, data={"version": version_id, **fields}, headers=headers, follow_redirects=True
    )
    assert missed.status_code == 200
    assert "这题没答对" in missed.text
    raw = sample_responses(item).right[0]
    fields = {name.partition(":")[2]: value for name, value in fields_of(1, raw).items()}
    done = client.post(
        url, data={"version": version_id, **fields}, headers=headers, follow_redirects=True
    )
    assert done.status_code == 200
    words = words_of(done.text)
    assert "答对了" in words
    assert item.explanation in words
    with app.app_context():
        given = db.session.scalars(select(RecallAnswer).order_by(RecallAnswer.id)).all()
        assert [answer.is_right for answer in given] == [False, True]
        assert db.session.get_one(ItemVersion, version_id).presented_at is not None
