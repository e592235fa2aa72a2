"""The own result beside those of the others in a sitting."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from lms.units import Percent

PEOPLE_AT_LEAST = 5
"""Below that, a median says too much about single people."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Where one result stands.

    Attributes:
        percent: The own one.
        median: The middle one of all, the own included, 0 to 100.
        people: How many have a result; at least ``PEOPLE_AT_LEAST``.
        passed: How many of them passed.
    """

    percent: Percent
    median: Percent
    people: int
    passed: int


def compare(percent: Percent, results: Sequence[tuple[Percent, bool]]) -> Comparison | None:
    """Return where ``percent`` stands among ``results``; None when they are fewer than ``PEOPLE_AT_LEAST``.

    Args:
        percent: The own result, 0 to 100.
        results: Percent and decision of everybody, one each, the own included.
    """
    if len(results) < PEOPLE_AT_LEAST:
        return None
    return Comparison(
        percent=percent,
        median=Percent(median(one for one, _ in results)),
        people=len(results),
        passed=sum(passed for _, passed in results),
    )
