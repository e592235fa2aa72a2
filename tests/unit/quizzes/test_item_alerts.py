"""Alerts: each rule at its edge, and how a planted wrong key fares in simulated cohorts."""

import math
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.psychometrics.items import Third
from lms.quizzes.domain.item_alerts import (
    EXACT_TOSSES,
    Alert,
    AlertCode,
    coin_tail,
    find_alerts,
)
from lms.quizzes.domain.item_statistics import Cell, ItemFigures, summarise
from tests.unit.quizzes.cohorts import draw_items, sit
from tests.unit.quizzes.papers import unhurried

HIGH, MIDDLE, LOW = 9000, 6000, 2000


def figures(
    *groups: tuple[int | None, str, int], keys: str = "b", options: str = "abc", many: bool = False
) -> ItemFigures:
    """Figures of people given as (rest, chosen, how many)."""
    right = ",".join(sorted(keys))
    cells = [
        Cell(rest, chosen, 500 * (chosen == right), 500, chosen == right, count)
        for rest, chosen, count in groups
    ]
    return summarise(cells, list(options), frozenset(keys), takes_many=many)


def codes(found: tuple[Alert, ...]) -> list[AlertCode]:
    return [alert.code for alert in found]


def spread(chosen: str, count: int) -> list[tuple[int, str, int]]:
    """So many people of each third with the same answer."""
    return [(rest, chosen, count) for rest in (HIGH, MIDDLE, LOW)]


def test_nobody_answered() -> None:
    found = figures()
    assert (found.n, found.difficulty, found.interval, found.discrimination) == (
        0,
        None,
        None,
        None,
    )
    assert find_alerts(found) == ()


def test_nine_of_twelve_chose_another() -> None:
    """The example of the issue: 12 people, 9 chose B, mostly high scorers; the key is A."""
    found = figures(
        (HIGH, "b", 4), (MIDDLE, "b", 4), (LOW, "b", 1), (LOW, "a", 2), (LOW, "c", 1), keys="a"
    )
    assert found.difficulty is None
    assert found.interval is None
    suspect, few = find_alerts(found)
    assert suspect.code is AlertCode.KEY_SUSPECT
    assert suspect.facts["why"] == "preferred"
    assert (suspect.facts["n"], suspect.facts["count"], suspect.facts["option"]) == (12, 9, "b")
    assert (suspect.facts["keyed"], suspect.facts["top"], suspect.facts["top_keyed"]) == (2, 4, 0)
    assert few.code is AlertCode.FEW_ANSWERS


def test_a_small_class_with_one_score() -> None:
    """Nobody is in the top third, because nearly all have the same score elsewhere."""
    found = figures((MIDDLE, "b", 7), (LOW, "a", 1), keys="a")
    assert found.thirds == {Third.TOP: 0, Third.MIDDLE: 7, Third.BOTTOM: 1}
    suspect = find_alerts(found)[0]
    assert suspect.code is AlertCode.KEY_SUSPECT
    assert (suspect.facts["why"], suspect.facts["count"]) == ("majority", 7)
    assert suspect.facts["keyed"] == 1


def test_a_common_error_is_no_wrong_key() -> None:
    """Most err, but those who err do worse elsewhere."""
    found = figures((HIGH, "b", 4), (MIDDLE, "a", 8), (LOW, "a", 8))
    assert codes(find_alerts(found)) == [AlertCode.FEW_ANSWERS]


def test_a_preference_within_chance_is_none() -> None:
    found = figures((HIGH, "a", 4), (HIGH, "b", 1), (LOW, "b", 2), (LOW, "c", 3))
    assert coin_tail(4, 7) > Decimal("0.05")
    assert AlertCode.KEY_SUSPECT not in codes(find_alerts(found))


def test_knowing_more_hurts() -> None:
    found = figures((HIGH, "a", 8), (HIGH, "c", 7), (MIDDLE, "b", 10), (LOW, "b", 15))
    suspect = find_alerts(found)[0]
    assert suspect.code is AlertCode.KEY_SUSPECT
    assert suspect.facts["why"] == "negative"
    assert found.discrimination is not None
    assert found.discrimination < 0


def test_without_a_rest_there_is_no_case_against_the_key() -> None:
    found = figures((None, "a", 40), (None, "b", 5), (None, "c", 5))
    assert found.discrimination is None
    assert sum(found.thirds.values()) == 0
    assert codes(find_alerts(found)) == [AlertCode.TOO_HARD]


