"""Pieces of a paper kept in memory: the same page as without them, whoever asks and in whatever language."""

import re

import pytest

from lms.db import db
from lms.people.models import Person
from lms.people.recent import forget_recent
from lms.quizzes.services import save_response
from lms.quizzes.views import fragments
from tests.conftest import NOON
from tests.factories.quizzes import get_attempt_row, make_exam
from tests.integration.quizzes.test_candidate_pages import begin


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    fragments._kept.clear()
    fragments._kept_items.clear()


def page_of(client, attempt_id: int) -> str:
    page = client.get(f"/attempts/{attempt_id}").text
    return re.sub(r'(data-remaining|data-csrf|name="csrf_token" value)="[^"]*"', "", page)


def test_a_kept_piece_makes_the_same_page(app, sign_in, noon) -> None:
    client, attempt_id, _ = begin(app, sign_in, items=6, draw=6)
    fresh = page_of(client, attempt_id)
    assert fragments._kept_items
    assert page_of(client, attempt_id) == fresh
    assert fragments.HERE not in fresh
    assert fragments.CUT not in fresh
    assert re.findall(r'id="item-(\d)"', fresh) == list("123456")
    for position in range(1, 7):
        assert f'name="r{position}"' in fresh
        assert f"第 {position} 题" in fresh


def test_people_with_the_same_items_get_their_own_positions_and_orders(app, sign_in, noon) -> None:
    with app.app_context():
        exam = make_exam(people=2, items=4, draw=4)
        sitting_id, person_ids = exam.sitting_id, exam.person_ids
    for person_id in person_ids:
        client = sign_in(person_id)
        reply = client.post(f"/sittings/{sitting_id}/start")
        attempt_id = int(reply.location.rsplit("/", 1)[1])
        page = client.get(f"/attempts/{attempt_id}").text
        with app.app_context():
            paper = get_attempt_row(attempt_id).paper
        for position, row in enumerate(paper, start=1):
            shown = re.findall(rf'name="r{position}"\s+value="([^"]+)"', page)
            assert shown == row["option_order"]


def test_an_answered_item_is_shown_with_its_answer_and_leaves_nothing_behind(
    app, sign_in, noon
) -> None:
    client, attempt_id, _ = begin(app, sign_in, items=3, draw=3)
    before = page_of(client, attempt_id)
    with app.app_context():
        row = get_attempt_row(attempt_id)
        chosen = row.paper[0]["option_order"][0]
        save_response(
            attempt_id, 1, person_id=row.person_id, seq=7, raw={"chosen": [chosen]}, now=NOON
        )
        db.session.commit()
    page = page_of(client, attempt_id)
    assert 'data-seq="7"' in page
    assert re.search(rf'value="{chosen}" checked', page)
    other, other_id, _ = begin(app, sign_in, items=3, draw=3)
    assert " checked" not in other.get(f"/attempts/{other_id}").text
    assert " checked" not in before


def test_each_language_has_its_own_pieces(app, sign_in, noon) -> None:
    client, attempt_id, _ = begin(app, sign_in, items=2, draw=2)
    assert "待检查" in page_of(client, attempt_id)
    with app.app_context():
        db.session.get_one(Person, get_attempt_row(attempt_id).person_id).locale = "en"
        db.session.commit()
    forget_recent()
    page = page_of(client, attempt_id)
    assert "待检查" not in page
    assert "Saved" in page


def test_memory_does_not_grow_for_ever(app, sign_in, noon, monkeypatch) -> None:
    monkeypatch.setattr(fragments, "PIECES_AT_MOST", 3)
    client, attempt_id, _ = begin(app, sign_in, items=6, draw=6)
    client.get(f"/attempts/{attempt_id}")
    assert 0 < len(fragments._kept) <= 3
    assert 0 < len(fragments._kept_items) <= 3
