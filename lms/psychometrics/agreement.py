"""Agreement of judges: intraclass correlation, Kendall's W, Cohen's and Fleiss' kappa.

Point values are exact rational arithmetic, returned as decimals. Intervals rest on quantiles of F, which
``distributions`` computes in floats.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from lms.psychometrics.distributions import f_quantile
from lms.psychometrics.items import Interval

Number = int | Decimal
Table = Sequence[Sequence[Number]]
"""Rows are targets (the people rated), columns are judges; nothing is missing."""

_PERCENT_95 = Decimal("0.95")
_AT_LEAST = 2


class IccForm(StrEnum):
    """The six forms of Shrout & Fleiss: model, and whether one judge or the mean of k is used.

    Model 1: each target has other judges. Model 2: the same judges, a sample, absolute agreement. Model 3: just
    these judges, consistency.
    """

    ONE_SINGLE = "1,1"
    TWO_SINGLE = "2,1"
    THREE_SINGLE = "3,1"
    ONE_MEAN = "1,k"
    TWO_MEAN = "2,k"
    THREE_MEAN = "3,k"


_MEAN_OF = {
    IccForm.ONE_MEAN: IccForm.ONE_SINGLE,
    IccForm.TWO_MEAN: IccForm.TWO_SINGLE,
    IccForm.THREE_MEAN: IccForm.THREE_SINGLE,
}


@dataclass(frozen=True, slots=True)
class MeanSquares:
    """Mean squares of a two-way table without replication.

    Attributes:
        n: Targets.
        k: Judges.
        between: Between targets (BMS).
        within: Within targets (WMS).
        judges: Between judges (JMS).
        error: Residual (EMS).
    """

    n: int
    k: int
    between: Fraction
    within: Fraction
    judges: Fraction
    error: Fraction


def mean_squares(table: Table) -> MeanSquares:
    """Return the analysis of variance of a table.

    Raises:
        ValueError: Fewer than two targets or judges, or rows that differ in length.
    """
    rows = [[Fraction(value) for value in row] for row in table]
    n, k = _shape(rows)
    everything = sum((value for row in rows for value in row), Fraction())
    correction = everything * everything / (n * k)
    total = _squares(value for row in rows for value in row) - correction
    between = _squares(sum(row, Fraction()) for row in rows) / k - correction
    columns = zip(*rows, strict=True)
    judges = _squares(sum(column, Fraction()) for column in columns) / n - correction
    return MeanSquares(
        n=n,
        k=k,
        between=between / (n - 1),
        within=(total - between) / (n * (k - 1)),
        judges=judges / (k - 1),
        error=(total - between - judges) / ((n - 1) * (k - 1)),
    )


def _squares(values: Iterable[Fraction]) -> Fraction:
    return sum((value * value for value in values), Fraction())


def icc(squares: MeanSquares, form: IccForm) -> Decimal | None:
    """Return an intraclass correlation.

    Source: Shrout & Fleiss 1979, pp. 423 and 426.

    Returns:
        At most 1, possibly negative; None when the ratings do not vary.
    """
    single = _single(squares, _MEAN_OF.get(form, form))
    if single is None:
        return None
    return _decimal(single if form not in _MEAN_OF else _step_up(single, squares.k))


def _single(squares: MeanSquares, form: IccForm) -> Fraction | None:
    n, k = squares.n, squares.k
    error = squares.within if form is IccForm.ONE_SINGLE else squares.error
    below = squares.between + (k - 1) * error
    if form is IccForm.TWO_SINGLE:
        below += k * (squares.judges - squares.error) / n
    return (squares.between - error) / below if below > 0 else None


def _step_up(single: Fraction, k: int) -> Fraction | None:
    """Return the reliability of a mean of ``k`` judges: Spearman 1910, Brown 1910."""
    below = 1 + (k - 1) * single
    return k * single / below if below > 0 else None


def icc_interval(
    squares: MeanSquares, form: IccForm, *, level: Decimal = _PERCENT_95
) -> Interval | None:
    """Return the confidence interval of an intraclass correlation.

    Source: Shrout & Fleiss 1979, pp. 424-427; the degrees of freedom of model 2 after Satterthwaite.

    Args:
        squares: Of the table.
        form: Which of the six.
        level: Coverage, strictly between 0 and 1.

    Returns:
        The interval; its lower end may be below -1 for a mean of judges. None when it is not defined: no
        variance between targets or no error at all.
    """
    single = _MEAN_OF.get(form, form)
    error = squares.within if single is IccForm.ONE_SINGLE else squares.error
    if squares.between <= 0 or error <= 0:
        return None
    tail = float((1 + level) / 2)
    if single is IccForm.TWO_SINGLE:
        low, high = _ends_of_two(squares, tail)
    else:
        low, high = _ends(squares, float(squares.between / error), single, tail)
    if form in _MEAN_OF:
        low, high = (squares.k * end / (1 + (squares.k - 1) * end) for end in (low, high))
    return Interval(Decimal(repr(low)), Decimal(repr(high)))


def _ends(squares: MeanSquares, ratio: float, form: IccForm, tail: float) -> tuple[float, float]:
    n, k = squares.n, squares.k
    freedom = n * (k - 1) if form is IccForm.ONE_SINGLE else (n - 1) * (k - 1)
    low = ratio / f_quantile(tail, n - 1, freedom)
    high = ratio * f_quantile(tail, freedom, n - 1)
    return (low - 1) / (low + k - 1), (high - 1) / (high + k - 1)


def _ends_of_two(squares: MeanSquares, tail: float) -> tuple[float, float]:
    n, k = squares.n, squares.k
    between, judges, error = (
        float(one) for one in (squares.between, squares.judges, squares.error)
    )
    # The approximation weighs variances by rho, which as a share of variance is not below 0.
    rho = max(0.0, float(_single(squares, IccForm.TWO_SINGLE) or 0))
    ratio = judges / error
    part = n * (1 + (k - 1) * rho) - k * rho
    freedom = ((k - 1) * (n - 1) * (k * rho * ratio + part) ** 2) / (
        (n - 1) * (k * rho * ratio) ** 2 + part**2
    )
    rest = k * judges + (k * n - k - n) * error
    lower = f_quantile(tail, n - 1, freedom)
    upper = f_quantile(tail, freedom, n - 1)
    return (
        n * (between - lower * error) / (lower * rest + n * between),
        n * (upper * between - error) / (rest + n * upper * between),
    )


@dataclass(frozen=True, slots=True)
class Concordance:
    """Kendall's coefficient of concordance.

    Attributes:
        w: Without correction for ties, 0 to 1.
        corrected: With it, 0 to 1.
        chi_square: m (n-1) W with the corrected W; about chi-square with ``freedom`` when all rank at random.
        freedom: n - 1.
    """

    w: Decimal
    corrected: Decimal
    chi_square: Decimal
    freedom: int


def kendall_w(table: Table) -> Concordance | None:
    """Return Kendall's W of the judges' rankings; tied ratings share their mean rank.

    Source: Kendall & Babington Smith 1939: W = 12 S/(m^2 (n^3 - n)), with ties m sum(t^3 - t) less below.

    Returns:
        None when every judge gave everybody the same.

    Raises:
        ValueError: Fewer than two targets or judges, or rows that differ in length.
    """
    n, m = _shape(table)
    columns = list(zip(*table, strict=True))
    ranks = [_mean_ranks(column) for column in columns]
    sums = [sum(column, Fraction()) for column in zip(*ranks, strict=True)]
    centre = Fraction(m * (n + 1), 2)
    spread = 12 * _squares(one - centre for one in sums)
    ties = sum(t**3 - t for column in columns for t in Counter(column).values())
    whole = m * m * (n**3 - n)
    if whole == m * ties:
        return None
    corrected = spread / (whole - m * ties)
    return Concordance(
        w=_exact(spread / whole),
        corrected=_exact(corrected),
        chi_square=_exact(m * (n - 1) * corrected),
        freedom=n - 1,
    )


def _mean_ranks(values: Sequence[Number]) -> list[Fraction]:
    ordered = sorted(values)
    counts = Counter(values)
    first = {value: ordered.index(value) + 1 for value in counts}
    return [Fraction(2 * first[value] + counts[value] - 1, 2) for value in values]


def cohen_kappa(table: Sequence[Sequence[int]]) -> Decimal | None:
    """Return Cohen's kappa of two judges.

    Source: Cohen 1960: (po - pe)/(1 - pe).

    Args:
        table: Square counts: row is the first judge's category, column the second's.

    Returns:
        At most 1; None when both used one and the same category throughout.

    Raises:
        ValueError: The table is not square, is empty, or has a negative count.
    """
    n = sum(sum(row) for row in table)
    if n == 0 or any(len(row) != len(table) or min(row) < 0 for row in table):
        raise ValueError("a square table of counts is needed")
    observed = Fraction(sum(row[index] for index, row in enumerate(table)), n)
    columns = [sum(column) for column in zip(*table, strict=True)]
    expected = Fraction(
        sum(sum(row) * column for row, column in zip(table, columns, strict=True)), n * n
    )
    return _kappa(observed, expected)


def fleiss_kappa(table: Sequence[Sequence[int]]) -> Decimal | None:
    """Return Fleiss' kappa of any number of judges.

    Source: Fleiss 1971.

    Args:
        table: Rows are targets, columns are categories: how many judges chose each. Every target has the same
            number of judges, at least two.

    Returns:
        At most 1; None when one category was used throughout.

    Raises:
        ValueError: There is no target, or the numbers of judges differ or are below two.
    """
    judges = {sum(row) for row in table}
    if len(judges) != 1 or min(judges) < _AT_LEAST or any(min(row) < 0 for row in table):
        raise ValueError("every target needs the same number of judges, two or more")
    n, m = len(table), min(judges)
    observed = Fraction(sum(count * (count - 1) for row in table for count in row), n * m * (m - 1))
    columns = [sum(column) for column in zip(*table, strict=True)]
    expected = Fraction(sum(column**2 for column in columns), (n * m) ** 2)
    return _kappa(observed, expected)


def _kappa(observed: Fraction, expected: Fraction) -> Decimal | None:
    return None if expected == 1 else _exact((observed - expected) / (1 - expected))


def _shape(table: Sequence[Sequence[Number | Fraction]]) -> tuple[int, int]:
    n = len(table)
    k = len(table[0]) if n else 0
    if n < _AT_LEAST or k < _AT_LEAST or any(len(row) != k for row in table):
        raise ValueError("two or more targets, each rated by the same two or more judges")
    return n, k


def _decimal(value: Fraction | None) -> Decimal | None:
    return None if value is None else _exact(value)


def _exact(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / value.denominator
