import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.quizzes.domain.attempts import (
    AttemptState,
    MayStart,
    PastAttempt,
    StartReason,
    Window,
    deadline_of,
    may_start,
    minutes_with,
    next_attempt_at,
    remaining_seconds,
)
from tests.unit.quizzes.papers import unhurried

OPENS = dt.datetime(2026, 11, 23, 1, 0, tzinfo=dt.UTC)
CLOSES = OPENS + dt.timedelta(hours=9)
MINUTE = dt.timedelta(minutes=1)
SECOND = dt.timedelta(seconds=1)


def window(
    *, minutes: int = 30, attempts: int = 3, wait: int = 60, cancelled: bool = False
) -> Window:
    return Window(OPENS, CLOSES, minutes, attempts, wait, cancelled)


def ended(number: int, at: dt.datetime, *, passed: bool = False) -> PastAttempt:
    return PastAttempt(number, number, AttemptState.SUBMITTED, at, at, passed)


def running(number: int = 1) -> PastAttempt:
    return PastAttempt(70 + number, number, AttemptState.OPEN, OPENS + 30 * MINUTE)


def test_the_window_is_judged_to_the_second() -> None:
    assert may_start(window(), [], OPENS - SECOND) == MayStart(StartReason.NOT_OPEN, 3, OPENS)
    assert may_start(window(), [], OPENS) == MayStart(StartReason.FREE, 3)
    assert may_start(window(), [], CLOSES - SECOND).reason is StartReason.FREE
    assert may_start(window(), [], CLOSES) == MayStart(StartReason.CLOSED, 3)


@pytest.mark.parametrize(
    ("minutes", "percent", "more", "expected"),
    [(40, 0, 0, 40), (40, 25, 0, 50), (45, 25, 0, 57), (45, 25, 5, 62), (1, 5, 0, 2)],
)
def test_more_time_in_percent_is_rounded_up(
    minutes: int, percent: int, more: int, expected: int
) -> None:
    assert minutes_with(minutes, percent, more) == expected


def test_who_has_more_time_has_it_beyond_the_end_too() -> None:
    tight = replace(window(minutes=60), closes_at=OPENS + 40 * MINUTE, extra_minutes=20)
    assert deadline_of(tight, OPENS) == OPENS + 60 * MINUTE
    assert deadline_of(tight, OPENS + 30 * MINUTE) == OPENS + 60 * MINUTE
    assert may_start(tight, [], OPENS + 40 * MINUTE).reason is StartReason.CLOSED


def test_nobody_starts_while_it_stands_still() -> None:
    paused = replace(window(), is_paused=True)
    assert may_start(paused, [], OPENS) == MayStart(StartReason.PAUSED, 3)
    assert may_start(paused, [], CLOSES).reason is StartReason.PAUSED
    assert may_start(paused, [running()], OPENS).reason is StartReason.RUNNING
    passed = [ended(1, OPENS + MINUTE, passed=True)]
    assert may_start(paused, passed, CLOSES).reason is StartReason.PASSED


def test_only_free_counts_as_yes() -> None:
    assert may_start(window(), [], OPENS)
    assert not may_start(window(), [running()], OPENS)
    assert not may_start(window(), [], CLOSES)


def test_an_attempt_that_runs_is_gone_on_with_whatever_else_holds() -> None:
    verdict = may_start(window(cancelled=True), [running()], CLOSES)
    assert verdict.reason is StartReason.RUNNING
    assert verdict.running is not None
    assert verdict.running.attempt_id == 71


def test_what_comes_before_locks_but_hides_no_end() -> None:
    assert may_start(window(), [], OPENS - SECOND, is_locked=True) == MayStart(
        StartReason.LOCKED, 3
    )
    assert may_start(window(), [], OPENS, is_locked=True).reason is StartReason.LOCKED
    assert may_start(window(), [], CLOSES, is_locked=True).reason is StartReason.CLOSED
    assert may_start(window(), [running()], OPENS, is_locked=True).reason is StartReason.RUNNING
    failed = [ended(1, OPENS)]
    assert may_start(window(), failed, OPENS, is_locked=True).reason is StartReason.LOCKED
    assert may_start(window(attempts=1), failed, OPENS, is_locked=True) == MayStart(
        StartReason.USED_UP, 0
    )


def test_a_cancelled_sitting_starts_nothing() -> None:
    assert may_start(window(cancelled=True), [], OPENS).reason is StartReason.CANCELLED


