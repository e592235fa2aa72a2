"""Mantel and Haenszel against published results, planted differences, and none."""

import math
import random
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.psychometrics.dif import (
    PEOPLE_AT_LEAST,
    DifClass,
    Stratum,
    classify,
    compare,
    mantel_haenszel,
    strata_of,
)

# Admissions at Berkeley 1973, six departments: women admitted and rejected, men admitted and rejected (Bickel,
# Hammel & O'Connell 1975; R's UCBAdmissions).
BERKELEY = [
    Stratum(89, 19, 512, 313), Stratum(17, 8, 353, 207), Stratum(202, 391, 120, 205),
    Stratum(131, 244, 138, 279), Stratum(94, 299, 53, 138), Stratum(24, 317, 22, 351),
]  # fmt: skip
# Rabbits and penicillin, five levels (Mantel 1963; R's manual of mantelhaen.test): injected late against at once.
RABBITS = [
    Stratum(0, 5, 0, 6), Stratum(0, 6, 3, 3), Stratum(2, 4, 6, 0), Stratum(6, 0, 5, 1), Stratum(5, 0, 2, 0),
]  # fmt: skip


def near(found: Decimal, published: str, within: str = "0.00005") -> bool:
    return abs(found - Decimal(published)) <= Decimal(within)


def test_published_berkeley() -> None:
    found = mantel_haenszel(BERKELEY)
    assert found is not None
    # R 4: mantelhaen.test(UCBAdmissions): X-squared 1.4269, odds ratio 0.9046968, interval 0.7719074 to 1.0603298.
    assert near(found.chi_square, "1.4269")
    assert near(found.odds_ratio, "0.9046968", "0.0000001")
    z = Decimal("1.959963985")
    width = (Decimal("1.0603298") / Decimal("0.7719074")).ln() / (2 * z)
    assert near(found.error / Decimal("2.35"), str(width), "0.0000001")
    assert (found.n, found.others) == (1835, 2691)
    # Women are a little more often admitted: a difference, but a slight one that may be chance.
    assert not found.is_harder
    assert found.verdict is DifClass.A


def test_published_rabbits() -> None:
    found = mantel_haenszel(RABBITS)
    assert found is not None
    # R's manual: X-squared 3.9286, odds ratio 7, interval 1.026713 to 47.725133.
    assert near(found.chi_square, "3.9286")
    assert near(found.odds_ratio, "7", "1e-20")
    width = (Decimal("47.725133") / Decimal("1.026713")).ln() / (2 * Decimal("1.959963985"))
    assert near(found.error / Decimal("2.35"), str(width), "0.000001")
    assert near(found.difference, "-4.5728888", "0.0000001")
    assert found.is_harder


def test_by_another_route() -> None:
    """One 2 by 2 table: the odds ratio is the cross product, its variance the sum of the reciprocals (Woolf)."""
    found = mantel_haenszel([Stratum(40, 60, 70, 30)])
    assert found is not None
    assert found.odds_ratio == Decimal(70 * 60) / (30 * 40)
    woolf = sum((Fraction(1, count) for count in (40, 60, 70, 30)), Fraction())
    expected = (Decimal(woolf.numerator) / woolf.denominator).sqrt() * Decimal("2.35")
    assert near(found.error, str(expected), "1e-20")
    # (|40 - 55| - 1/2)^2 / (100 * 100 * 110 * 90 / (200^2 * 199))
    by_hand = Fraction(29, 2) ** 2 / Fraction(100 * 100 * 110 * 90, 200**2 * 199)
    assert near(found.chi_square, str(Decimal(by_hand.numerator) / by_hand.denominator), "1e-20")
    assert found.verdict is DifClass.C


@pytest.mark.parametrize(
    ("difference", "error", "chi_square", "verdict"),
    [
        ("0.99", "0.1", "50", DifClass.A),
        ("-2.5", "1.5", "3.8", DifClass.A),
        ("-1.2", "0.3", "16", DifClass.B),
        ("-1.5", "0.3", "25", DifClass.C),
        ("1.6", "0.4", "16", DifClass.B),
        ("1.66", "0.4", "16", DifClass.C),
    ],
)
def test_classes(difference: str, error: str, chi_square: str, verdict: DifClass) -> None:
    assert classify(Decimal(difference), Decimal(error), Decimal(chi_square)) is verdict


