"""Reliability of a fixed paper: KR-20, alpha, KR-21, and the standard error of measurement.

Reliability belongs to one set of items answered by many people. For papers drawn at random nobody shares the
set, and none of these figures is defined; the caller must not ask.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

Number = int | Decimal
Matrix = Sequence[Sequence[Number]]
"""Rows are persons, columns are items."""

_ITEMS_AT_LEAST = 2


def population_variance(values: Sequence[Number]) -> Decimal:
    """Return the variance with n in the denominator.

    Raises:
        ValueError: There are no values.
    """
    if not values:
        raise ValueError("nothing varies where there is nothing")
    exact = [Fraction(value) for value in values]
    return variance_from_sums(
        len(exact), _decimal(sum(exact)), _decimal(sum(one * one for one in exact))
    )


def variance_from_sums(n: int, total: Number, squares: Number) -> Decimal:
    """Return the population variance from a count, a sum and a sum of squares.

    Args:
        n: How many values, at least 1.
        total: Their sum.
        squares: The sum of their squares.

    Raises:
        ValueError: ``n`` is below 1.
    """
    if n < 1:
        raise ValueError("nothing varies where there is nothing")
    return max(Decimal(0), Decimal(n * squares - total * total) / (n * n))


def kr20(matrix: Matrix) -> Decimal | None:
    """Return KR-20 = k/(k-1) (1 - sum(pq)/variance of totals).

    Source: Kuder & Richardson 1937, formula 20, with the *population* variance: p q is one too, and mixing it
    with a sample variance overstates the reliability.

    Args:
        matrix: 0 or 1; rows are persons, columns are items.

    Returns:
        At most 1, possibly negative. None when it is not defined: fewer than two items or equal totals.

    Raises:
        ValueError: A value is neither 0 nor 1, or rows differ in length.
    """
    if any(value not in (0, 1) for row in matrix for value in row):
        raise ValueError("KR-20 is for items that are right or wrong")
    return alpha(matrix)


def alpha(matrix: Matrix) -> Decimal | None:
    """Return Cronbach's alpha, with population variances throughout; for 0/1 items it is KR-20.

    Source: Cronbach 1951.

    Args:
        matrix: Points; rows are persons, columns are items.

    Returns:
        At most 1, possibly negative. None when it is not defined: nobody, fewer than two items, equal totals.

    Raises:
        ValueError: Rows differ in length.
    """
    items = list(zip(*matrix, strict=True))
    if not items:
        return None
    return alpha_from_variances(
        [population_variance(column) for column in items],
        population_variance([sum(row, Decimal(0)) for row in matrix]),
    )


def alpha_from_variances(items: Iterable[Decimal], total: Decimal) -> Decimal | None:
    """Return alpha from the variance of each item and that of the total, all of one kind.

    Returns:
        At most 1, possibly negative; None for fewer than two items or totals that do not vary.
    """
    variances = list(items)
    k = len(variances)
    if k < _ITEMS_AT_LEAST or total <= 0:
        return None
    return Decimal(k) / (k - 1) * (1 - sum(variances, Decimal(0)) / total)


def kr21(k: int, mean: Decimal, variance: Decimal) -> Decimal | None:
    """Return KR-21 = k/(k-1) (1 - M(k-M)/(k variance)), which takes all items as equally difficult.

    Source: Kuder & Richardson 1937, formula 21. Never above KR-20.

    Args:
        k: Number of items scored 0 or 1.
        mean: Mean of the totals.
        variance: Population variance of the totals.

    Returns:
        At most 1, possibly negative; None when it is not defined.
    """
    if k < _ITEMS_AT_LEAST or variance <= 0:
        return None
    return Decimal(k) / (k - 1) * (1 - mean * (k - mean) / (k * variance))


def standard_error(variance: Decimal, reliability: Decimal) -> Decimal:
    """Return the standard error of measurement SEM = sigma sqrt(1 - r), in the unit of the totals.

    Args:
        variance: Population variance of the totals, at least 0.
        reliability: At most 1.

    Raises:
        ValueError: An argument lies outside.
    """
    if variance < 0 or reliability > 1:
        raise ValueError(f"no standard error for variance {variance}, reliability {reliability}")
    return (variance * (1 - reliability)).sqrt()


def _decimal(value: Fraction | int) -> Decimal:
    exact = Fraction(value)
    return Decimal(exact.numerator) / exact.denominator
