import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.quizzes.domain.grading import (
    StudyLesson,
    grade,
    grade_as_json,
    mark_paper,
    results_from_json,
    what_to_study,
)
from lms.units import as_points
from tests.unit.quizzes.papers import multiple, paper_of, pooled, single, true_false, unhurried


def chosen(*ids: str) -> dict[str, object]:
    return {"chosen": list(ids)}


def test_a_paper_is_marked_by_position() -> None:
    paper = paper_of(pooled(1), pooled(2, multiple()), pooled(3, true_false()), pooled(4))
    results = mark_paper(paper, {1: chosen("b"), 2: chosen("a"), 3: chosen("false")})
    assert [one.points for one in results] == [Decimal(5), Decimal(0), Decimal(5), Decimal(0)]
    assert [one.is_right for one in results] == [True, False, True, False]
    assert [one.is_answered for one in results] == [True, True, True, False]
    assert [one.position for one in results] == [1, 2, 3, 4]


def test_an_answer_taken_back_is_no_answer() -> None:
    (one,) = mark_paper(paper_of(pooled(1)), {1: chosen()})
    assert not one.is_answered
    assert one.points == 0


def test_partial_credit_earns_points_without_being_right() -> None:
    (one,) = mark_paper(paper_of(pooled(1, multiple(credit="proportional"))), {1: chosen("a")})
    assert one.points == as_points("3.75")
    assert not one.is_right


def test_a_damaged_answer_does_not_become_a_mark() -> None:
    with pytest.raises(ValueError, match="chosen"):
        mark_paper(paper_of(pooled(1)), {1: chosen("z")})


@pytest.mark.parametrize(
    ("right", "cut", "passed"),
    [(4, "80", True), (3, "60", True), (3, "60.01", False), (0, "1", False), (5, "100", True)],
)
def test_reaching_the_cut_exactly_is_enough(right: int, cut: str, passed: bool) -> None:
    paper = paper_of(*(pooled(number) for number in range(1, 6)))
    answers = {position: chosen("b") for position in range(1, right + 1)}
    result = grade(mark_paper(paper, answers), cut_percent=Decimal(cut), red_line_all=False)
    assert result.passed is passed
    assert result.reached_cut is passed
    assert result.percent == right * 20
    assert result.answered == right


def test_the_decision_is_not_rounded() -> None:
    """Two thirds are shown as 66.67 %, but do not reach a cut score of 66.67 %."""
    paper = paper_of(pooled(1), pooled(2), pooled(3))
    results = mark_paper(paper, {1: chosen("b"), 2: chosen("b")})
    result = grade(results, cut_percent=Decimal("66.67"), red_line_all=False)
    assert result.percent == Decimal("66.67")
    assert not result.passed
    assert grade(results, cut_percent=Decimal("66.66"), red_line_all=False).passed


@pytest.mark.parametrize(("rule", "passed"), [(False, True), (True, False)])
def test_a_red_line_overrides_the_total(rule: bool, passed: bool) -> None:
    items = [pooled(1, red_line=True), *(pooled(number) for number in range(2, 11))]
    answers = {position: chosen("b") for position in range(2, 11)}
    result = grade(
        mark_paper(paper_of(*items), answers), cut_percent=Decimal(60), red_line_all=rule
    )
    assert result.red_line_missed == (1,)
    assert result.reached_cut
    assert result.passed is passed


def test_red_lines_kept_do_not_lift_a_low_total() -> None:
    items = [pooled(1, red_line=True), pooled(2)]
    result = grade(
        mark_paper(paper_of(*items), {1: chosen("b")}), cut_percent=Decimal(60), red_line_all=True
    )
    assert result.red_line_missed == ()
    assert not result.passed


def test_a_paper_worth_nothing_has_no_grade() -> None:
    with pytest.raises(ValueError, match="share"):
        grade([], cut_percent=Decimal(60), red_line_all=False)


def test_what_to_study_names_lessons_and_points_most_missed_first() -> None:
    items = [
        pooled(1, lesson_key="l1", point="发票"),
        pooled(2, lesson_key="l2", point="退货"),
        pooled(3, lesson_key="l2", point="退货"),
        pooled(4, lesson_key="l2", point="运费"),
        pooled(5, lesson_key="l3", point="广告"),
        pooled(6, lesson_key="l4", point="价格"),
    ]
    results = mark_paper(paper_of(*items), {6: chosen("b")})
    assert what_to_study(results) == (
        StudyLesson("l2", ("退货", "运费"), 3),
        StudyLesson("l1", ("发票",), 1),
        StudyLesson("l3", ("广告",), 1),
    )


answers_of = st.sampled_from(
    [None, *(chosen(*ids) for ids in ((), ("a",), ("b",), ("a", "c"), ("a", "b", "c", "d")))]
)


@unhurried
@given(
    answers=st.lists(answers_of, min_size=6, max_size=6),
    points=st.decimals("0.01", "20", places=2),
    credit=st.sampled_from(["exact", "proportional", "correct_minus_wrong"]),
    cut=st.decimals("0", "100", places=2),
    red_line_all=st.booleans(),
)
def test_a_score_lies_between_nothing_and_everything(
    answers: list[dict[str, object] | None],
    points: Decimal,
    credit: str,
    cut: Decimal,
    red_line_all: bool,
) -> None:
    items = [pooled(n, multiple(credit=credit), red_line=n == 2) for n in range(1, 7)]
    paper = paper_of(*items, points=str(points))
    given_answers = {n: raw for n, raw in enumerate(answers, start=1) if raw is not None}
    results = mark_paper(paper, given_answers)
    result = grade(results, cut_percent=cut, red_line_all=red_line_all)
    assert 0 <= result.points <= result.max_points == 6 * points
    assert 0 <= result.percent <= 100
    assert result.points == sum(one.points for one in results)
    assert result.passed <= result.reached_cut
    assert result.reached_cut == (result.points * 100 >= cut * result.max_points)
    assert (result.study == ()) == all(one.is_right for one in results)
    frozen = json.loads(json.dumps(grade_as_json(result, results, given_answers)))
    assert results_from_json(paper, frozen["items"]) == results


@unhurried
@given(seed=st.integers(0, 10**6))
def test_the_order_of_items_and_options_changes_no_points(seed: int) -> None:
    items = [pooled(1), pooled(2, multiple()), pooled(3, true_false())]
    right = {1: chosen("b"), 2: chosen("a"), 3: chosen("false")}
    straight = mark_paper(paper_of(*items, seed=0), right)
    mixed = mark_paper(paper_of(*items, seed=seed), right)
    assert [one.points for one in straight] == [one.points for one in mixed]


def test_a_fully_right_paper_has_nothing_to_study() -> None:
    paper = paper_of(pooled(1, single("d")))
    results = mark_paper(paper, {1: chosen("d")})
    assert grade(results, cut_percent=Decimal(100), red_line_all=True).study == ()
