"""Cut scores by judgement of the items: Angoff and Ebel. Exact decimals in and out."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

Number = int | Decimal


@dataclass(frozen=True, slots=True)
class AngoffCut:
    """What a panel's estimates come to.

    Attributes:
        item_means: Mean estimate of each item, 0 to 1.
        judge_cuts: Cut score of each judge alone, in items.
        cut: The cut score, in items.
        percent: The same in percent of all items.
        standard_error: Sample standard deviation of ``judge_cuts`` over the root of their number; None with one
            judge.
    """

    item_means: tuple[Decimal, ...]
    judge_cuts: tuple[Decimal, ...]
    cut: Decimal
    percent: Decimal
    standard_error: Decimal | None


def angoff(estimates: Sequence[Sequence[Decimal]]) -> AngoffCut:
    """Return the modified Angoff cut: the sum of the items' mean estimates.

    Source: Angoff 1971, p. 515, footnote.

    Args:
        estimates: Rows are items, columns are judges: the probability in [0, 1] that a *minimally competent*
            person answers right.

    Raises:
        ValueError: There is no estimate, rows differ in length, or an estimate is no probability.
    """
    if not estimates or not estimates[0]:
        raise ValueError("a cut score needs an item and a judge")
    if any(not 0 <= value <= 1 for row in estimates for value in row):
        raise ValueError("an estimate is a probability, 0 to 1")
    judges = [sum(column, Decimal(0)) for column in zip(*estimates, strict=True)]
    cut = sum(judges, Decimal(0)) / len(judges)
    return AngoffCut(
        item_means=tuple(sum(row, Decimal(0)) / len(row) for row in estimates),
        judge_cuts=tuple(judges),
        cut=cut,
        percent=cut * 100 / len(estimates),
        standard_error=_standard_error(judges, cut),
    )


def _standard_error(values: Sequence[Decimal], mean: Decimal) -> Decimal | None:
    n = len(values)
    if n == 1:
        return None
    variance = sum(((value - mean) ** 2 for value in values), Decimal(0)) / (n - 1)
    return (variance / n).sqrt()


@dataclass(frozen=True, slots=True)
class EbelCell:
    """One cell of the relevance by difficulty grid: its items and the share that suffices there, 0 to 1."""

    items: int
    share: Decimal


@dataclass(frozen=True, slots=True)
class EbelCut:
    """The cut score in items, the number of items, and the cut in percent of them."""

    cut: Decimal
    items: int
    percent: Decimal


def ebel(cells: Sequence[EbelCell]) -> EbelCut:
    """Return Ebel's cut: the sum over the grid of items times the share expected of the borderline person.

    Source: Ebel 1972, pp. 492-494.

    Raises:
        ValueError: There is no item, a count is negative, or a share is none.
    """
    if any(cell.items < 0 or not 0 <= cell.share <= 1 for cell in cells):
        raise ValueError("a cell has 0 or more items and a share from 0 to 1")
    items = sum(cell.items for cell in cells)
    if items == 0:
        raise ValueError("a cut score needs an item")
    cut = sum((cell.items * cell.share for cell in cells), Decimal(0))
    return EbelCut(cut=cut, items=items, percent=cut * 100 / items)
