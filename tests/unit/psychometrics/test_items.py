import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.psychometrics.items import (
    Third,
    corrected_discrimination,
    correlation,
    difficulty,
    extreme_group_size,
    point_biserial,
    split_thirds,
    upper_lower_difference,
    wilson_interval,
)
from tests.unit.psychometrics.matrices import EXAM, TOTALS, rounded
from tests.unit.quizzes.papers import unhurried

#: Oracle 10: item, p, r_pb, corrected r, D of the top and bottom four.
ITEMS = [
    (1, ".8333", ".1313", "-.0147", ".25"),
    (2, ".7500", ".3203", ".1571", ".25"),
    (3, ".7500", ".6218", ".5000", ".75"),
    (4, ".7500", ".0942", "-.0755", ".00"),
    (5, ".6667", ".6923", ".5754", ".75"),
    (6, ".5000", ".6200", ".4756", ".75"),
    (7, ".4167", ".6785", ".5513", ".75"),
    (8, ".4167", ".8109", ".7260", "1.00"),
    (9, ".3333", ".6230", ".4890", ".75"),
    (10, ".2500", ".5087", ".3665", ".25"),
    (11, ".0833", ".6199", ".5462", ".25"),
]


@pytest.mark.parametrize(("item", "p", "r_pb", "corrected", "d"), ITEMS)
def test_oracle_10(item: int, p: str, r_pb: str, corrected: str, d: str) -> None:
    scores = [row[item - 1] for row in EXAM]
    assert rounded(difficulty(sum(scores), len(scores))) == rounded(Decimal(p))
    assert rounded(point_biserial(scores, TOTALS)) == rounded(Decimal(r_pb))
    assert rounded(corrected_discrimination(scores, TOTALS)) == rounded(Decimal(corrected))
    assert upper_lower_difference(scores, TOTALS, 4) == Decimal(d)


def test_newcombe_1998() -> None:
    plain = wilson_interval(81, 263)
    assert (rounded(plain.low), rounded(plain.high)) == ("0.2553", "0.3662")
    corrected = wilson_interval(81, 263, continuity=True)
    assert (rounded(corrected.low), rounded(corrected.high)) == ("0.2535", "0.3682")


@pytest.mark.parametrize(("right", "n"), [(0, 0), (-1, 3), (4, 3)])
def test_no_share(right: int, n: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson_interval(right, n)
    with pytest.raises(ValueError, match="no share"):
        difficulty(right, n)


@unhurried
@given(st.integers(1, 5000), st.data(), st.booleans())
def test_an_interval_holds_its_share_and_is_symmetric(
    n: int, data: st.DataObject, continuity: bool
) -> None:
    right = data.draw(st.integers(0, n))
    found = wilson_interval(right, n, continuity=continuity)
    assert 0 <= found.low <= Decimal(right) / n <= found.high <= 1
    other = wilson_interval(n - right, n, continuity=continuity)
    assert math.isclose(1 - other.high, found.low, abs_tol=1e-12)
    wide = wilson_interval(right, n, continuity=True)
    assert wide.low <= found.low
    assert wide.high >= found.high
    certain = wilson_interval(right, n, level=Decimal("0.99"), continuity=continuity)
    assert certain.low <= found.low
    assert certain.high >= found.high


points = st.integers(0, 20)


@unhurried
@given(st.lists(st.tuples(points, points), min_size=1, max_size=40), st.randoms())
def test_correlation_is_that_of_the_single_pairs(pairs, random) -> None:
    found = correlation((x, y, 1) for x, y in pairs)
    counted = {pair: pairs.count(pair) for pair in pairs}
    grouped = [(x, y, count) for (x, y), count in counted.items()]
    random.shuffle(grouped)
    assert correlation(grouped) == found
    varies = len({x for x, _ in pairs}) > 1 and len({y for _, y in pairs}) > 1
    assert (found is not None) == varies
    if found is not None:
        assert -1 <= found <= 1
        assert correlation((y, x, 1) for x, y in pairs) == found
        turned = correlation((-x, 3 * y + 7, 1) for x, y in pairs)
        assert turned is not None
        assert math.isclose(turned, -found, abs_tol=1e-20)
        assert math.isclose(
            found, _textbook([x for x, _ in pairs], [y for _, y in pairs]), abs_tol=1e-9
        )


def _textbook(xs: list[int], ys: list[int]) -> float:
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    above = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True))
    below = sum((x - mean_x) ** 2 for x in xs) * sum((y - mean_y) ** 2 for y in ys)
    return above / math.sqrt(below)


@unhurried
@given(st.lists(st.tuples(st.integers(0, 1), points), min_size=2, max_size=40), st.randoms())
def test_the_order_of_people_does_not_matter(people, random) -> None:
    size = extreme_group_size(len(people), Decimal("0.3"))
    scores, totals = [list(column) for column in zip(*people, strict=True)]
    d = upper_lower_difference(scores, totals, size)
    assert -1 <= d <= 1
    random.shuffle(people)
    shuffled, shuffled_totals = [list(column) for column in zip(*people, strict=True)]
    assert upper_lower_difference(shuffled, shuffled_totals, size) == d
    assert upper_lower_difference([1 - one for one in scores], totals, size) == -d


def test_people_tied_at_the_edge_share_it() -> None:
    # One place in each group, two people for each: half a right answer on either side.
    assert upper_lower_difference([1, 0, 0, 0], [9, 9, 1, 1], 1) == Decimal("0.5")


def test_group_sizes() -> None:
    assert [extreme_group_size(n) for n in (2, 4, 12, 100)] == [1, 1, 3, 27]
    with pytest.raises(ValueError, match="two groups"):
        extreme_group_size(1)
    with pytest.raises(ValueError, match="two groups"):
        extreme_group_size(3, Decimal("0.6"))


def test_groups_that_cannot_be() -> None:
    with pytest.raises(ValueError, match="two groups"):
        upper_lower_difference([1, 0], [2, 1], 2)
    with pytest.raises(ValueError, match="a score and a total"):
        upper_lower_difference([1], [2, 1], 1)


def test_thirds() -> None:
    assert split_thirds({1: 4, 2: 4, 3: 4}) == {
        1: Third.BOTTOM,
        2: Third.MIDDLE,
        3: Third.TOP,
    }
    assert split_thirds({5: 12}) == {5: Third.MIDDLE}
    assert split_thirds({5: 1, 6: 0}) == {5: Third.MIDDLE}
    assert split_thirds({}) == {}


@unhurried
@given(st.dictionaries(st.integers(0, 30), st.integers(1, 9), max_size=20))
def test_thirds_keep_the_order_and_are_mirrored(counts: dict[int, int]) -> None:
    found = split_thirds(counts)
    assert found.keys() == counts.keys()
    ranks = [list(Third)[::-1].index(found[score]) for score in sorted(counts)]
    assert ranks == sorted(ranks)
    swap = {Third.TOP: Third.BOTTOM, Third.BOTTOM: Third.TOP, Third.MIDDLE: Third.MIDDLE}
    mirrored = split_thirds({-score: count for score, count in counts.items()})
    assert mirrored == {-score: swap[third] for score, third in found.items()}


@unhurried
@given(st.integers(3, 60))
def test_thirds_of_different_scores_are_even(n: int) -> None:
    found = list(split_thirds(dict.fromkeys(range(n), 1)).values())
    sizes = [found.count(third) for third in Third]
    assert max(sizes) - min(sizes) <= 2
