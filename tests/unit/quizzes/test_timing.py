"""An attempt against the clock: what is left, what is taken, how it ends."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.quizzes.domain.attempts import AttemptState
from lms.quizzes.domain.rules import SittingRules, TimeoutRule
from lms.quizzes.domain.timing import Ending, Timing, ending_of, grace_of
from tests.conftest import NOON

MINUTE = dt.timedelta(minutes=1)
SECOND = dt.timedelta(seconds=1)
DEADLINE = NOON + 30 * MINUTE


def timing(**more: object) -> Timing:
    said: dict[str, object] = {"state": AttemptState.OPEN, "started_at": NOON}
    return Timing(**{**said, "deadline_at": DEADLINE, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "minutes"),
    [(TimeoutRule.SUBMIT, 0), (TimeoutRule.GRACE, 7), (TimeoutRule.ABANDON, 0)],
)
def test_only_one_rule_has_a_grace(rule: TimeoutRule, minutes: int) -> None:
    assert grace_of(SittingRules(timeout=rule, grace_minutes=7)) == minutes * MINUTE


def test_without_grace_the_deadline_ends_everything() -> None:
    one = timing()
    assert one.takes(DEADLINE - SECOND)
    assert not one.takes(DEADLINE)
    assert not one.takes(DEADLINE, is_before_end=True)
    assert one.is_due(DEADLINE)
    assert one.state_at(DEADLINE) is AttemptState.EXPIRED
    assert one.state_at(DEADLINE - SECOND) is AttemptState.OPEN


def test_a_grace_takes_only_what_was_given_before() -> None:
    one = timing(grace=5 * MINUTE)
    within, after = DEADLINE + 5 * MINUTE - SECOND, DEADLINE + 5 * MINUTE
    assert not one.takes(DEADLINE)
    assert one.takes(within, is_before_end=True)
    assert not one.takes(after, is_before_end=True)
    assert not one.is_due(within)
    assert one.is_due(after)
    assert one.remaining_s(within) == 0


def test_a_pause_takes_nothing_uses_no_time_and_is_never_due() -> None:
    one = timing(paused_at=NOON + 10 * MINUTE)
    late = DEADLINE + 60 * MINUTE
    assert one.is_paused
    assert one.remaining_s(late) == 20 * 60
    assert not one.takes(NOON + 11 * MINUTE, is_before_end=True)
    assert not one.is_due(late)
    assert not one.is_time_up(late)
    assert one.state_at(late) is AttemptState.OPEN


def test_an_ended_attempt_takes_nothing() -> None:
    one = timing(state=AttemptState.SUBMITTED, grace=5 * MINUTE)
    assert not one.takes(NOON + MINUTE)
    assert not one.is_due(DEADLINE + HOUR)


HOUR = 60 * MINUTE


def end(one: Timing, now: dt.datetime, **more: object) -> Ending:
    said: dict[str, object] = {"rule": TimeoutRule.SUBMIT, **more}
    return ending_of(one, now, **said)  # type: ignore[arg-type]


def test_in_time_it_is_submitted_now() -> None:
    now = NOON + 3 * MINUTE
    assert end(timing(), now) == Ending(AttemptState.SUBMITTED, now)
    assert end(timing(), NOON - HOUR).at == NOON


def test_afterwards_it_is_the_deadlines_end() -> None:
    now = DEADLINE + 3 * MINUTE
    assert end(timing(), now) == Ending(AttemptState.EXPIRED, DEADLINE)
    assert end(timing(), now, is_before_end=True).state is AttemptState.EXPIRED
    abandoned = end(timing(), now, rule=TimeoutRule.ABANDON)
    assert abandoned == Ending(AttemptState.ABANDONED, DEADLINE)


@pytest.mark.parametrize(
    ("last_saved_at", "at"),
    [
        (NOON + 12 * MINUTE, NOON + 12 * MINUTE),
        (DEADLINE + MINUTE, DEADLINE),
        (None, DEADLINE),
        (NOON - HOUR, NOON),
    ],
)
def test_a_late_submission_takes_the_time_of_the_last_answer(
    last_saved_at: dt.datetime | None, at: dt.datetime
) -> None:
    one = timing(grace=5 * MINUTE)
    now = DEADLINE + 90 * SECOND
    said = {"rule": TimeoutRule.GRACE, "is_before_end": True, "last_saved_at": last_saved_at}
    assert end(one, now, **said) == Ending(AttemptState.SUBMITTED, at, late_seconds=90)
    late = end(one, DEADLINE + 5 * MINUTE, **said)
    assert late == Ending(AttemptState.EXPIRED, DEADLINE)


@given(
    st.integers(-3600, 7200), st.integers(0, 60), st.booleans(), st.sampled_from(list(TimeoutRule))
)
def test_an_end_never_lies_outside_the_attempt(
    seconds: int, grace: int, is_before_end: bool, rule: TimeoutRule
) -> None:
    one = timing(grace=grace * MINUTE)
    ending = end(one, NOON + seconds * SECOND, rule=rule, is_before_end=is_before_end)
    assert NOON <= ending.at <= DEADLINE
    assert (ending.late_seconds > 0) == (is_before_end and 1800 <= seconds < 1800 + 60 * grace)
