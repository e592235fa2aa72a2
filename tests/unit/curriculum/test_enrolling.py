"""Start dates and reminders."""

import datetime as dt

import pytest

from lms.curriculum.domain.enrolling import due_dates, refuse_start
from lms.curriculum.domain.reminders import Level, digest_key, find_reminders, level_of
from tests.unit.curriculum.test_path import GATES, PLAN, START, path

DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("starts_on", "cohort_starts_on", "reason"),
    [
        (START, None, None),
        (START, START, None),
        (START - DAY, None, "start_in_past"),
        (START, START + DAY, "start_before_cohort"),
        (START + 366 * DAY, None, None),
        (START + 367 * DAY, None, "start_too_far"),
    ],
)
def test_refused_starts(starts_on, cohort_starts_on, reason):
    assert refuse_start(starts_on, today=START, cohort_starts_on=cohort_starts_on) == reason


def test_due_dates_of_a_start():
    gates = due_dates(PLAN, START)
    assert [(gate.kind.value, gate.key) for gate in gates] == list(GATES)
    assert gates[0].due_on == START + DAY


@pytest.mark.parametrize(
    ("days_left", "level"),
    [
        (4, None),
        (3, Level.SOON),
        (2, Level.SOON),
        (1, Level.TOMORROW),
        (0, Level.TOMORROW),
        (-1, Level.OVERDUE),
        (-9, Level.OVERDUE),
    ],
)
def test_levels(days_left, level):
    assert level_of(days_left) is level


def test_each_level_is_told_once():
    told: list[str] = []
    days: list[tuple[int, str]] = []
    for offset in range(8):
        today = START + offset * DAY
        for each in find_reminders(1, path().gates[:1], today=today, told=told):
            told.append(each.key)
            days.append((offset, each.level.value))
    # due on day 2, which is offset 1: near from the first day on, overdue on the day after
    assert days == [(0, "D-1"), (2, "D+1")]


def test_a_worker_that_was_down_catches_up():
    late = find_reminders(1, path().gates[:1], today=START + 5 * DAY, told=[])
    assert [(each.level, each.days_left) for each in late] == [(Level.OVERDUE, -4)]


def test_passed_gates_and_the_defense_are_not_reminded_of():
    everything = find_reminders(1, path().gates, today=START + 100 * DAY, told=[])
    assert [each.gate.key for each in everything] == ["a", "b", "c", "s1", "d", "s2"]
    passed = path(*GATES[:6]).gates
    assert find_reminders(1, passed, today=START + 100 * DAY, told=[]) == []


def test_a_due_date_that_moves_is_told_anew():
    gate = path().gates[0]
    first = find_reminders(1, [gate], today=START, told=[])
    moved = path(today=START).gates[1]
    assert first[0].key != find_reminders(1, [moved], today=START, told=[first[0].key])[0].key


def test_far_off_gates_are_not_mentioned_and_digests_are_known_by_date():
    assert find_reminders(1, path().gates, today=START - 30 * DAY, told=[]) == []
    assert digest_key(7, START) == "due:7:2026-11-23"
