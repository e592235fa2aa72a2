"""Item analysis: difficulty with its interval, discrimination, groups by score.

Everything is exact integer or decimal arithmetic; only the normal quantile of an interval comes from floats.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

from lms.psychometrics.distributions import normal_quantile

Number = int | Decimal
Cell = tuple[Number, Number, int]
"""``(x, y, how many)``: equal pairs may be given once with their number."""

UPPER_LOWER_SHARE = Decimal("0.27")
"""Share of the extreme groups that makes D most stable (Kelley 1939)."""

_PERCENT_95 = Decimal("0.95")


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval, both ends included."""

    low: Decimal
    high: Decimal


class Third(StrEnum):
    """A third of people by their score."""

    TOP = "top"
    MIDDLE = "middle"
    BOTTOM = "bottom"


def difficulty(right: int, n: int) -> Decimal:
    """Return the item's difficulty p = right/n, 0 (hard) to 1 (easy).

    Raises:
        ValueError: Not 0 <= ``right`` <= ``n``, or nobody answered.
    """
    _check_share(right, n)
    return Decimal(right) / n


def wilson_interval(
    right: int, n: int, *, level: Decimal = _PERCENT_95, continuity: bool = False
) -> Interval:
    """Return the score interval of a proportion.

    Source: Wilson 1927; Newcombe 1998, methods 3 (without) and 4 (with continuity correction).

    Args:
        right: Successes.
        n: Trials, at least 1.
        level: Coverage, strictly between 0 and 1.
        continuity: Whether to correct for continuity, which widens the interval.

    Returns:
        Ends in [0, 1].

    Raises:
        ValueError: Counts or level lie outside.
    """
    _check_share(right, n)
    z = Decimal(repr(normal_quantile(float((1 + level) / 2))))
    p = Decimal(right) / n
    whole = 2 * (n + z * z)
    centre = 2 * n * p + z * z
    if continuity:
        low = centre - 1 - z * _root(z * z - 2 - Decimal(1) / n + 4 * p * (n * (1 - p) + 1))
        high = centre + 1 + z * _root(z * z + 2 - Decimal(1) / n + 4 * p * (n * (1 - p) - 1))
    else:
        half = z * _root(z * z + 4 * n * p * (1 - p))
        low, high = centre - half, centre + half
    return Interval(
        low=Decimal(0) if right == 0 else max(Decimal(0), low / whole),
        high=Decimal(1) if right == n else min(Decimal(1), high / whole),
    )


def _root(value: Decimal) -> Decimal:
    return max(value, Decimal(0)).sqrt()


def correlation(cells: Iterable[Cell]) -> Decimal | None:
    """Return Pearson's r of grouped pairs.

    Args:
        cells: ``(x, y, how many)``; counts are at least 0. Sums are taken exactly before the one division.

    Returns:
        r in [-1, 1]; None when one side does not vary, where r is not defined.
    """
    n = 0
    sx: Number = 0
    sy: Number = 0
    sxx: Number = 0
    syy: Number = 0
    sxy: Number = 0
    for x, y, count in cells:
        n += count
        sx += x * count
        sy += y * count
        sxx += x * x * count
        syy += y * y * count
        sxy += x * y * count
    spread = (n * sxx - sx * sx) * (n * syy - sy * sy)
    if spread <= 0:
        return None
    r = Decimal(n * sxy - sx * sy) / Decimal(spread).sqrt()
    return min(max(r, Decimal(-1)), Decimal(1))


def point_biserial(scores: Sequence[Number], totals: Sequence[Number]) -> Decimal | None:
    """Return r between the item and the total that contains it; for 0/1 scores the point-biserial r.

    Args:
        scores: Points on the item, one for each person.
        totals: Total points of the same persons.

    Returns:
        r in [-1, 1]; None when one side does not vary.

    Raises:
        ValueError: The lengths differ.
    """
    return correlation((x, y, 1) for x, y in zip(scores, totals, strict=True))


def corrected_discrimination(scores: Sequence[Number], totals: Sequence[Number]) -> Decimal | None:
    """Return the corrected item-total correlation: r between the item and the total without it.

    Source: Henrysson 1963; without the correction an item is compared with itself in part.

    Args:
        scores: Points on the item, one for each person.
        totals: Total points of the same persons, the item included.

    Returns:
        r in [-1, 1]; None when one side does not vary.

    Raises:
        ValueError: The lengths differ.
    """
    return correlation((x, y - x, 1) for x, y in zip(scores, totals, strict=True))


def extreme_group_size(n: int, share: Decimal = UPPER_LOWER_SHARE) -> int:
    """Return the size of each extreme group: ``share`` of ``n`` rounded half up, at least 1.

    Raises:
        ValueError: ``n`` is below 2, or the two groups would overlap.
    """
    size = max(1, int((n * share).quantize(Decimal(1), ROUND_HALF_UP)))
    if n < 2 or 2 * size > n:
        raise ValueError(f"{n} people do not make two groups of {share}")
    return size


def upper_lower_difference(
    scores: Sequence[Number], totals: Sequence[Number], size: int
) -> Decimal:
    """Return D = p of the ``size`` highest totals - p of the ``size`` lowest.

    Source: Johnson 1951, Ebel 1954. People tied at the edge of a group share its last places evenly, so that
    their order does not matter.

    Args:
        scores: Scores on the item in [0, 1], one for each person.
        totals: Total points of the same persons.
        size: People in each group, at least 1, at most half of all.

    Returns:
        D in [-1, 1].

    Raises:
        ValueError: The lengths differ, or the groups overlap or are empty.
    """
    if len(scores) != len(totals):
        raise ValueError("every person needs a score and a total")
    if not 1 <= size <= len(scores) // 2:
        raise ValueError(f"{len(scores)} people do not make two groups of {size}")
    people = list(zip(totals, scores, strict=True))
    top = _mean_of_first(sorted(people, key=lambda one: -one[0]), size)
    bottom = _mean_of_first(sorted(people, key=lambda one: one[0]), size)
    difference = top - bottom
    return Decimal(difference.numerator) / difference.denominator


def _mean_of_first(people: Sequence[tuple[Number, Number]], size: int) -> Fraction:
    edge = people[size - 1][0]
    ahead = next(index for index, (total, _) in enumerate(people) if total == edge)
    tied = [Fraction(score) for total, score in people if total == edge]
    inside = sum((Fraction(score) for _, score in people[:ahead]), Fraction())
    return (inside + (size - ahead) * sum(tied, Fraction()) / len(tied)) / size


def split_thirds(counts: Mapping[int, int]) -> dict[int, Third]:
    """Say to which third each score belongs.

    People with the same score stay together: they go where the middle of their ranks lies, so the thirds may
    differ in size. With one score everybody is in the middle.

    Args:
        counts: How many people have each score.

    Returns:
        The third of each score that somebody has.
    """
    n = sum(counts.values())
    thirds: dict[int, Third] = {}
    below = 0
    for score in sorted(score for score, count in counts.items() if count > 0):
        # The middle rank's share of n, in sixths: (below + count/2)/n against 1/3 and 2/3.
        middle = 3 * (2 * below + counts[score])
        if middle < 2 * n:
            thirds[score] = Third.BOTTOM
        else:
            thirds[score] = Third.MIDDLE if middle <= 4 * n else Third.TOP
        below += counts[score]
    return thirds


def _check_share(right: int, n: int) -> None:
    if not 0 <= right <= n or n == 0:
        raise ValueError(f"{right} of {n} is no share")
