"""What ratings add up to: the worked examples of domain/6-measurement.md, each rule, and properties."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.defense.domain.rubric import LEVELS, Rubric, rubric_from_settings
from lms.defense.domain.verdict import (
    Judgement,
    ReasonCode,
    Recommendation,
    judge,
    level_as_percent,
    outcome_as_json,
    own_total,
    round_half_up,
    weighted_percent,
)

KEYS = ("knowledge", "skill", "quality", "teamwork")
EQUAL = (25, 25, 25, 25)
NEWCOMER = (20, 20, 35, 25)
"""The preset 新人: attitude weighs more than ability."""


def make_rubric(weights=EQUAL, cut=60, minima=(3, 3, 3, 3)) -> Rubric:
    return rubric_from_settings(
        {
            "weights": dict(zip(KEYS, weights, strict=True)),
            "cut_percent": cut,
            "minimum_level": dict(zip(KEYS, minima, strict=True)),
        }
    )


def judgement(*levels: int | None, red_line: bool = False) -> Judgement:
    return Judgement(dict(zip(KEYS, levels, strict=True)), red_line)


def codes(outcome) -> list[tuple[str, str]]:
    return [(reason.code.value, reason.criterion) for reason in outcome.reasons]


SCORES = dict(zip(KEYS, (Fraction(82), Fraction(74), Fraction(90), Fraction(78)), strict=True))


@pytest.mark.parametrize(("weights", "total"), [(EQUAL, "81.00"), (NEWCOMER, "82.20")])
def test_the_worked_example_of_the_measurement_file(weights, total):
    exact = weighted_percent(SCORES, dict(zip(KEYS, weights, strict=True)))
    assert round_half_up(exact) == Decimal(total)


def test_its_parts_are_those_printed_there():
    weights = dict(zip(KEYS, NEWCOMER, strict=True))
    parts = [SCORES[key] * weights[key] / 100 for key in KEYS]
    assert parts == [Fraction("16.4"), Fraction("14.8"), Fraction("31.5"), Fraction("19.5")]


@pytest.mark.parametrize(
    ("percents", "weights"),
    [({}, {}), ({"a": Fraction(1)}, {"b": 1}), ({"a": Fraction(1)}, {"a": 0})],
)
def test_weights_must_fit_the_criteria(percents, weights):
    with pytest.raises(ValueError, match="weights"):
        weighted_percent(percents, weights)


def test_a_plain_pass():
    outcome = judge(
        make_rubric(), [judgement(4, 4, 4, 4), judgement(3, 4, 4, 4), judgement(4, 4, 5, 4)]
    )
    assert outcome.recommendation is Recommendation.PASS
    assert outcome.reasons == ()
    assert not outcome.needs_discussion
    # knowledge 11/3, skill 4, quality 13/3, teamwork 4: mean 4 of 5
    assert outcome.weighted == Decimal("80.00")
    knowledge = outcome.criteria[0]
    assert (knowledge.mean, knowledge.spread, knowledge.lowest, knowledge.n) == (
        Fraction(11, 3),
        1,
        3,
        3,
    )
    assert knowledge.is_met is True


def test_thirds_are_exact_until_the_end():
    outcome = judge(
        make_rubric(NEWCOMER), [judgement(3, 3, 3, 3), judgement(3, 3, 4, 3), judgement(4, 3, 4, 3)]
    )
    # Means 10/3, 3, 11/3 and 3, weighted 20, 20, 35 and 25.
    assert outcome.weighted == Decimal("66.00")
    outcome = judge(
        make_rubric(NEWCOMER), [judgement(3, 3, 3, 3), judgement(3, 3, 3, 3), judgement(3, 3, 4, 3)]
    )
    assert outcome.weighted == Decimal("62.33")


def test_exactly_at_the_cut_and_at_the_minimum_is_a_pass():
    outcome = judge(make_rubric(cut=60), [judgement(3, 3, 3, 3)] * 3)
    assert (outcome.weighted, outcome.recommendation) == (Decimal("60.00"), Recommendation.PASS)


def test_just_below_the_cut_fails_even_where_rounding_would_lift_it():
    panel = [judgement(3, 3, 3, 3), judgement(4, 4, 4, 4), judgement(3, 3, 3, 3)]
    outcome = judge(make_rubric(cut="66.67"), panel)
    # Ten thirds of five levels are 66.666… percent: shown as 66.67, and less than that.
    assert outcome.weighted == Decimal("66.67")
    assert codes(outcome) == [("below_cut", "")]
    assert outcome.recommendation is Recommendation.FAIL
    assert judge(make_rubric(cut="66.66"), panel).recommendation is Recommendation.PASS


def test_a_high_total_does_not_cover_one_criterion_below_its_minimum():
    outcome = judge(make_rubric(), [judgement(5, 5, 2, 5)] * 3)
    assert outcome.weighted == Decimal("85.00")
    assert codes(outcome) == [("below_minimum", "quality")]
    assert outcome.recommendation is Recommendation.FAIL


def test_a_red_line_overrides_all():
    outcome = judge(
        make_rubric(),
        [judgement(5, 5, 5, 5), judgement(5, 5, 5, 5), judgement(5, 5, 5, 5, red_line=True)],
    )
    assert outcome.red_lines == 1
    assert outcome.recommendation is Recommendation.FAIL
    both = judge(make_rubric(), [judgement(5, 5, 5, None), judgement(3, 5, 5, 5, red_line=True)])
    assert both.recommendation is Recommendation.FAIL
    assert codes(both) == [("red_line", ""), ("no_basis", "teamwork"), ("spread", "knowledge")]
    assert both.needs_discussion


def test_no_basis_is_not_zero_but_blocks():
    outcome = judge(
        make_rubric(), [judgement(4, 4, 4, None), judgement(4, 4, 4, 4), judgement(4, 4, 4, 5)]
    )
    teamwork = outcome.criteria[3]
    assert (teamwork.mean, teamwork.n, teamwork.no_basis, teamwork.is_met) == (
        Fraction(9, 2),
        2,
        1,
        None,
    )
    assert outcome.weighted is None
    assert outcome.recommendation is Recommendation.DISCUSS
    assert codes(outcome) == [("no_basis", "teamwork")]


def test_a_criterion_that_nobody_could_judge():
    outcome = judge(make_rubric(), [judgement(4, 4, 4, None)] * 3)
    teamwork = outcome.criteria[3]
    assert (teamwork.mean, teamwork.spread, teamwork.lowest, teamwork.highest, teamwork.n) == (
        None,
        None,
        None,
        None,
        0,
    )
    assert outcome.weighted is None
    assert outcome_as_json(outcome)["criteria"]["teamwork"]["mean"] is None


@pytest.mark.parametrize(("low", "high", "talk"), [(3, 4, False), (3, 5, True), (4, 4, False)])
def test_two_levels_apart_must_talk_first(low, high, talk):
    outcome = judge(
        make_rubric(), [judgement(low, 4, 4, 4), judgement(4, 4, 4, 4), judgement(high, 4, 4, 4)]
    )
    assert outcome.needs_discussion is talk
    assert (outcome.recommendation is Recommendation.DISCUSS) is talk
    assert codes(outcome) == ([("spread", "knowledge")] if talk else [])


def test_talking_comes_before_failing():
    outcome = judge(
        make_rubric(), [judgement(1, 3, 3, 3), judgement(3, 3, 3, 3), judgement(3, 3, 3, 3)]
    )
    assert outcome.recommendation is Recommendation.DISCUSS
    assert codes(outcome) == [
        ("spread", "knowledge"),
        ("below_minimum", "knowledge"),
        ("below_cut", ""),
    ]


@pytest.mark.parametrize(
    "judgements",
    [
        [],
        [Judgement({"knowledge": 3})],
        [Judgement({**dict.fromkeys(KEYS, 3), "luck": 3})],
        [judgement(0, 3, 3, 3)],
        [judgement(6, 3, 3, 3)],
    ],
)
def test_broken_ratings_are_refused(judgements):
    with pytest.raises(ValueError, match=r"level|rating"):
        judge(make_rubric(), judgements)


def test_the_kept_summary_says_everything_in_plain_json():
    summary = outcome_as_json(
        judge(make_rubric(), [judgement(1, 3, 3, 3, red_line=True), judgement(4, 3, 3, 3)])
    )
    assert summary["raters"] == 2
    assert summary["red_lines"] == 1
    assert summary["needs_discussion"] is True
    assert summary["criteria"]["knowledge"] == {
        "mean": "2.50",
        "spread": 3,
        "lowest": 1,
        "highest": 4,
        "n": 2,
        "no_basis": 0,
        "minimum_level": 3,
        "is_met": False,
    }
    assert [reason["code"] for reason in summary["reasons"]] == [
        "red_line", "spread", "below_minimum", "below_cut",
    ]  # fmt: skip


def test_own_total_needs_every_level():
    rubric = make_rubric(NEWCOMER)
    assert own_total(rubric, dict(zip(KEYS, (4, 4, 5, 3), strict=True))) == Decimal("82.00")
    assert own_total(rubric, dict(zip(KEYS, (4, 4, 5, None), strict=True))) is None
    assert own_total(rubric, {"knowledge": 4}) is None


# properties -------------------------------------------------------------------------------------------

levels = st.integers(min_value=LEVELS[0], max_value=LEVELS[-1])
full = st.builds(judgement, levels, levels, levels, levels)
partial = st.builds(judgement, *[st.none() | levels for _ in KEYS], red_line=st.booleans())
cuts = st.lists(st.integers(min_value=1, max_value=99), min_size=3, max_size=3, unique=True).map(
    sorted
)
weights = cuts.map(lambda c: (c[0], c[1] - c[0], c[2] - c[1], 100 - c[2]))
rubrics = st.builds(
    make_rubric, weights, st.integers(min_value=0, max_value=100), st.tuples(*[levels] * 4)
)


@given(rubrics, st.lists(partial, min_size=1, max_size=7), st.randoms(use_true_random=False))
def test_the_order_of_raters_does_not_matter(rubric, judgements, random):
    shuffled = list(judgements)
    random.shuffle(shuffled)
    assert judge(rubric, shuffled) == judge(rubric, judgements)


@given(rubrics, st.lists(full, min_size=1, max_size=7))
def test_the_total_lies_between_the_lowest_and_the_highest_level(rubric, judgements):
    outcome = judge(rubric, judgements)
    given_levels = [level for one in judgements for level in one.levels.values()]
    assert (
        level_as_percent(min(given_levels))
        <= outcome.weighted
        <= level_as_percent(max(given_levels))
    )


@given(weights, levels, st.integers(min_value=1, max_value=7))
def test_unanimous_panels_do_not_depend_on_weights(chosen, level, raters):
    outcome = judge(make_rubric(chosen), [judgement(level, level, level, level)] * raters)
    assert outcome.weighted == level * 20
    assert not outcome.needs_discussion


@given(rubrics, st.lists(full, min_size=1, max_size=5), st.data())
def test_a_higher_level_never_lowers_the_total(rubric, judgements, data):
    before = judge(rubric, judgements).weighted
    who = data.draw(st.integers(min_value=0, max_value=len(judgements) - 1))
    key = data.draw(st.sampled_from(KEYS))
    raised = dict(judgements[who].levels)
    raised[key] = min(LEVELS[-1], raised[key] + 1)
    changed = [*judgements[:who], Judgement(raised), *judgements[who + 1 :]]
    assert judge(rubric, changed).weighted >= before


@given(rubrics, st.lists(partial, min_size=1, max_size=7))
def test_a_recommendation_follows_from_its_reasons(rubric, judgements):
    outcome = judge(rubric, judgements)
    found = {reason.code for reason in outcome.reasons}
    is_complete = all(None not in one.levels.values() for one in judgements)
    assert (outcome.weighted is not None) == is_complete
    assert (ReasonCode.RED_LINE in found) == any(one.red_line for one in judgements)
    if outcome.recommendation is Recommendation.PASS:
        assert found == set()
        assert outcome.weighted >= rubric.cut_percent
        assert all(one.is_met and one.spread < 2 for one in outcome.criteria)
    else:
        assert found
    if any(one.red_line for one in judgements):
        assert outcome.recommendation is Recommendation.FAIL


@given(rubrics, full)
def test_what_a_rater_sees_while_rating_is_what_the_verdict_uses(rubric, one):
    assert own_total(rubric, one.levels) == judge(rubric, [one]).weighted
