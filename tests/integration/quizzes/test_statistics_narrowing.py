"""The statistics of a bank, narrowed by what its items are and by what was found out about them."""

from decimal import Decimal

import pytest

from lms.db import db
from lms.people.domain.roles import RoleName
from lms.questions.models import ItemTag
from lms.questions.queries import ItemFilter
from lms.quizzes.queries import statistics as queries
from lms.quizzes.views.statistics_filters import Span, read_narrowing
from tests.factories.people import make_person
from tests.factories.questions import single_body
from tests.integration.quizzes.test_statistics import Taken
from tests.integration.quizzes.test_trainer_pages import text_of


@pytest.fixture
def trainer(app, sign_in):
    with app.app_context():
        person_id = make_person(RoleName.TRAINER).id
    return sign_in(person_id)


def keys(reports) -> list[str]:
    return [one.version.item.key.rsplit("-", 1)[1] for one in reports]


@pytest.mark.usefixtures("session")
def test_the_items_answered_are_narrowed_like_those_of_the_bank():
    taken = Taken([single_body("保温壶漏水"), single_body("发票开错"), single_body("快递破损")])
    taken.take(["b", "a", "b"], ["b", "b", "a"])
    db.session.add(ItemTag(item_id=taken.versions[2].item_id, tag="物流"))
    db.session.flush()
    bank = taken.bank.id
    assert keys(queries.list_reports(bank)) == ["1", "2", "3"]
    assert keys(queries.list_reports(bank, ItemFilter(words="漏水"))) == ["1"]
    assert keys(queries.list_reports(bank, ItemFilter(words="加税点"))) == ["1", "2", "3"]
    assert keys(queries.list_reports(bank, ItemFilter(tag="物流"))) == ["3"]
    assert keys(queries.list_reports(bank, ItemFilter(type="true_false"))) == []
    assert keys(queries.list_reports(bank, ItemFilter(state="ready", words="开错"))) == ["2"]


def test_ranges_hold_what_is_in_them_and_never_what_is_not_known():
    assert Span(None, None).holds(None)
    assert not Span(Decimal(1), None).holds(None)
    assert Span(Decimal(20), Decimal(50)).holds(Decimal(20))
    assert Span(Decimal(20), Decimal(50)).holds(Decimal(50))
    assert not Span(Decimal(20), Decimal(50)).holds(Decimal("50.1"))
    assert Span(None, Decimal(0)).holds(Decimal("-0.3"))


@pytest.mark.parametrize("typed", ["", "x", "NaN", "Infinity", "\x00", "１e"])
def test_numbers_that_are_none_ask_for_nothing(typed):
    asked = read_narrowing({"p_from": typed, "d_to": typed})
    assert asked.difficulty.is_open
    assert asked.discrimination.is_open
    assert not asked.is_narrowed


def test_the_page_takes_ranges_and_keeps_them(app, trainer):
    with app.app_context():
        taken = Taken([single_body("苹果"), single_body("香蕉")])
        # Of 30 people 6 are right about the first, 27 about the second.
        rows = [["b" if n < 6 else "a", "b" if n < 27 else "c"] for n in range(30)]
        taken.take(*rows)
        bank = taken.bank.key
    path = f"/banks/{bank}/statistics"
    page = text_of(trainer.get(path))
    assert "苹果" in page
    assert "香蕉" in page
    hard = text_of(trainer.get(f"{path}?p_to=20"))
    assert "苹果" in hard
    assert "香蕉" not in hard
    html = trainer.get(f"{path}?p_to=20%25").get_data(as_text=True)
    assert 'name="p_to"' in html
    assert 'value="20%"' in html
    easy = text_of(trainer.get(f"{path}?p_from=50&p_to=95&q=香蕉"))
    assert "香蕉" in easy
    assert "苹果" not in easy
    html = trainer.get(f"{path}?p_from=50&q=香蕉").get_data(as_text=True)
    assert f"/banks/{bank}?q=" in html, "back to the same items of the bank"
    nothing = text_of(trainer.get(f"{path}?d_from=0.99"))
    assert "没有符合条件的题" in nothing
    download = trainer.get(f"{path}?p_to=20&format=xlsx")
    assert download.status_code == 200
