"""What the board says of a candidate: time left, what is worth a look, and who comes first."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.quizzes.domain.board import (
    QUIET_AFTER,
    SHORT_BEFORE,
    URGENT,
    BoardRow,
    BoardState,
    Sign,
    attention_rank,
    seconds_left,
    signs_of,
)

NOW = dt.datetime(2026, 11, 23, 4, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
SECOND = dt.timedelta(seconds=1)

RUNNING = BoardRow(
    person_id=1,
    name="林晓曼",
    employee_no="",
    state=BoardState.RUNNING,
    attempt_id=7,
    attempts=1,
    answered=3,
    items=10,
    started_at=NOW - 10 * MINUTE,
    deadline_at=NOW + 20 * MINUTE,
    heard_at=NOW - MINUTE,
)


def test_who_works_quietly_along_has_no_sign() -> None:
    assert signs_of(RUNNING, NOW) == {}
    assert attention_rank(RUNNING, NOW) == 3


@pytest.mark.parametrize(
    ("changes", "sign"),
    [
        ({"is_away": True}, Sign.AWAY),
        ({"heard_at": NOW - QUIET_AFTER - SECOND}, Sign.QUIET),
        ({"deadline_at": NOW + SHORT_BEFORE - SECOND}, Sign.SHORT),
    ],
)
def test_what_holds_now_comes_first(changes, sign: Sign) -> None:
    row = replace(RUNNING, **changes)
    assert signs_of(row, NOW) == {sign: 1}
    assert attention_rank(row, NOW) == 0
    paused = replace(row, state=BoardState.PAUSED, paused_at=NOW)
    assert signs_of(paused, NOW) == {}
    ended = replace(row, state=BoardState.PASSED, ended_at=NOW)
    assert signs_of(ended, NOW) == {}


@pytest.mark.parametrize(
    "changes",
    [{"heard_at": NOW - QUIET_AFTER}, {"deadline_at": NOW + SHORT_BEFORE}],
)
def test_the_limits_themselves_are_fine(changes) -> None:
    assert signs_of(replace(RUNNING, **changes), NOW) == {}


def test_who_has_answered_everything_may_be_quiet() -> None:
    done = replace(RUNNING, answered=10, heard_at=NOW - 9 * MINUTE, deadline_at=NOW + MINUTE)
    assert signs_of(done, NOW) == {}


def test_what_was_noted_stays_with_its_number() -> None:
    row = replace(RUNNING, left_page=3, new_devices=1, pasted=2)
    noted = {Sign.NEW_DEVICE: 1, Sign.LEFT_PAGE: 3, Sign.PASTED: 2}
    assert signs_of(row, NOW) == noted
    assert attention_rank(row, NOW) == 2
    ended = replace(row, state=BoardState.FAILED, ended_at=NOW)
    assert signs_of(ended, NOW) == noted
    assert attention_rank(ended, NOW) == 5


def test_who_is_not_in_comes_right_after_who_needs_a_look() -> None:
    def rank(state: BoardState) -> int:
        return attention_rank(replace(RUNNING, state=state), NOW)

    quiet = attention_rank(replace(RUNNING, is_away=True), NOW)
    order = [quiet, rank(BoardState.ABSENT), rank(BoardState.RUNNING), rank(BoardState.PAUSED)]
    order += [rank(BoardState.PASSED), rank(BoardState.LOCKED)]
    assert order == sorted(order)
    assert len(set(order)) == len(order)


@given(left=st.integers(-3600, 36000), paused=st.integers(0, 7200))
def test_a_paused_clock_stands_still(left: int, paused: int) -> None:
    row = replace(
        RUNNING,
        state=BoardState.PAUSED,
        paused_at=NOW,
        deadline_at=NOW + dt.timedelta(seconds=left),
    )
    assert seconds_left(row, NOW + dt.timedelta(seconds=paused)) == max(0, left)


def test_an_ended_attempt_has_no_time_left() -> None:
    assert seconds_left(RUNNING, NOW) == 20 * 60
    assert seconds_left(RUNNING, NOW + 21 * MINUTE) == 0
    assert seconds_left(replace(RUNNING, ended_at=NOW), NOW) == 0
    assert seconds_left(replace(RUNNING, deadline_at=None), NOW) == 0


def test_urgent_signs_are_signs() -> None:
    assert set(Sign) > URGENT