@pytest.mark.parametrize(
    "strata",
    [
        [],
        [Stratum(1, 0, 0, 0)],
        [Stratum(5, 5, 0, 0), Stratum(0, 0, 5, 5)],
        [Stratum(5, 0, 5, 0)],
        [Stratum(0, 9, 9, 0)],
    ],
)
def test_not_defined(strata: list[Stratum]) -> None:
    assert mantel_haenszel(strata) is None


def test_no_number_without_people_enough() -> None:
    few = [Stratum(40, PEOPLE_AT_LEAST - 41, 400, 100)]
    assert mantel_haenszel(few) is not None
    assert compare(few) is None
    assert compare([Stratum(400, 100, 40, PEOPLE_AT_LEAST - 41)]) is None
    assert compare([Stratum(40, PEOPLE_AT_LEAST - 40, 400, 100)]) is not None


def simulate(seed: int, *, penalty: float, gap: float = 0.0) -> dict[tuple[int, int, bool], int]:
    """Return counts of 300 people of each of three cohorts on one item, by tenths of 30 other items.

    Everybody knows an item with the chance 1/(1 + exp(difficulty - ability)); for cohort 3 the item asked about
    is harder by ``penalty``, and its people are weaker by ``gap``.
    """
    dice = random.Random(seed)
    others = [dice.uniform(-1.5, 1.5) for _ in range(30)]
    counts: Counter[tuple[int, int, bool]] = Counter()
    for cohort in (1, 2, 3):
        for _ in range(300):
            ability = dice.gauss(-gap if cohort == 3 else 0.0, 1)
            rest = sum(dice.random() < _chance(ability, one) for one in others)
            item = penalty if cohort == 3 else 0.0
            counts[cohort, min(rest * 10 // 30, 9), dice.random() < _chance(ability, item)] += 1
    return dict(counts)


def _chance(ability: float, difficulty: float) -> float:
    return 1 / (1 + math.exp(difficulty - ability))


def test_a_planted_difference_is_found() -> None:
    counts = simulate(7, penalty=1.2)
    found = compare(strata_of(counts, 3))
    assert found is not None
    assert found.verdict is DifClass.C
    assert found.is_harder
    assert (found.n, found.others) == (300, 600)


@pytest.mark.parametrize("gap", [0.0, 0.5])
def test_none_is_found_where_there_is_none(gap: float) -> None:
    """Also when a cohort is weaker as a whole: that is no fault of the item."""
    verdicts = [
        found.verdict
        for seed in range(8)
        for cohort in (1, 2, 3)
        if (found := compare(strata_of(simulate(seed, penalty=0.0, gap=gap), cohort))) is not None
    ]
    assert len(verdicts) == 24
    assert DifClass.C not in verdicts
    # Chance at 5 % would make one of them B.
    assert verdicts.count(DifClass.B) <= 2


small = st.integers(min_value=0, max_value=30)
tables = st.lists(st.builds(Stratum, small, small, small, small), max_size=6)


@given(tables)
def test_the_order_of_groups_turns_the_sign(strata: list[Stratum]) -> None:
    found = mantel_haenszel(strata)
    turned = mantel_haenszel(
        [Stratum(one.others_right, one.others_wrong, one.right, one.wrong) for one in strata]
    )
    assert (found is None) == (turned is None)
    if found is not None and turned is not None:
        assert abs(found.difference + turned.difference) < Decimal("1e-20")
        assert abs(found.error - turned.error) < Decimal("1e-20")
        assert found.chi_square == turned.chi_square
        assert found.verdict is turned.verdict
        assert found.chi_square >= 0


def test_more_of_a_difference_is_no_less() -> None:
    found = [mantel_haenszel([Stratum(right, 100 - right, 60, 40)]) for right in (60, 50, 40, 30)]
    differences = [one.difference for one in found if one is not None]
    assert len(differences) == 4
    assert all(after < before for before, after in pairwise(differences))
