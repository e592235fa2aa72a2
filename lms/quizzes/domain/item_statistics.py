"""Statistics of one item version from counts that the database made: figures, options by thirds of people."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lms.psychometrics.items import (
    Interval,
    Third,
    correlation,
    difficulty,
    split_thirds,
    wilson_interval,
)
from lms.quizzes.domain.item_results import WHOLE

INDEX_AT_LEAST = 30
"""Below so many people no index is shown, only counts in words."""


@dataclass(frozen=True, slots=True)
class Cell:
    """People with the same score elsewhere and the same answer.

    Attributes:
        rest: Share earned on the rest of the paper, in basis points; None when there was no rest.
        chosen: The answer as ``item_results.chosen_text`` writes it; "" when it was omitted.
        points: Earned, in hundredths.
        max_points: Available, in hundredths.
        is_right: Whether the answer was fully right.
        count: How many people.
    """

    rest: int | None
    chosen: str
    points: int
    max_points: int
    is_right: bool
    count: int


@dataclass(frozen=True, slots=True)
class OptionFigures:
    """Who chose one option, or nothing.

    Attributes:
        id: The option; "" stands for an omitted answer.
        is_key: Whether it is right.
        count: How many people chose it.
        by_third: The same by third; people without a rest score are in none.
        mean_rest: Mean share on the rest of the paper of those who chose it, in basis points; None when there
            are none.
        mean_rest_others: The same of those who did not.
    """

    id: str
    is_key: bool
    count: int
    by_third: Mapping[Third, int]
    mean_rest: Decimal | None
    mean_rest_others: Decimal | None


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """What first attempts say about an item version.

    Attributes:
        n: People who had it on the paper of their first attempt.
        right: How many were fully right.
        omitted: How many left it out.
        thirds: Size of each third, by the share earned on the rest of the paper.
        options: Of a choice, in authored order; empty for other types.
        omission: The same figures for leaving it out.
        takes_many: Whether several options may be chosen.
        raw_discrimination: Corrected item-total correlation whatever n is, for judging by rule; None when it is
            not defined.
        raw_difficulty: Share of fully right answers whatever n is, or with ``by_share`` the mean share of the points;
            None when nobody answered.
        by_share: Whether an answer earns what people give it: then "fully right" is a grade, not a fact.
    """

    n: int
    right: int
    omitted: int
    thirds: Mapping[Third, int]
    options: tuple[OptionFigures, ...]
    omission: OptionFigures
    takes_many: bool
    raw_discrimination: Decimal | None
    raw_difficulty: Decimal | None
    by_share: bool = False

    @property
    def has_indices(self) -> bool:
        """Whether there are people enough for an index."""
        return self.n >= INDEX_AT_LEAST

    @property
    def difficulty(self) -> Decimal | None:
        """The p to be shown, 0 to 1; None below ``INDEX_AT_LEAST``."""
        return self.raw_difficulty if self.has_indices else None

    @property
    def interval(self) -> Interval | None:
        """Its Wilson interval at 95 %; None below ``INDEX_AT_LEAST``, and for a mean share: that is no proportion."""
        if self.by_share or not self.has_indices:
            return None
        return wilson_interval(self.right, self.n)

    @property
    def discrimination(self) -> Decimal | None:
        """Discrimination to be shown, -1 to 1; None below ``INDEX_AT_LEAST`` or where it is not defined."""
        return self.raw_discrimination if self.has_indices else None


def summarise(
    cells: Iterable[Cell],
    option_ids: Sequence[str],
    keys: frozenset[str],
    *,
    takes_many: bool,
    by_share: bool = False,
) -> ItemFigures:
    """Add cells up to the figures of an item version.

    The order of cells does not matter, nor does it whether equal people come in one cell or in several.

    Args:
        cells: Of first attempts only.
        option_ids: Of a choice, in authored order; empty for other types.
        keys: Which of them are right.
        takes_many: Whether several may be chosen.
        by_share: Whether people say what an answer earns.
    """
    every = [cell for cell in cells if cell.count > 0]
    n = sum(cell.count for cell in every)
    right = sum(cell.count for cell in every if cell.is_right)
    scores: Counter[int] = Counter()
    for cell in every:
        if cell.rest is not None:
            scores[cell.rest] += cell.count
    third_of = split_thirds(scores)
    sizes = Counter[Third]()
    for score, count in scores.items():
        sizes[third_of[score]] += count
    # Typed text may hold commas; only ids of options stand side by side.
    by_option = _by_option(every if option_ids else (cell for cell in every if not cell.chosen))
    everybody = _Sums.of(every)
    return ItemFigures(
        n=n,
        right=right,
        omitted=sum(cell.count for cell in every if not cell.chosen),
        thirds={third: sizes[third] for third in Third},
        options=tuple(
            _option(one, one in keys, by_option.get(one, []), everybody, third_of)
            for one in option_ids
        ),
        omission=_option("", False, by_option.get("", []), everybody, third_of),
        takes_many=takes_many,
        raw_discrimination=correlation(
            (_share(cell), cell.rest, cell.count) for cell in every if cell.rest is not None
        ),
        raw_difficulty=_raw_difficulty(every, right, n, by_share=by_share),
        by_share=by_share,
    )


def _raw_difficulty(cells: Sequence[Cell], right: int, n: int, *, by_share: bool) -> Decimal | None:
    if not n:
        return None
    if by_share:
        return Decimal(sum(_share(cell) * cell.count for cell in cells)) / (n * WHOLE)
    return difficulty(right, n)


def _share(cell: Cell) -> int:
    """Return the share of the points in basis points: the same item may be worth more on another paper."""
    return cell.points * WHOLE // cell.max_points if cell.max_points else 0


def _by_option(cells: Iterable[Cell]) -> dict[str, list[Cell]]:
    found: dict[str, list[Cell]] = {}
    for cell in cells:
        for option in cell.chosen.split(",") if cell.chosen else ("",):
            found.setdefault(option, []).append(cell)
    return found


@dataclass(frozen=True, slots=True)
class _Sums:
    """People with a rest score, and the sum of it."""

    n: int
    total: int

    @classmethod
    def of(cls, cells: Iterable[Cell]) -> "_Sums":
        n = total = 0
        for cell in cells:
            if cell.rest is not None:
                n += cell.count
                total += cell.count * cell.rest
        return cls(n, total)

    def mean(self) -> Decimal | None:
        return Decimal(self.total) / self.n if self.n else None


def _option(
    option_id: str,
    is_key: bool,
    cells: Sequence[Cell],
    everybody: _Sums,
    third_of: Mapping[int, Third],
) -> OptionFigures:
    own = _Sums.of(cells)
    thirds = dict.fromkeys(Third, 0)
    for cell in cells:
        if cell.rest is not None:
            thirds[third_of[cell.rest]] += cell.count
    return OptionFigures(
        id=option_id,
        is_key=is_key,
        count=sum(cell.count for cell in cells),
        by_third=thirds,
        mean_rest=own.mean(),
        mean_rest_others=_Sums(everybody.n - own.n, everybody.total - own.total).mean(),
    )
