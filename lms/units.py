"""Exact decimals for scores and shares, and the one way they are rounded."""

from decimal import ROUND_HALF_UP, Decimal
from typing import NewType

Points = NewType("Points", Decimal)
"""Points earned or available, at least 0, exact to 0.01."""

Percent = NewType("Percent", Decimal)
"""0 to 100, exact to 0.01."""

_HUNDREDTH = Decimal("0.01")


def as_points(value: Decimal | int | str) -> Points:
    """Round ``value`` half up to 0.01 points.

    Floats are refused on purpose: 0.1 + 0.2 must not decide whether somebody passes.
    """
    return Points(Decimal(value).quantize(_HUNDREDTH, ROUND_HALF_UP))


def as_percent(part: Decimal, whole: Decimal) -> Percent:
    """Return ``part`` of ``whole`` in percent, rounded half up to 0.01.

    Raises:
        ValueError: ``whole`` is not greater than zero.
    """
    if whole <= 0:
        raise ValueError(f"a share of {whole} is not defined")
    return Percent((part * 100 / whole).quantize(_HUNDREDTH, ROUND_HALF_UP))


def reaches(part: Decimal, whole: Decimal, cut: Decimal) -> bool:
    """Say whether ``part`` of ``whole`` is at least ``cut`` percent, without rounding first."""
    return part * 100 >= cut * whole
