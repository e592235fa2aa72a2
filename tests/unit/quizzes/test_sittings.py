import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from lms.quizzes.domain.sittings import (
    Problem,
    Schedule,
    SittingState,
    check_schedule,
    sitting_state,
)

NOW = dt.datetime(2026, 11, 23, 4, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
GOOD = Schedule(
    opens_at=NOW + HOUR,
    closes_at=NOW + 9 * HOUR,
    minutes=30,
    max_attempts=2,
    wait_minutes=60,
    cut_percent=Decimal(80),
)


@pytest.mark.parametrize(
    ("now", "cancelled", "state"),
    [
        (NOW, False, SittingState.UPCOMING),
        (NOW + HOUR, False, SittingState.OPEN),
        (NOW + 9 * HOUR - dt.timedelta(seconds=1), False, SittingState.OPEN),
        (NOW + 9 * HOUR, False, SittingState.CLOSED),
        (NOW + HOUR, True, SittingState.CANCELLED),
    ],
)
def test_the_state_follows_from_the_time(
    now: dt.datetime, cancelled: bool, state: SittingState
) -> None:
    found = sitting_state(
        opens_at=GOOD.opens_at, closes_at=GOOD.closes_at, is_cancelled=cancelled, now=now
    )
    assert found is state


def test_a_good_schedule_has_no_problem() -> None:
    assert check_schedule(GOOD, NOW) == ()
    now_open = replace(GOOD, opens_at=NOW - dt.timedelta(minutes=10))
    assert check_schedule(now_open, NOW) == ()
    just_fits = replace(GOOD, closes_at=GOOD.opens_at + dt.timedelta(minutes=30))
    assert check_schedule(just_fits, NOW) == ()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"closes_at": NOW}, Problem("closes_at", "closes_in_the_past")),
        ({"closes_at": NOW + HOUR}, Problem("closes_at", "closes_before_opening")),
        (
            {"closes_at": NOW + dt.timedelta(days=61, hours=2)},
            Problem("closes_at", "window_too_long"),
        ),
        (
            {"opens_at": NOW - dt.timedelta(minutes=11)},
            Problem("opens_at", "opens_in_the_past"),
        ),
        (
            {"closes_at": NOW + HOUR + dt.timedelta(minutes=29)},
            Problem("minutes", "minutes_exceed_window"),
        ),
        (
            {"opens_at": NOW - dt.timedelta(minutes=9), "closes_at": NOW + HOUR, "minutes": 65},
            Problem("minutes", "minutes_exceed_window"),
        ),
        ({"minutes": 0}, Problem("minutes", "out_of_range")),
        ({"max_attempts": 0}, Problem("max_attempts", "out_of_range")),
        ({"max_attempts": 11}, Problem("max_attempts", "out_of_range")),
        ({"wait_minutes": -1}, Problem("wait_minutes", "out_of_range")),
        ({"wait_minutes": 20161}, Problem("wait_minutes", "out_of_range")),
        ({"cut_percent": Decimal("0.99")}, Problem("cut_percent", "out_of_range")),
        ({"cut_percent": Decimal("100.01")}, Problem("cut_percent", "out_of_range")),
    ],
)
def test_what_speaks_against_a_schedule(change: dict[str, object], problem: Problem) -> None:
    assert check_schedule(replace(GOOD, **change), NOW) == (problem,)  # type: ignore[arg-type]


def test_problems_of_window_and_rules_are_told_together() -> None:
    bad = replace(GOOD, closes_at=NOW, max_attempts=0)
    assert [problem.field for problem in check_schedule(bad, NOW)] == ["closes_at", "max_attempts"]
