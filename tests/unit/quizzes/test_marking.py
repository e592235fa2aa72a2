"""Marking by people: which round is due, what a place earns, orders, due times, agreement."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.questions.domain.items import Essay, RubricLine, item_as_json
from lms.quizzes.domain.grading import (
    awaiting_as_json,
    grade,
    grade_as_json,
    mark_paper,
    results_from_json,
)
from lms.quizzes.domain.item_results import ANSWERED, result_rows
from lms.quizzes.domain.item_statistics import Cell, summarise
from lms.quizzes.domain.marking import (
    agreement,
    deciding_rounds,
    due_at,
    in_order_of,
    label_of,
    mean_criteria,
    needs_people,
    next_after,
    points_of_criteria,
    round_due,
    settled_points,
    steps_of,
    waiting_positions,
)
from lms.quizzes.domain.paper import PaperItem
from lms.units import Points, as_points

SHANGHAI = ZoneInfo("Asia/Shanghai")
TEN = as_points(10)
RUBRIC = (
    RubricLine("calm", "先道歉", Decimal(2)),
    RubricLine("fix", "给办法", Decimal(3)),
)


def placed(item_type: str = "essay") -> PaperItem:
    body = item_as_json(Essay("写一段回复。", RUBRIC, "您好。"))
    if item_type == "true_false":
        body = {
            "type": "true_false",
            "stem": "可以骂人。",
            "answer": False,
            "feedback": {"true": "", "false": ""},
            "explanation": "",
        }
    return PaperItem(7, "k", "", as_points(5), (), body, False, "lesson", "要点")


PAPER = (placed("true_false"), placed(), placed())
ANSWERS = {1: {"chosen": ["false"]}, 2: {"text": "抱歉"}}


def p(*values: str) -> dict[int, Points]:
    return {number: as_points(value) for number, value in enumerate(values, start=1)}


def test_only_what_was_answered_waits_for_people():
    results = mark_paper(PAPER, ANSWERS)
    assert needs_people(PAPER)
    assert not needs_people(PAPER[:1])
    assert waiting_positions(results) == (2,)
    assert [one.points for one in results] == [5, 0, 0]
    assert [one.is_answered for one in results] == [True, True, False]


def test_there_is_no_grade_while_a_place_waits():
    with pytest.raises(ValueError, match="waits"):
        grade(mark_paper(PAPER, ANSWERS), cut_percent=Decimal(60), red_line_all=False)


def test_what_is_kept_while_waiting_hints_at_nothing():
    results = mark_paper(PAPER, ANSWERS)
    kept = awaiting_as_json(results, ANSWERS)
    assert kept["percent"] is None
    assert kept["study"] == kept["red_line_missed"] == []
    assert kept["answered"] == 2
    assert results_from_json(PAPER, kept["items"]) == results


def test_given_points_make_the_grade():
    results = mark_paper(PAPER, ANSWERS, {2: as_points("4.50")})
    assert waiting_positions(results) == ()
    result = grade(results, cut_percent=Decimal(60), red_line_all=False)
    assert (result.points, result.max_points) == (Decimal("9.50"), 15)
    assert result.passed
    back = results_from_json(PAPER, grade_as_json(result, results, ANSWERS)["items"])
    assert back == results
    full = mark_paper(PAPER, ANSWERS, {2: as_points(5)})
    assert full[1].is_right
    assert not results[1].is_right


def test_an_essay_that_was_left_out_earns_nothing_whatever_was_given():
    results = mark_paper(PAPER, {}, {2: as_points(5)})
    assert [one.points for one in results] == [0, 0, 0]
    assert waiting_positions(results) == ()


@pytest.mark.parametrize(
    ("marks", "markers", "due", "settled"),
    [
        ({}, 1, 1, None),
        (p("7.5"), 1, None, "7.50"),
        ({}, 2, 1, None),
        (p("7"), 2, 2, None),
        (p("7", "9"), 2, None, "8.00"),  # just within a fifth
        (p("7", "7.01"), 2, None, "7.01"),  # 7.005, half up
        (p("7", "9.01"), 2, 3, None),
        (p("9.01", "7"), 2, 3, None),
        (p("2", "9", "4"), 2, None, "4.00"),
    ],
)
def test_rounds_and_points(marks, markers, due, settled):
    assert round_due(marks, TEN, markers=markers) == due
    found = settled_points(marks, TEN, markers=markers)
    assert found == (None if settled is None else Decimal(settled))


def test_other_numbers_of_markers_are_refused():
    with pytest.raises(ValueError, match="not 3"):
        round_due({}, TEN, markers=3)


points = st.integers(0, 1000).map(lambda number: as_points(Decimal(number) / 100))


@given(points, points, points)
def test_what_is_settled_lies_between_the_marks(one, two, three):
    marks = {1: one, 2: two, 3: three}
    settled = settled_points(marks, TEN, markers=2)
    assert settled is not None
    assert min(one, two, three) <= settled <= max(one, two, three)
    swapped = settled_points({1: two, 2: one, 3: three}, TEN, markers=2)
    assert settled == swapped


def test_the_words_that_count_are_those_of_the_newest_decision():
    assert deciding_rounds([1]) == (1,)
    assert deciding_rounds([2, 1]) == (1, 2)
    assert deciding_rounds([1, 2, 3]) == (3,)
    assert deciding_rounds([1, 2, 3, 4, 5]) == (5,)
    assert deciding_rounds([1, 4]) == (4,)


def test_criteria_become_points_of_the_paper():
    given_points = {"calm": Decimal(2), "fix": Decimal("1.5")}
    assert points_of_criteria(RUBRIC, given_points, TEN) == Decimal("7.00")
    assert points_of_criteria(RUBRIC, given_points, as_points(1)) == Decimal("0.70")


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"calm": Decimal(2)},
        {"calm": Decimal(2), "fix": Decimal(1), "more": Decimal(1)},
        {"calm": Decimal("2.01"), "fix": Decimal(1)},
        {"calm": Decimal(-1), "fix": Decimal(1)},
    ],
)
def test_criteria_must_fit_the_rubric(wrong):
    with pytest.raises(ValueError, match=r"calm|rubric"):
        points_of_criteria(RUBRIC, wrong, TEN)


def test_steps_are_few_or_none():
    assert steps_of(Decimal(1)) == (0, Decimal("0.5"), 1)
    assert len(steps_of(Decimal(3))) == 7
    assert steps_of(Decimal(5)) == (0, 1, 2, 3, 4, 5)
    assert steps_of(Decimal(10)) == ()
    assert steps_of(Decimal("0.75")) == ()


@given(st.integers(1, 2000).map(lambda number: Decimal(number) / 100))
def test_steps_begin_at_nothing_and_end_at_everything(most):
    steps = steps_of(most)
    assert steps == () or (steps[0] == 0 and steps[-1] == most and len(steps) <= 7)


def test_criteria_of_two_marks_are_their_means():
    one, two = {"a": Decimal(1), "b": Decimal(2)}, {"a": Decimal(2), "b": Decimal(2)}
    assert mean_criteria([one, two]) == {"a": Decimal("1.50"), "b": 2}
    assert mean_criteria([one, {}]) == {}
    assert mean_criteria([]) == {}


def test_labels_stay_and_tell_nothing():
    assert label_of("ab12") == label_of("ab12")
    assert label_of("ab12") != label_of("ab13")
    assert len(label_of("ab12")) == 5


TOKENS = [f"{number:016x}" for number in range(20)]


def test_every_marker_has_an_order_of_their_own():
    mine = in_order_of(1, TOKENS)
    assert mine == in_order_of(1, reversed(TOKENS))
    assert sorted(mine) == sorted(TOKENS)
    assert mine != in_order_of(2, TOKENS)
    # What is taken out leaves the others where they are.
    assert in_order_of(1, mine[3:]) == mine[3:]


@given(st.sets(st.sampled_from(TOKENS)), st.sampled_from(TOKENS))
def test_going_on_meets_every_other_place_once(left, start):
    ordered = in_order_of(5, left)
    before = in_order_of(5, left | {start})
    met, here = [], start
    for _ in left - {start}:
        here = next_after(ordered, before, here)
        assert here is not None
        met.append(here)
        before = ordered
    assert set(met) == left - {start}


def test_the_last_place_leads_nowhere():
    assert next_after([], ["a"], "a") is None
    assert next_after(["a"], ["a"], "a") is None
    assert next_after(["a", "b"], ["a", "b"], "") == "a"


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-11-23 10:00", "2026-11-26 10:00"),  # Monday: Thursday
        ("2026-11-26 10:00", "2026-12-01 10:00"),  # Thursday: Tuesday
        ("2026-11-27 18:30", "2026-12-02 18:30"),  # Friday: Wednesday
        ("2026-11-28 10:00", "2026-12-03 00:00"),  # Saturday counts from Monday
        ("2026-11-29 23:00", "2026-12-03 00:00"),
    ],
)
def test_three_working_days(since, until):
    at = dt.datetime.fromisoformat(since).replace(tzinfo=SHANGHAI)
    assert due_at(at, SHANGHAI).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") == until


def test_agreement_in_counts():
    found = agreement(
        [
            (as_points(5), as_points(5), TEN),
            (as_points(5), as_points(8), TEN),
            (as_points(1), as_points(2), as_points(5)),
        ]
    )
    assert found is not None
    assert (found.n, found.exact, found.apart) == (3, 1, 1)
    assert found.mean_difference == Decimal(50) / 3
    assert found.coefficient is None
    assert agreement([]) is None


def test_a_coefficient_needs_thirty_answers():
    pairs = [(as_points(number % 10), as_points(number % 10), TEN) for number in range(30)]
    found = agreement(pairs)
    assert found is not None
    assert found.coefficient == 1
    nearly = [*pairs[:-1], (as_points(0), as_points(9), TEN)]
    other = agreement(nearly)
    assert other is not None
    assert other.coefficient is not None
    assert 0 < other.coefficient < 1
    assert other.interval is not None
    assert other.interval.low < other.coefficient < other.interval.high
    same = agreement([(as_points(5), as_points(5), TEN)] * 40)
    assert same is not None
    assert same.coefficient is None
    few = agreement(pairs[:29])
    assert few is not None
    assert few.coefficient is None


def test_statistics_keep_no_words_and_count_shares():
    results = mark_paper(PAPER, ANSWERS, {2: as_points("2.50")})
    at = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    rows = result_rows(PAPER, results, ANSWERS, {}, at)
    assert [row.chosen for row in rows] == ["false", ANSWERED, ""]
    figures = summarise(
        [Cell(None, ANSWERED, 250, 500, False, 15), Cell(None, "", 0, 500, False, 15)],
        [],
        frozenset(),
        takes_many=False,
        by_share=True,
    )
    assert figures.difficulty == Decimal("0.25")
    assert figures.interval is None
    assert (figures.right, figures.omitted) == (0, 15)
