"""Whether a question is harder for one cohort than for people of the same standing in all others."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from lms.psychometrics.dif import Dif, compare, strata_of
from lms.quizzes.domain.item_results import WHOLE
from lms.quizzes.domain.item_statistics import Cell

BANDS = 10
"""Bands of the share earned on the rest of the paper: people of one band count as equal."""


@dataclass(frozen=True, slots=True)
class CohortFigures:
    """How one cohort did on a version of an item.

    Attributes:
        cohort_id: The cohort.
        n: Its people whose first attempt held the version and something else.
        right: How many of them were fully right.
        dif: Against all others of the same standing; None where a side has too few people, or where it is not
            defined.
    """

    cohort_id: int
    n: int
    right: int
    dif: Dif | None


def compare_cohorts(cells: Iterable[tuple[int, Cell]]) -> tuple[CohortFigures, ...]:
    """Compare each cohort with all others, the largest first.

    Args:
        cells: Of first attempts only, each with its cohort; people without a rest score are left out.
    """
    counts: Counter[tuple[int, int, bool]] = Counter()
    people: Counter[int] = Counter()
    right: Counter[int] = Counter()
    for cohort_id, cell in cells:
        if cell.rest is None:
            continue
        counts[cohort_id, band_of(cell.rest), cell.is_right] += cell.count
        people[cohort_id] += cell.count
        right[cohort_id] += cell.count if cell.is_right else 0
    return tuple(
        CohortFigures(one, people[one], right[one], compare(strata_of(counts, one)))
        for one in sorted(people, key=lambda one: (-people[one], one))
    )


def band_of(rest: int) -> int:
    """Return the band of a share on the rest, 0 to ``BANDS`` - 1; everything right is in the highest.

    Args:
        rest: In basis points, 0 to ``WHOLE``.
    """
    return min(rest * BANDS // WHOLE, BANDS - 1)
