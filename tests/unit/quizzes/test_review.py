import datetime as dt

import pytest

from lms.quizzes.domain.grading import mark_paper
from lms.quizzes.domain.paper import draw_paper
from lms.quizzes.domain.presentation import present, review
from lms.quizzes.domain.review import ReviewRule, Shown, what_is_shown
from tests.unit.quizzes.papers import (
    multiple,
    paper_of,
    pooled,
    section,
    single,
    true_false,
)

CLOSES = dt.datetime(2026, 11, 23, 10, 0, tzinfo=dt.UTC)
BEFORE = CLOSES - dt.timedelta(seconds=1)


@pytest.mark.parametrize(
    ("rule", "now", "shown"),
    [
        (ReviewRule.RESULT, CLOSES, Shown(responses=False, keys=False)),
        (ReviewRule.RESPONSES, CLOSES, Shown(responses=True, keys=False)),
        (ReviewRule.EVERYTHING, BEFORE, Shown(responses=True, keys=True)),
        (ReviewRule.EVERYTHING_AFTER_CLOSE, BEFORE, Shown(True, False, keys_at=CLOSES)),
        (ReviewRule.EVERYTHING_AFTER_CLOSE, CLOSES, Shown(responses=True, keys=True)),
    ],
)
def test_what_each_rule_shows(rule: ReviewRule, now: dt.datetime, shown: Shown) -> None:
    assert what_is_shown(rule, closes_at=CLOSES, now=now) == shown


def test_a_presented_item_keeps_the_order_of_the_paper() -> None:
    (placed,) = paper_of(pooled(1), seed=3)
    (shown,) = present((placed,))
    assert tuple(option.id for option in shown.options) == placed.option_order
    assert {option.text for option in shown.options} == {f"说法 {one}" for one in "abcd"}
    assert not shown.takes_many
    assert shown.position == 1


def test_only_a_multiple_response_takes_many() -> None:
    paper = paper_of(pooled(1), pooled(2, multiple()), pooled(3, true_false()))
    assert [item.takes_many for item in present(paper)] == [False, True, False]


def test_a_presented_paper_holds_no_key_and_no_feedback() -> None:
    paper = paper_of(pooled(1), pooled(2, multiple()), pooled(3, true_false()))
    text = repr(present(paper))
    assert "讲解" not in text
    assert "总的道理" not in text
    assert "选对时" not in text
    assert "key" not in text


def test_a_section_is_named_at_its_first_item_only() -> None:
    plan = [section(2, title="基础"), section(2, bank="rules", title="情景")]
    pools = {"law": [pooled(n) for n in (1, 2)], "rules": [pooled(n) for n in (3, 4)]}
    paper = draw_paper(plan, pools, 1)
    assert [item.section for item in present(paper)] == ["基础", "", "情景", ""]


def reviewed(shown: Shown):
    paper = paper_of(pooled(1, single("b")), pooled(2, single("c")))
    answers = {1: {"chosen": ["b"]}, 2: {"chosen": ["a"]}}
    return review(paper, mark_paper(paper, answers), answers, shown)


def test_everything_shows_keys_feedback_and_explanation() -> None:
    first, second = reviewed(Shown(responses=True, keys=True))
    assert first.result.is_right
    assert {option.id for option in second.options if option.is_key} == {"c"}
    assert {option.id for option in second.options if option.is_chosen} == {"a"}
    assert next(o for o in second.options if o.id == "a").feedback == "讲解 a"
    assert second.explanation == "总的道理"


def test_responses_show_no_key() -> None:
    for item in reviewed(Shown(responses=True, keys=False)):
        assert {option.is_key for option in item.options} == {None}
        assert {option.feedback for option in item.options} == {None}
        assert item.explanation == ""
        assert sum(option.is_chosen for option in item.options) == 1


def test_a_result_alone_shows_no_item() -> None:
    assert reviewed(Shown(responses=False, keys=False)) == ()


def test_an_item_left_out_is_shown_without_a_choice() -> None:
    paper = paper_of(pooled(1))
    (item,) = review(paper, mark_paper(paper, {}), {}, Shown(responses=True, keys=True))
    assert not item.result.is_answered
    assert not any(option.is_chosen for option in item.options)