@pytest.mark.parametrize(
    ("chosen", "why", "option"),
    [("a,b,c", "chosen", "b"), ("a", "avoided", "c"), ("a,c", None, "")],
)
def test_one_option_of_many(chosen: str, why: str | None, option: str) -> None:
    """Keys are a and c; nearly all high scorers agree on something else."""
    groups = ((HIGH, chosen, 10), (MIDDLE, chosen, 8), (LOW, "d", 2))
    found = figures(*groups, keys="ac", options="abcd", many=True)
    suspects = [one for one in find_alerts(found) if one.code is AlertCode.KEY_SUSPECT]
    assert [(one.facts["why"], one.facts["option"]) for one in suspects] == (
        [(why, option)] if why else []
    )


def test_a_distractor_that_nobody_chose() -> None:
    found = figures((HIGH, "b", 12), (MIDDLE, "b", 8), (LOW, "a", 10))
    (unused,) = find_alerts(found)
    assert unused.code is AlertCode.DISTRACTOR_UNUSED
    assert unused.facts == {"n": 30, "options": "c", "count": 1}
    few_wrong = figures((HIGH, "b", 14), (MIDDLE, "b", 12), (LOW, "a", 4))
    assert find_alerts(few_wrong) == ()
    many_people = figures((HIGH, "b", 54), (MIDDLE, "b", 40), (LOW, "a", 6))
    assert codes(find_alerts(many_people)) == [AlertCode.DISTRACTOR_UNUSED]
    few = figures((HIGH, "b", 11), (MIDDLE, "b", 8), (LOW, "a", 10))
    assert codes(find_alerts(few)) == [AlertCode.FEW_ANSWERS]


def test_too_easy_and_too_hard() -> None:
    easy = figures((HIGH, "b", 30), (LOW, "b", 28), (LOW, "a", 1), (LOW, "c", 1))
    assert codes(find_alerts(easy)) == [AlertCode.TOO_EASY]
    not_quite = figures((HIGH, "b", 19), (LOW, "b", 19), (LOW, "a", 1), (LOW, "c", 1))
    assert not_quite.difficulty == Decimal("0.95")
    assert find_alerts(not_quite) == ()
    hard = figures((HIGH, "b", 9), (LOW, "a", 12), (LOW, "c", 12))
    assert hard.difficulty is not None
    assert Decimal("0.2") < hard.difficulty < Decimal(1) / 3
    assert codes(find_alerts(hard)) == [AlertCode.TOO_HARD]
    at_chance = figures((HIGH, "b", 10), (LOW, "a", 10), (LOW, "c", 10))
    assert find_alerts(at_chance) == ()


def test_a_typed_answer_has_no_chance_of_guessing() -> None:
    cells = [Cell(HIGH, "*", 500, 500, True, 7), Cell(LOW, "*", 0, 500, False, 23)]
    found = summarise(cells, [], frozenset(), takes_many=False)
    assert (found.n, found.right, found.options) == (30, 7, ())
    assert find_alerts(found) == ()


def test_typed_text_with_commas_is_not_taken_for_options() -> None:
    cells = [Cell(HIGH, "a,,b", 0, 500, False, 3), Cell(HIGH, "", 0, 500, False, 2)]
    found = summarise(cells, [], frozenset(), takes_many=False)
    assert (found.omitted, found.omission.count) == (2, 2)


@pytest.mark.parametrize(
    ("omitted", "n", "is_alert"),
    [(3, 12, True), (2, 8, False), (3, 13, False), (5, 50, True), (4, 50, False)],
)
def test_left_out(omitted: int, n: int, is_alert: bool) -> None:
    rest = n - omitted
    found = figures((HIGH, "b", rest - 2), (LOW, "a", 1), (LOW, "c", 1), (LOW, "", omitted))
    assert (found.n, found.omitted, found.omission.count) == (n, omitted, omitted)
    assert (AlertCode.OMITTED in codes(find_alerts(found))) == is_alert


def test_weak() -> None:
    weak = figures(*spread("b", 25), *spread("a", 10), *spread("c", 5))
    assert weak.n == 120
    assert codes(find_alerts(weak)) == [AlertCode.WEAK]
    fewer = figures(*spread("b", 15), *spread("a", 10), *spread("c", 5))
    assert fewer.n == 90
    assert find_alerts(fewer) == ()


