"""Marking by people: who is due at a place, what it earns in the end, how well two markers agree.

A place is one answered essay of an ended attempt. One person marks it; two, who do not know of each other, where the
sitting asks for it; a third decides where the two are too far apart.
"""

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from lms.psychometrics.agreement import IccForm, icc, icc_interval, mean_squares
from lms.psychometrics.items import Interval
from lms.questions.domain.items import MARKED_BY_PEOPLE, RubricLine
from lms.quizzes.domain.grading import ItemResult
from lms.quizzes.domain.item_statistics import INDEX_AT_LEAST
from lms.quizzes.domain.paper import Paper
from lms.units import Points, as_points

DIFFERS_ABOVE = 20
"""Percent of an item's points beyond which two markers have read two different answers.

A fifth is one level of a five-level anchor: neighbours on it are agreement with noise, and their mean is fairer than
either; further apart, a mean would hide that somebody is wrong.
"""

ADJUDICATION = 3
"""The round of who decides between two; later rounds are regrades."""

DAYS_TO_MARK = 3
"""Working days, Monday to Friday, within which an essay should be marked: the hire waits for the next step."""

STEPS_AT_MOST = 7
"""Values of a criterion that are offered side by side; beyond that a number is typed."""

_HALF, _ONE = Decimal("0.5"), Decimal(1)
_LABEL = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LABEL_LENGTH = 5
_SATURDAY = 5

Marks = Mapping[int, Points]
"""What was given at one place, by round."""


def needs_people(paper: Paper) -> bool:
    """Say whether a paper has items that only people can mark."""
    return any(placed.item.type in MARKED_BY_PEOPLE for placed in paper)


def waiting_positions(results: Iterable[ItemResult]) -> tuple[int, ...]:
    """Return the places that wait for people; what was left out earns nothing and waits for nobody."""
    return tuple(one.position for one in results if one.awaits)


def are_apart(one: Points, other: Points, max_points: Points) -> bool:
    """Say whether two marks differ by more than ``DIFFERS_ABOVE`` percent of the item's points."""
    return abs(one - other) * 100 > DIFFERS_ABOVE * max_points


def round_due(marks: Marks, max_points: Points, *, markers: int) -> int | None:
    """Return the round that is due at a place, from 1; None when nothing is.

    Args:
        marks: Given up to now.
        max_points: What the item is worth on this paper.
        markers: 1 or 2.

    Raises:
        ValueError: Another number of markers.
    """
    if markers not in (1, 2):
        raise ValueError(f"an essay has one marker or two, not {markers}")
    missing = [number for number in range(1, markers + 1) if number not in marks]
    if missing:
        return missing[0]
    if markers == 1 or ADJUDICATION in marks or not are_apart(marks[1], marks[2], max_points):
        return None
    return ADJUDICATION


def settled_points(marks: Marks, max_points: Points, *, markers: int) -> Points | None:
    """Return what a place earns; None while a round is due.

    One mark counts as given. Two that are near each other count by their mean, rounded half up to 0.01. Where they
    are apart the third counts alone: it decides, it is not one voice of three.

    Args:
        marks: Given up to now.
        max_points: What the item is worth on this paper.
        markers: 1 or 2.
    """
    if round_due(marks, max_points, markers=markers) is not None:
        return None
    if markers == 1:
        return marks[1]
    if are_apart(marks[1], marks[2], max_points):
        return marks[ADJUDICATION]
    return as_points((marks[1] + marks[2]) / 2)


def deciding_rounds(rounds: Collection[int]) -> tuple[int, ...]:
    """Return the rounds whose words count at a settled place: the newest from the third on, else all."""
    later = [number for number in rounds if number >= ADJUDICATION]
    return (max(later),) if later else tuple(sorted(rounds))


def points_of_criteria(
    rubric: Sequence[RubricLine], given: Mapping[str, Decimal], max_points: Points
) -> Points:
    """Return the points of a place from those of its criteria.

    A rubric has its own scale; what it gives is the same share of what the item is worth on the paper, rounded half
    up to 0.01.

    Args:
        rubric: One line or more.
        given: Points of each line, 0 to what the line is worth.
        max_points: What the item is worth on this paper.

    Raises:
        ValueError: A line without points, points without a line, or points beyond what the line is worth.
    """
    if {line.id for line in rubric} != set(given):
        raise ValueError("every line of the rubric needs its points")
    for line in rubric:
        if not 0 <= given[line.id] <= line.points:
            raise ValueError(f"{line.id}: {given[line.id]} is not within 0 to {line.points}")
    whole = sum((line.points for line in rubric), Decimal())
    return as_points(sum(given.values(), Decimal()) * max_points / whole)


