"""Means that one odd judge does not move. Exact decimals in and out."""

from collections.abc import Sequence
from decimal import Decimal

Number = int | Decimal

_HALF = Decimal("0.5")


def mean(values: Sequence[Number]) -> Decimal:
    """Return the arithmetic mean.

    Raises:
        ValueError: There are no values.
    """
    _check(values)
    return sum(map(Decimal, values), Decimal(0)) / len(values)


def median(values: Sequence[Number]) -> Decimal:
    """Return the middle value, or the mean of the two middle ones.

    Raises:
        ValueError: There are no values.
    """
    _check(values)
    ordered = sorted(values)
    half = len(ordered) // 2
    if len(ordered) % 2:
        return Decimal(ordered[half])
    return Decimal(ordered[half - 1] + ordered[half]) / 2


def trimmed_mean(values: Sequence[Number], share: Decimal) -> Decimal:
    """Return the mean without the lowest and the highest ``share`` of the values.

    As ``scipy.stats.trim_mean``: ``share`` times n values, rounded down, go at each end. For a panel only with
    at least five judges; with three use the mean or the median.

    Args:
        values: At least one.
        share: At each end, at least 0 and below 0.5.

    Raises:
        ValueError: There are no values, or ``share`` lies outside.
    """
    _check(values)
    if not 0 <= share < _HALF:
        raise ValueError(f"{share} cannot be cut off at each end")
    cut = int(len(values) * share)
    return mean(sorted(values)[cut : len(values) - cut])


def _check(values: Sequence[Number]) -> None:
    if not values:
        raise ValueError("there is no middle of nothing")
