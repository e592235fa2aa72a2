"""From ledger lines to standings: what a person's results add up to, one per quiz or defense."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from lms.units import Percent, Points, as_percent


@dataclass(frozen=True, slots=True)
class Entry:
    """One ledger line.

    Attributes:
        id: Number of the line; later lines have higher numbers.
        kind: ``quiz`` or ``defense``.
        key: Key of the quiz; "" for the defense.
        points: Points earned, 0 to ``max_points``.
        max_points: Points available, greater than 0.
        cut_percent: Cut score that applied, 0 to 100.
        passed: The decision, which need not follow from the points alone (a red line may overrule them).
        recorded_at: When the line was written.
        supersedes_id: The line that this one corrects; None for a result of its own.
    """

    id: int
    kind: str
    key: str
    points: Points
    max_points: Points
    cut_percent: Percent
    passed: bool
    recorded_at: dt.datetime
    supersedes_id: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What all results of one quiz or of the defense add up to.

    Attributes:
        kind: ``quiz`` or ``defense``.
        key: Key of the quiz; "" for the defense.
        tries: Number of results; a corrected result counts once.
        passed: Whether any present result is a pass.
        entry_id: The best present line.
        points: Points of the best line.
        max_points: Points available there.
        percent: ``points`` of ``max_points``, 0 to 100, rounded half up to 0.01.
        cut_percent: Cut score that applied there.
        passed_at: When the earliest present pass was written; None when not passed.
        last_at: When the latest line was written.
    """

    kind: str
    key: str
    tries: int
    passed: bool
    entry_id: int
    points: Points
    max_points: Points
    percent: Percent
    cut_percent: Percent
    passed_at: dt.datetime | None
    last_at: dt.datetime


def present_entries(entries: Iterable[Entry]) -> list[Entry]:
    """Return the lines that no other line supersedes, by number.

    A chain of corrections is represented by its last line.
    """
    lines = list(entries)
    superseded = {line.supersedes_id for line in lines}
    return sorted((line for line in lines if line.id not in superseded), key=lambda line: line.id)


def fold(entries: Iterable[Entry]) -> list[Standing]:
    """Fold ledger lines into one standing per kind and key, sorted by kind and key.

    The best result is a pass before a fail, then the higher share of points, then the earlier line: a fail by
    a red line never hides a pass, and a later equal result does not replace an earlier one. The order in
    which the lines come does not matter.

    Args:
        entries: All lines of one enrolment, in any order.

    Raises:
        ValueError: A line's ``max_points`` is not greater than 0.
    """
    groups: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for line in present_entries(entries):
        groups[line.kind, line.key].append(line)
    return [_standing(groups[name]) for name in sorted(groups)]


def _standing(lines: list[Entry]) -> Standing:
    best = min(lines, key=_rank)
    passes = [line.recorded_at for line in lines if line.passed]
    return Standing(
        kind=best.kind,
        key=best.key,
        tries=len(lines),
        passed=bool(passes),
        entry_id=best.id,
        points=best.points,
        max_points=best.max_points,
        percent=as_percent(best.points, best.max_points),
        cut_percent=best.cut_percent,
        passed_at=min(passes, default=None),
        last_at=max(line.recorded_at for line in lines),
    )


def _rank(line: Entry) -> tuple[bool, Fraction, dt.datetime, int]:
    if line.max_points <= 0:
        raise ValueError(f"entry {line.id} has {line.max_points} points available")
    # Fractions, because a percent rounded to 0.01 may call two different results equal.
    share = Fraction(Decimal(line.points)) / Fraction(Decimal(line.max_points))
    return (not line.passed, -share, line.recorded_at, line.id)