def test_who_passed_is_through() -> None:
    past = [ended(1, OPENS + MINUTE, passed=True)]
    assert may_start(window(), past, CLOSES - SECOND).reason is StartReason.PASSED
    assert next_attempt_at(window(), past) is None


def test_attempts_are_used_up() -> None:
    past = [ended(1, OPENS), ended(2, OPENS + 70 * MINUTE)]
    assert may_start(window(attempts=2), past, CLOSES - SECOND) == MayStart(StartReason.USED_UP, 0)
    assert may_start(window(attempts=1), past, CLOSES - SECOND).attempts_left == 0


def test_the_pause_counts_from_the_latest_end() -> None:
    past = [ended(2, OPENS + 120 * MINUTE), ended(1, OPENS + 10 * MINUTE)]
    opens = OPENS + 180 * MINUTE
    assert may_start(window(), past, opens - SECOND) == MayStart(StartReason.WAIT, 1, opens)
    assert may_start(window(), past, opens).reason is StartReason.FREE
    assert next_attempt_at(window(), past) == opens


def test_without_a_pause_the_next_may_follow_at_once() -> None:
    past = [ended(1, OPENS + MINUTE)]
    assert may_start(window(wait=0), past, OPENS + MINUTE).reason is StartReason.FREE


def test_a_pause_beyond_the_close_leaves_no_attempt() -> None:
    past = [ended(1, CLOSES - 59 * MINUTE)]
    assert next_attempt_at(window(), past) is None
    assert may_start(window(), past, CLOSES - SECOND).reason is StartReason.USED_UP


def test_when_the_next_attempt_opens() -> None:
    assert next_attempt_at(window(), []) == OPENS
    assert next_attempt_at(window(cancelled=True), []) is None
    assert next_attempt_at(window(), [running()]) is None
    assert next_attempt_at(window(attempts=1), [ended(1, OPENS)]) is None


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (OPENS, OPENS + 30 * MINUTE),
        (CLOSES - 30 * MINUTE, CLOSES),
        (CLOSES - 10 * MINUTE, CLOSES),
    ],
)
def test_an_attempt_ends_by_its_length_or_with_the_window(
    start: dt.datetime, end: dt.datetime
) -> None:
    assert deadline_of(window(), start) == end


def test_remaining_time_in_whole_seconds() -> None:
    def left(now: dt.datetime) -> int:
        return remaining_seconds(started_at=OPENS, deadline_at=OPENS + 30 * MINUTE, now=now)

    assert left(OPENS) == 1800
    assert left(OPENS + dt.timedelta(milliseconds=500)) == 1799
    assert left(OPENS + 29 * MINUTE) == 60
    assert left(OPENS + 30 * MINUTE) == 0
    assert left(OPENS + 31 * MINUTE) == 0
    # a clock set back gives nobody more than the whole length
    assert left(OPENS - dt.timedelta(days=1)) == 1800


instants = st.datetimes(
    dt.datetime(2026, 11, 22),  # noqa: DTZ001 - hypothesis adds the zone
    dt.datetime(2026, 11, 25),  # noqa: DTZ001
    timezones=st.just(dt.UTC),
)


@unhurried
@given(now=instants, ends=st.lists(instants, max_size=4), wait=st.integers(0, 600))
def test_what_opens_later_opens_then(now: dt.datetime, ends: list[dt.datetime], wait: int) -> None:
    past = [ended(number, at) for number, at in enumerate(ends, start=1)]
    verdict = may_start(window(wait=wait), past, now)
    unused = 0 if verdict.reason is StartReason.USED_UP else max(0, 3 - len(past))
    assert verdict.attempts_left == unused
    if verdict.at is not None:
        assert verdict.at > now
        assert OPENS <= verdict.at < CLOSES
        later = may_start(window(wait=wait), past, verdict.at).reason
        assert later in {StartReason.FREE, StartReason.WAIT, StartReason.USED_UP}
    if verdict:
        assert OPENS <= now < CLOSES
        assert len(past) < 3
        assert deadline_of(window(), now) <= CLOSES


@unhurried
@given(start=instants, length=st.integers(1, 480), now=instants)
def test_nobody_has_more_than_the_length(start: dt.datetime, length: int, now: dt.datetime) -> None:
    left = remaining_seconds(started_at=start, deadline_at=start + length * MINUTE, now=now)
    assert 0 <= left <= length * 60
