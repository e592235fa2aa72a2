"""Banks and items in the database: versions, retirement, drawing."""

import datetime as dt

import pytest
from sqlalchemy import select

from lms.audit.models import AuditEvent
from lms.db import db
from lms.errors import InvalidInput, InvalidState, NotFound
from lms.questions import queries
from lms.questions.models import Item, ItemVersion
from lms.questions.services import (
    mark_presented,
    publish_bank,
    retire_bank,
    retire_item,
)
from tests.conftest import NOON
from tests.factories.questions import make_bank, make_item, single_body, true_false_body

pytestmark = pytest.mark.usefixtures("session")
LATER = NOON + dt.timedelta(days=1)


def actions() -> list[str]:
    return list(db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def test_a_bank_is_published_once_and_retitled():
    bank = publish_bank(key="law", title="法规", title_en="Law", origin="files", now=NOON)
    assert publish_bank(key="law", title="法规", title_en="Law", origin="files", now=LATER) is bank
    assert actions() == ["questions.publish_bank"]
    publish_bank(key="law", title="法律", title_en="Law", origin="files", now=LATER)
    assert queries.get_bank("law").title == "法律"
    assert bank.created_at == NOON
    assert len(actions()) == 2


def test_a_bank_belongs_to_who_authors_it():
    publish_bank(key="law", title="法规", title_en="Law", origin="app", now=NOON)
    with pytest.raises(InvalidState) as caught:
        publish_bank(key="law", title="法规", title_en="Law", origin="files", now=NOON)
    assert caught.value.code == "bank_of_other_origin"
    with pytest.raises(InvalidInput):
        publish_bank(key="x", title="x", title_en="x", origin="moon", now=NOON)


def test_the_same_item_twice_is_one_version():
    bank = make_bank(0)
    first = make_item(bank, key="x-01", body=single_body())
    turned = dict(reversed(list(single_body().items())))
    again = make_item(bank, key="x-01", body=turned, position=4)
    assert again is first
    item = queries.get_item("x-01")
    assert (item.version, item.position, item.state) == (1, 4, "ready")
    assert actions().count("questions.publish_item") == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"body": single_body("别的题干")},
        {"body": single_body(key="a")},
        {"body": true_false_body()},
        {"lesson_key": "other-lesson"},
        {"point": "别的"},
        {"cards": ["ecl-14"]},
        {"difficulty": "hard"},
        {"red_line": True},
    ],
)
def test_what_differs_makes_the_next_version_and_leaves_the_old(changed):
    bank = make_bank(0)
    first = make_item(bank, key="x-01")
    frozen = (first.body, first.sha256, first.lesson_key, first.point, first.created_at)
    second = make_item(bank, key="x-01", now=LATER, **changed)
    assert (second.number, second.presented_at, second.created_at) == (2, None, LATER)
    db.session.expire_all()
    assert (first.body, first.sha256, first.lesson_key, first.point, first.created_at) == frozen
    item = queries.get_item("x-01")
    assert (item.version, item.lesson_key, item.point) == (2, second.lesson_key, second.point)
    assert second.type == second.body["type"]
    assert [one.number for one in queries.list_versions(item.id)] == [1, 2]


def test_going_back_to_old_words_is_a_version_of_its_own():
    bank = make_bank(0)
    first = make_item(bank, key="x-01")
    make_item(bank, key="x-01", body=single_body("二"))
    third = make_item(bank, key="x-01")
    assert third.number == 3
    assert third.sha256 == first.sha256


def test_a_version_cannot_be_changed_by_anybody():
    version = make_item(make_bank(0))
    version.body = {**version.body, "stem": "偷偷改"}
    with pytest.raises(InvalidState) as caught:
        db.session.flush()
    assert caught.value.code == "item_version_frozen"
    assert caught.value.facts["fields"] == ["body"]
    db.session.rollback()


def test_a_malformed_item_is_refused_by_field_and_leaves_nothing():
    bank = make_bank(0)
    for changed, field in (
        ({"body": {"type": "haiku"}}, "type"),
        ({"difficulty": "simple"}, "difficulty"),
        ({"purpose": "fun"}, "purpose"),
    ):
        with pytest.raises(InvalidInput) as caught:
            make_item(bank, key="x-01", **changed)
        assert (caught.value.code, caught.value.facts["field"]) == ("item_malformed", field)
    assert queries.find_item("x-01") is None


def test_a_key_belongs_to_one_bank():
    make_item(make_bank(0, key="one"), key="x-01")
    with pytest.raises(InvalidState) as caught:
        make_item(make_bank(0, key="two"), key="x-01")
    assert caught.value.facts["bank"] == "one"


def test_drawable_items_are_ready_quiz_items_in_one_order():
    bank = make_bank(5, recall=2)
    assert [one.item.key for one in queries.list_drawable(bank.key)] == [
        f"{bank.key}-0{n}" for n in range(1, 6)
    ]
    retire_item(queries.get_item(f"{bank.key}-02"), now=NOON)
    make_item(bank, key=f"{bank.key}-03", body=single_body("新的一版"), position=3)
    drawable = queries.list_drawable(bank.key)
    assert [one.item.key[-2:] for one in drawable] == ["01", "03", "04", "05"]
    assert {one.item.key[-2:]: one.number for one in drawable}["03"] == 2
    assert len(queries.list_drawable(f"{bank.key}-nowhere")) == 0


