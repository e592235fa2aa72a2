"""Quantiles of the normal and the F distribution, from the standard library alone.

This is the only module of the package that computes in floats: neither quantile has a finite exact form. The
results carry about 12 significant digits, far beyond any figure that is shown.
"""

import math
from statistics import NormalDist

_TINY = 1e-300
_CLOSE = 1e-15
_ROUNDS = 500
_HALVINGS = 200


def normal_quantile(p: float) -> float:
    """Return the standard normal quantile of ``p``.

    Args:
        p: Probability, strictly between 0 and 1.

    Raises:
        ValueError: ``p`` lies outside.
    """
    _check(p)
    return NormalDist().inv_cdf(p)


def f_cdf(x: float, d1: float, d2: float) -> float:
    """Return P(F <= ``x``) of the F distribution.

    Source: F = (X1/d1)/(X2/d2), so that P(F <= x) = I_y(d1/2, d2/2) with y = d1 x/(d1 x + d2); DLMF 8.17.

    Args:
        x: At least 0.
        d1: Degrees of freedom of the numerator, greater than 0, not necessarily whole.
        d2: Those of the denominator.

    Raises:
        ValueError: An argument lies outside.
    """
    if x < 0 or d1 <= 0 or d2 <= 0:
        raise ValueError(f"F({d1}, {d2}) has no probability at {x}")
    return _incomplete_beta(d1 / 2, d2 / 2, d1 * x / (d1 * x + d2), d2 / (d1 * x + d2))


def f_quantile(p: float, d1: float, d2: float) -> float:
    """Return the ``p`` quantile of the F distribution, by bisection of its logarithm.

    Args:
        p: Probability, strictly between 0 and 1.
        d1: Degrees of freedom of the numerator, greater than 0.
        d2: Those of the denominator.

    Raises:
        ValueError: An argument lies outside.
    """
    _check(p)
    low, high = -60.0, 60.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if f_cdf(math.exp(middle), d1, d2) < p:
            low = middle
        else:
            high = middle
    return math.exp((low + high) / 2)


def _check(p: float) -> None:
    if not 0 < p < 1:
        raise ValueError(f"there is no quantile of {p}")


def _incomplete_beta(a: float, b: float, x: float, rest: float) -> float:
    """Return I_x(a, b), ``rest`` being 1 - x, by the continued fraction DLMF 8.17.22 on its quick side."""
    if x <= 0 or rest <= 0:
        return 0.0 if x <= 0 else 1.0
    log_front = (
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(rest)
    )
    front = math.exp(log_front)
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(a, b, x) / a
    return 1 - front * _fraction(b, a, rest) / b


def _fraction(a: float, b: float, x: float) -> float:
    """Evaluate the continued fraction by Lentz's method."""
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _ROUNDS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / _not_zero(1 + even * d)
        c = _not_zero(1 + even / c)
        value *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / _not_zero(1 + odd * d)
        c = _not_zero(1 + odd / c)
        step = d * c
        value *= step
        if abs(step - 1) < _CLOSE:
            break
    return value


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
