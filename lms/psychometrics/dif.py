"""Differential functioning: whether an item is harder for one group than for others of the same standing.

Mantel & Haenszel 1959, brought to items by Holland & Thayer 1988. Counts are added up exactly; only logarithms
and roots are decimal.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

PEOPLE_AT_LEAST = 100
"""People whom each of the two groups must have.

Our own floor: large testing programmes ask for more. With so few only large differences are found, so that to
find none proves nothing.
"""

DELTA = Decimal("-2.35")
"""From the logarithm of the odds ratio to the delta scale of ETS."""

SLIGHT = Decimal(1)
LARGE = Decimal("1.5")
CHI_SQUARE_95 = Decimal("3.841459")
"""95 % quantile of chi-square with one degree of freedom."""

Z_95 = Decimal("1.644854")
"""One-sided 95 % quantile of the normal curve."""


class DifClass(StrEnum):
    """How much it matters, by the rules of ETS (Zieky 1993; Dorans & Holland 1993)."""

    A = "A"
    """Nothing, or so little that it may be chance."""
    B = "B"
    """Something."""
    C = "C"
    """Much, beyond chance: somebody must look at the item."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """People of one standing, in two groups: how many were right and wrong.

    Attributes:
        right: In the group asked about.
        wrong: The same.
        others_right: Among all others.
        others_wrong: The same.
    """

    right: int
    wrong: int
    others_right: int
    others_wrong: int

    @property
    def n(self) -> int:
        """Everybody in it."""
        return self.right + self.wrong + self.others_right + self.others_wrong


@dataclass(frozen=True, slots=True)
class Dif:
    """How an item works in a group against all others of the same standing.

    Attributes:
        n: People of the group, in every stratum.
        others: The others.
        odds_ratio: Common odds ratio alpha of being right, others to group; above 1 the item is harder for the
            group.
        difference: MH D-DIF = -2.35 ln(alpha): below 0 the item is harder for the group.
        error: Its standard error (Robins, Breslow & Greenland 1986).
        chi_square: With continuity correction.
        verdict: Class A, B or C.
    """

    n: int
    others: int
    odds_ratio: Decimal
    difference: Decimal
    error: Decimal
    chi_square: Decimal
    verdict: DifClass

    @property
    def is_harder(self) -> bool:
        """Whether the item is harder for the group than for the others."""
        return self.difference < 0


def mantel_haenszel(strata: Iterable[Stratum]) -> Dif | None:
    """Compare a group with all others within each stratum, however few they are.

    Args:
        strata: Counts of at least 0; their order does not matter.

    Returns:
        The comparison; None where it is not defined: no stratum in which both groups are found and both
        answers, or an odds ratio of 0 or without bound.
    """
    every = list(strata)
    shared = [one for one in every if one.n > 1]
    up = sum((Fraction(one.others_right * one.wrong, one.n) for one in shared), Fraction())
    down = sum((Fraction(one.others_wrong * one.right, one.n) for one in shared), Fraction())
    variance = sum((_variance(one) for one in shared), Fraction())
    if not (up and down and variance):
        return None
    excess = abs(sum((_excess(one) for one in shared), Fraction()))
    chi_square = max(excess - Fraction(1, 2), Fraction()) ** 2 / variance
    odds_ratio = _decimal(up / down)
    difference = DELTA * odds_ratio.ln()
    error = -DELTA * _decimal(_log_variance(shared, up, down)).sqrt()
    return Dif(
        n=sum(one.right + one.wrong for one in every),
        others=sum(one.others_right + one.others_wrong for one in every),
        odds_ratio=odds_ratio,
        difference=difference,
        error=error,
        chi_square=_decimal(chi_square),
        verdict=classify(difference, error, _decimal(chi_square)),
    )


def compare(strata: Iterable[Stratum], least: int = PEOPLE_AT_LEAST) -> Dif | None:
    """As ``mantel_haenszel``, but None as well when the group or the others are fewer than ``least``."""
    found = mantel_haenszel(strata)
    return None if found is None or min(found.n, found.others) < least else found


def classify(difference: Decimal, error: Decimal, chi_square: Decimal) -> DifClass:
    """Return the class of a difference.

    A: below 1 or not different from 0 at 5 %. C: at least 1.5 and above 1 beyond chance. B: what is between.

    Args:
        difference: MH D-DIF.
        error: Its standard error.
        chi_square: Of Mantel and Haenszel, with continuity correction.
    """
    size = abs(difference)
    if size < SLIGHT or chi_square < CHI_SQUARE_95:
        return DifClass.A
    if size >= LARGE and size - SLIGHT > Z_95 * error:
        return DifClass.C
    return DifClass.B


def strata_of(counts: Mapping[tuple[int, int, bool], int], group: int) -> list[Stratum]:
    """Return the strata in which ``group`` is compared with all others.

    Args:
        counts: How many people there are of each ``(group, standing, is right)``.
        group: The group asked about.
    """
    found: dict[int, list[int]] = {}
    for (whose, standing, is_right), count in counts.items():
        place = (0 if whose == group else 2) + (0 if is_right else 1)
        found.setdefault(standing, [0, 0, 0, 0])[place] += count
    return [Stratum(*found[standing]) for standing in sorted(found)]


def _excess(one: Stratum) -> Fraction:
    """Return how many more of the group are right than the margins let expect."""
    return one.right - Fraction((one.right + one.wrong) * (one.right + one.others_right), one.n)


def _variance(one: Stratum) -> Fraction:
    group, right = one.right + one.wrong, one.right + one.others_right
    return Fraction(group * (one.n - group) * right * (one.n - right), one.n**2 * (one.n - 1))


def _log_variance(strata: Iterable[Stratum], up: Fraction, down: Fraction) -> Fraction:
    """Return the variance of ln(alpha): sums of P R, P S + Q R and Q S over strata."""
    both = mixed = neither = Fraction()
    for one in strata:
        p = Fraction(one.others_right + one.wrong, one.n)
        r = Fraction(one.others_right * one.wrong, one.n)
        s = Fraction(one.others_wrong * one.right, one.n)
        both += p * r
        mixed += p * s + (1 - p) * r
        neither += (1 - p) * s
    return both / (2 * up**2) + mixed / (2 * up * down) + neither / (2 * down**2)


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / value.denominator