def test_a_retired_item_comes_back_when_published_again():
    bank = make_bank(1)
    item = queries.get_item(f"{bank.key}-01")
    retire_item(item, now=NOON, actor_id=None)
    retire_item(item, now=LATER)
    assert actions().count("questions.retire_item") == 1
    body = queries.find_current_version(item).body
    facts = {"lesson_key": f"{bank.key}-lesson", "point": "要点1", "difficulty": "easy"}
    make_item(bank, key=item.key, body=body, **facts)
    assert (item.state, item.version) == ("ready", 1)
    assert actions().count("questions.publish_item") == 2


def test_a_retired_bank_gives_nothing_until_it_is_published_again():
    bank = make_bank(2, recall=1, key="law")
    retire_bank(bank, now=NOON)
    retire_bank(bank, now=LATER)
    assert bank.retired_at == NOON
    assert actions().count("questions.retire_bank") == 1
    assert len(queries.list_drawable("law")) == 0
    assert len(queries.list_recall("law-lesson")) == 0
    publish_bank(key="law", title=bank.title, title_en=bank.title_en, origin="app", now=LATER)
    assert len(queries.list_drawable("law")) == 2
    assert len(queries.list_recall("law-lesson")) == 1


def test_presented_is_the_first_time():
    bank = make_bank(2)
    one, two = queries.list_drawable(bank.key)
    mark_presented([one.id, one.id], NOON)
    mark_presented([one.id, two.id], LATER)
    mark_presented([], LATER)
    db.session.expire_all()
    assert (one.presented_at, two.presented_at) == (NOON, LATER)


def test_recall_items_of_a_lesson_in_authored_order():
    make_bank(2, recall=3, lessons=["l1", "l2"])
    assert [one.item.key[-2:] for one in queries.list_recall("l1")] == ["r1", "r3"]
    assert [one.item.key[-2:] for one in queries.list_recall("l2")] == ["r2"]


def test_get_says_not_found():
    for get, key in (
        (queries.get_bank, "x"),
        (queries.get_item, "x"),
        (queries.get_version, 999_999_999),
    ):
        with pytest.raises(NotFound):
            get(key)


def test_drawing_takes_one_query(count_queries):
    bank = make_bank(6)
    db.session.expire_all()
    key = bank.key
    with count_queries() as seen:
        assert [one.item.bank.key for one in queries.list_drawable(key)] == [key] * 6
    assert len(seen) == 1


def test_counts_by_purpose_type_and_state():
    bank, other = make_bank(4, recall=2), make_bank(1)
    retire_item(queries.get_item(f"{bank.key}-04"), now=NOON)
    counts = queries.count_items([bank.id, other.id])
    mine = counts[bank.id]
    assert mine.by_purpose == {"quiz": 3, "recall": 2}
    assert mine.by_type == {"single_response": 1, "multiple_response": 1, "true_false": 1}
    assert (mine.retired, mine.total) == (1, 5)
    assert counts[other.id].by_purpose == {"quiz": 1}
    assert db.session.query(Item).count() == 7
    assert db.session.query(ItemVersion).count() == 7


def found(bank, **wanted) -> list[str]:
    query = queries.select_items(bank.id, queries.ItemFilter(**wanted))
    return [one.item.key for one in db.session.scalars(query)]


def test_items_are_found_by_words_in_stem_options_and_key():
    bank = make_bank(0, key="b")
    make_item(bank, key="b-stem", body=single_body("保温壶能不能装 100% 果汁？"), position=1)
    make_item(bank, key="b-other", body=true_false_body("Coffee 可以装。"), position=2)
    make_item(make_bank(0), key="c-01", body=single_body("保温壶"))
    assert found(bank, words="保温壶") == ["b-stem"]
    assert found(bank, words="发抬头") == ["b-stem"]
    assert found(bank, words="coffee") == ["b-other"]
    assert found(bank, words="B-OTHER") == ["b-other"]
    assert found(bank, words="100%") == ["b-stem"]
    assert found(bank, words="1_0%") == []
    assert found(bank, words="发票有求必开") == ["b-stem"], "feedback is searched too"
    assert found(bank, words="options") == []
    assert found(bank) == ["b-stem", "b-other"]


def test_items_are_found_in_their_present_words_only():
    bank = make_bank(0)
    make_item(bank, key="x-01", body=single_body("旧的题干"))
    make_item(bank, key="x-01", body=single_body("新的题干"))
    assert found(bank, words="旧的") == []
    assert found(bank, words="新的") == ["x-01"]


def test_items_are_narrowed():
    bank = make_bank(6, recall=1, key="b", lessons=["l1", "l2"])
    retire_item(queries.get_item("b-06"), now=NOON)
    assert found(bank, purpose="recall") == ["b-r1"]
    assert found(bank, type="true_false") == ["b-03", "b-06"]
    assert found(bank, lesson_key="l2") == ["b-02", "b-04", "b-06"]
    assert found(bank, point="要点2") == ["b-02", "b-05"]
    assert found(bank, difficulty="easy", purpose="quiz") == ["b-01", "b-04"]
    assert found(bank, state="retired") == ["b-06"]
    assert queries.list_points(bank.id) == ["发票", "要点1", "要点2", "要点3"]
    assert [one.key for one in queries.list_lessons(bank.id)] == ["l1", "l2"]
