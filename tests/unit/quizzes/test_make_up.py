"""When a make-up opens, and which reminder is due."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from lms.quizzes.domain.make_up import make_up_opening
from lms.quizzes.domain.reminders import Reminder, due_reminder

ZONE = ZoneInfo("Asia/Shanghai")
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(dt.UTC)


@pytest.mark.parametrize(
    ("closed", "wait", "opens"),
    [
        ("2026-11-23 18:00", 0, "2026-11-24 10:00"),  # Monday evening: Tuesday morning
        ("2026-11-23 02:00", 0, "2026-11-24 10:00"),  # not the same morning
        ("2026-11-27 18:00", 0, "2026-11-30 10:00"),  # over the week-end
        ("2026-11-23 18:00", 960, "2026-11-24 10:00"),  # rested exactly then
        ("2026-11-23 18:00", 961, "2026-11-25 10:00"),
        ("2026-11-23 18:00", 4 * 1440, "2026-11-30 10:00"),  # Friday evening: Monday
    ],
)
def test_a_working_morning_after_the_pause(closed: str, wait: int, opens: str) -> None:
    assert make_up_opening(at(closed), wait, ZONE, at(closed)) == at(opens)


def test_when_results_come_late_it_is_the_morning_after_them() -> None:
    closed, known = at("2026-11-23 18:00"), at("2026-11-26 09:00")
    assert make_up_opening(closed, 60, ZONE, known) == at("2026-11-27 10:00")


OPENS = dt.datetime(2026, 11, 23, 2, tzinfo=dt.UTC)
CLOSES = OPENS + 8 * HOUR


def due(now: dt.datetime, *, told: dt.timedelta = 5 * DAY, last: str = "") -> Reminder | None:
    return due_reminder(opens_at=OPENS, closes_at=CLOSES, told_at=OPENS - told, last=last, now=now)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (OPENS - DAY - MINUTE, None),
        (OPENS - DAY, Reminder.DAY),
        (OPENS - HOUR - MINUTE, Reminder.DAY),
        (OPENS - HOUR, Reminder.HOUR),
        (OPENS - MINUTE, Reminder.HOUR),
        (OPENS, None),
        (CLOSES - HOUR - MINUTE, None),
        (CLOSES - HOUR, Reminder.CLOSING),
        (CLOSES, None),
    ],
)
def test_each_has_its_time(now: dt.datetime, expected: Reminder | None) -> None:
    assert due(now) is expected


def test_none_comes_twice_or_out_of_order() -> None:
    assert due(OPENS - DAY, last="day") is None
    assert due(OPENS - HOUR, last="day") is Reminder.HOUR
    assert due(OPENS - HOUR, last="hour") is None
    assert due(CLOSES - HOUR, last="closing") is None


def test_who_has_just_been_told_is_not_told_again() -> None:
    assert due(OPENS - 20 * HOUR, told=DAY + HOUR) is None
    assert due(OPENS - 30 * MINUTE, told=2 * HOUR) is None
    assert due(OPENS - 30 * MINUTE, told=3 * HOUR) is Reminder.HOUR


def test_a_short_window_has_no_reminder_of_its_end() -> None:
    closes = OPENS + 2 * HOUR
    now = closes - 30 * MINUTE
    assert (
        due_reminder(opens_at=OPENS, closes_at=closes, told_at=OPENS - DAY, last="", now=now)
        is None
    )