def steps_of(points: Decimal) -> tuple[Decimal, ...]:
    """Return the values offered for a line worth ``points``: halves or whole points, at most ``STEPS_AT_MOST``.

    Nothing when they would be too many or would not end at ``points``: a number is typed instead.
    """
    for step in (_HALF, _ONE):
        count = points / step
        if count == int(count) and count < STEPS_AT_MOST:
            return tuple(step * number for number in range(int(count) + 1))
    return ()


def mean_criteria(given: Sequence[Mapping[str, Decimal]]) -> dict[str, Decimal]:
    """Return the mean points of each criterion over marks that count alike; only of those that every mark has."""
    shared = set.intersection(*(set(one) for one in given)) if given else set()
    return {
        name: as_points(sum((one[name] for one in given), Decimal()) / len(given))
        for name in (given[0] if given else ())
        if name in shared
    }


def label_of(token: str) -> str:
    """Return the name under which markers speak of an answer: short, always the same, and nobody's."""
    digest = hashlib.sha256(f"label:{token}".encode()).digest()
    return "".join(_LABEL[byte % len(_LABEL)] for byte in digest[:_LABEL_LENGTH])


def in_order_of(marker_id: int, tokens: Iterable[str]) -> list[str]:
    """Return places in an order that is the marker's own and stays: nobody's answer is always the first or the last."""
    return sorted(
        tokens, key=lambda token: hashlib.sha256(f"{marker_id}:{token}".encode()).digest()
    )


def next_after(ordered: Sequence[str], before: Sequence[str], current: str) -> str | None:
    """Return the place that comes after ``current``, from the front again at the end; None when no other is left.

    Args:
        ordered: Places that are due, in the marker's order.
        before: The same with ``current`` in it, which may not be due any more.
        current: Where the marker stands; "" at the beginning.
    """
    others = [token for token in ordered if token != current]
    if current not in before:
        return others[0] if others else None
    later = set(before[before.index(current) + 1 :])
    return next((token for token in others if token in later), others[0] if others else None)


def due_at(since: dt.datetime, zone: ZoneInfo, days: int = DAYS_TO_MARK) -> dt.datetime:
    """Return until when an essay should be marked: the same time of day ``days`` working days later.

    What comes in at a weekend counts from Monday's beginning. Holidays are not known here.

    Args:
        since: When the attempt ended.
        zone: Of the organisation.
        days: Working days, at least 1.
    """
    local = since.astimezone(zone)
    if local.weekday() >= _SATURDAY:
        monday = local.date() + dt.timedelta(days=7 - local.weekday())
        local = dt.datetime.combine(monday, dt.time(), zone)
    left = days
    while left:
        local += dt.timedelta(days=1)
        left -= local.weekday() < _SATURDAY
    return local.astimezone(dt.UTC)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well the first and the second marker of an item agree.

    Attributes:
        n: Answers that both have marked.
        exact: How many of them got the same from both.
        apart: How many were too far apart.
        mean_difference: Mean of the absolute differences, in percent of the item's points.
        coefficient: ICC(1,1), since the two are others each time; None below ``INDEX_AT_LEAST`` or where the marks
            do not vary.
        interval: Its interval at 95 %.
    """

    n: int
    exact: int
    apart: int
    mean_difference: Decimal
    coefficient: Decimal | None = None
    interval: Interval | None = None


def agreement(pairs: Sequence[tuple[Points, Points, Points]]) -> Agreement | None:
    """Return how well two markers agree on an item; None when no answer has two marks.

    Args:
        pairs: First mark, second mark, and what the item was worth there: papers differ in that, so shares count.
    """
    if not pairs:
        return None
    shares = [
        (Fraction(one) * 100 / Fraction(most), Fraction(two) * 100 / Fraction(most))
        for one, two, most in pairs
    ]
    gaps = [abs(one - two) for one, two in shares]
    mean = sum(gaps, Fraction()) / len(gaps)
    coefficient, interval = None, None
    if len(pairs) >= INDEX_AT_LEAST:
        table = [(_as_decimal(one), _as_decimal(two)) for one, two in shares]
        squares = mean_squares(table)
        coefficient = icc(squares, IccForm.ONE_SINGLE)
        interval = icc_interval(squares, IccForm.ONE_SINGLE)
    return Agreement(
        n=len(pairs),
        exact=sum(gap == 0 for gap in gaps),
        apart=sum(are_apart(one, two, most) for one, two, most in pairs),
        mean_difference=_as_decimal(mean),
        coefficient=coefficient,
        interval=interval,
    )


def _as_decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / value.denominator