def test_the_most_urgent_comes_first() -> None:
    found = find_alerts(
        figures((HIGH, "a", 20), (MIDDLE, "a", 10), (LOW, "", 8), (LOW, "b", 1), options="abcd")
    )
    assert codes(found) == [
        AlertCode.KEY_SUSPECT,
        AlertCode.DISTRACTOR_UNUSED,
        AlertCode.TOO_HARD,
        AlertCode.OMITTED,
    ]
    assert [one.urgency for one in found] == sorted(one.urgency for one in found)


@pytest.mark.parametrize(
    ("heads", "tosses", "chance"),
    [(0, 0, "1"), (0, 5, "1"), (5, 5, "0.03125"), (9, 11, "0.03271484375"), (6, 10, "0.376953125")],
)
def test_sign_test(heads: int, tosses: int, chance: str) -> None:
    assert coin_tail(heads, tosses) == Decimal(chance)


@unhurried
@given(st.integers(0, EXACT_TOSSES), st.data())
def test_sign_test_against_its_definition(tosses: int, data: st.DataObject) -> None:
    heads = data.draw(st.integers(0, tosses))
    ways = sum(math.comb(tosses, one) for one in range(heads, tosses + 1))
    assert coin_tail(heads, tosses) == Decimal(ways) / Decimal(2**tosses)


def test_the_curve_takes_over_without_a_step() -> None:
    for heads in (95, 101, 110, 115, 130):
        exact, curve = coin_tail(heads, EXACT_TOSSES), coin_tail(heads + 1, EXACT_TOSSES + 1)
        assert abs(exact - curve) < Decimal("0.03")
    assert abs(coin_tail(113, 201) - Decimal("0.0452")) < Decimal("0.001")


people = st.lists(
    st.tuples(
        st.integers(0, 20).map(lambda one: one * 500),
        st.sampled_from(["", "a", "b", "c", "a,b", "a,b,c"]),
        st.integers(1, 30),
    ),
    max_size=25,
)


@unhurried
@given(people, st.booleans(), st.randoms())
def test_figures_do_not_depend_on_how_people_are_grouped(groups, many: bool, random) -> None:
    whole = figures(*groups, many=many)
    split = [(rest, chosen, part) for rest, chosen, count in groups for part in [1] * count]
    random.shuffle(split)
    assert figures(*split, many=many) == whole
    assert find_alerts(figures(*split, many=many)) == find_alerts(whole)
    assert sum(whole.thirds.values()) == whole.n
    for option in (*whole.options, whole.omission):
        assert sum(option.by_third.values()) == option.count <= whole.n
        assert all(option.by_third[third] <= whole.thirds[third] for third in Third)
    assert (whole.difficulty is None) == (whole.n < 30)


@pytest.mark.parametrize(
    ("cohort", "at_least"),
    # Measured over 150 banks of 20 items each: see the report of issue 3.
    [(12, 12), (30, 15), (120, 20)],
)
def test_a_planted_wrong_key_comes_out_first(cohort: int, at_least: int) -> None:
    """In 20 banks of 20 items one key is wrong: it is the first alert of its bank, and names the true key."""
    first = 0
    for seed in range(20):
        random = Random(seed * 1000 + cohort)
        items = draw_items(random, 20, wrong_key=True)
        alerts = [find_alerts(one) for one in sit(random, items, cohort)]
        order = sorted(range(20), key=lambda i: alerts[i][0].urgency if alerts[i] else (99, 0.0))
        suspects = [one for one in alerts[0] if one.code is AlertCode.KEY_SUSPECT]
        if suspects:
            assert order[0] == 0
            assert suspects[0].facts["option"] == items[0].truth
            first += 1
    assert first >= at_least


@pytest.mark.parametrize("cohort", [12, 30, 120])
def test_clean_items_raise_no_alarm_about_their_key(cohort: int) -> None:
    alarms = 0
    for seed in range(20):
        random = Random(7 + seed * 1000 + cohort)
        for one in sit(random, draw_items(random, 20), cohort):
            alarms += AlertCode.KEY_SUSPECT in codes(find_alerts(one))
    # 400 clean items.
    assert alarms <= 1
