"""A sitting: its state at a moment, and what must be true before it is scheduled."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

MAX_MINUTES = 480
MAX_ATTEMPTS = 10
MAX_WAIT_MINUTES = 14 * 24 * 60
MAX_WINDOW = dt.timedelta(days=60)


class SittingState(StrEnum):
    """State of a sitting, derived from its times; never stored."""

    UPCOMING = "upcoming"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Audience(StrEnum):
    """Whom a sitting is for."""

    COHORT = "cohort"
    TEAM = "team"
    """Everybody whom one person leads on the day it is scheduled; from then on they are persons."""
    PERSONS = "persons"


def main_cohort(cohort_ids: Iterable[int | None]) -> int | None:
    """Return the cohort that most of these persons are in, the older of two; None when nobody is in any."""
    counted = Counter(cohort_id for cohort_id in cohort_ids if cohort_id is not None)
    return min(counted, key=lambda cohort_id: (-counted[cohort_id], cohort_id), default=None)


def sitting_state(
    *, opens_at: dt.datetime, closes_at: dt.datetime, is_cancelled: bool, now: dt.datetime
) -> SittingState:
    """Return the state at ``now``."""
    if is_cancelled:
        return SittingState.CANCELLED
    if now < opens_at:
        return SittingState.UPCOMING
    return SittingState.OPEN if now < closes_at else SittingState.CLOSED


@dataclass(frozen=True, slots=True)
class Schedule:
    """The rules a trainer asks for.

    Attributes:
        opens_at: Start of the window.
        closes_at: End of the window.
        minutes: Length of an attempt.
        max_attempts: Attempts a person has.
        wait_minutes: Pause between two attempts.
        cut_percent: Cut score.
    """

    opens_at: dt.datetime
    closes_at: dt.datetime
    minutes: int
    max_attempts: int
    wait_minutes: int
    cut_percent: Decimal


@dataclass(frozen=True, slots=True)
class Problem:
    """What speaks against a schedule: the field to change and a code that templates turn into words."""

    field: str
    code: str


def check_schedule(schedule: Schedule, now: dt.datetime) -> tuple[Problem, ...]:
    """Return everything that speaks against ``schedule`` at ``now``; nothing when it can be kept."""
    return (*_check_window(schedule, now), *_check_rules(schedule))


def _check_window(schedule: Schedule, now: dt.datetime) -> tuple[Problem, ...]:
    length = schedule.closes_at - schedule.opens_at
    if schedule.closes_at <= now:
        return (Problem("closes_at", "closes_in_the_past"),)
    if length <= dt.timedelta(0):
        return (Problem("closes_at", "closes_before_opening"),)
    if length > MAX_WINDOW:
        return (Problem("closes_at", "window_too_long"),)
    # An opening a little in the past means "now"; one further back would rewrite who was late.
    if schedule.opens_at < now - dt.timedelta(minutes=10):
        return (Problem("opens_at", "opens_in_the_past"),)
    if dt.timedelta(minutes=schedule.minutes) > schedule.closes_at - max(schedule.opens_at, now):
        return (Problem("minutes", "minutes_exceed_window"),)
    return ()


def _check_rules(schedule: Schedule) -> tuple[Problem, ...]:
    limits: tuple[tuple[str, Decimal | int, int, int], ...] = (
        ("minutes", schedule.minutes, 1, MAX_MINUTES),
        ("max_attempts", schedule.max_attempts, 1, MAX_ATTEMPTS),
        ("wait_minutes", schedule.wait_minutes, 0, MAX_WAIT_MINUTES),
        ("cut_percent", schedule.cut_percent, 1, 100),
    )
    return tuple(
        Problem(field, "out_of_range")
        for field, value, least, most in limits
        if not least <= value <= most
    )
