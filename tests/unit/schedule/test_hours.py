"""Working hours as people write them."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.schedule.domain.bookings import Span
from lms.schedule.domain.hours import (
    LONGEST_MINUTES,
    BadHours,
    Stretch,
    hours_text,
    parse_hours,
    read_stretch,
)
from lms.schedule.domain.shifts import Shift, days_touched, is_off_shift, longest_on_shift, shift_on

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = dt.date(2026, 11, 23)


def local(hour: int, minute: int = 0, *, day: dt.date = DAY) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("09:00–18:00", [(540, 1080)]),
        ("9:00-18:00", [(540, 1080)]),
        ("９：００～１８：００", [(540, 1080)]),
        ("09:00 至 18:00", [(540, 1080)]),
        ("22:00–06:00", [(1320, 1800)]),
        ("22:00–次日06:00", [(1320, 1800)]),
        ("22:00-06:00(+1)", [(1320, 1800)]),
        ("16:00–24:00", [(960, 1440)]),
        ("16:00–00:00", [(960, 1440)]),
        ("09:00–12:00、14:00–18:00", [(540, 720), (840, 1080)]),
        ("09:00-12:00/14:00-18:00", [(540, 720), (840, 1080)]),
        ("休息", []),
        ("休", []),
        ("OFF", []),
    ],
)
def test_hours(text: str, hours: list[tuple[int, int]]) -> None:
    assert parse_hours(text) == tuple(Stretch(*one) for one in hours)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "bad_time"),
        ("早", "bad_time"),
        ("9-18", "bad_time"),
        ("25:00–26:00", "bad_time"),
        ("09:60–18:00", "bad_time"),
        ("09:00", "bad_time"),
        ("09:00–18:00 加班", "bad_time"),
        ("次日01:00–次日06:00", "bad_time"),
        ("09:00–08:00", "too_long"),
        ("09:00–09:00", "too_long"),
        ("08:00–次日09:00", "too_long"),
        ("09:00–13:00、12:00–18:00", "overlap"),
        ("14:00–18:00、09:00–12:00", "overlap"),
    ],
)
def test_what_cannot_be(text: str, code: str) -> None:
    with pytest.raises(BadHours) as caught:
        parse_hours(text)
    assert caught.value.code == code


@st.composite
def hours_of_a_day(draw: st.DrawFn) -> tuple[Stretch, ...]:
    found: list[Stretch] = []
    at = draw(st.integers(0, 1439))
    for _ in range(draw(st.integers(0, 3))):
        end = at + draw(st.integers(1, LONGEST_MINUTES))
        if found and end > 2880:
            break
        found.append(Stretch(at, end))
        at = end + draw(st.integers(0, 200))
        if at >= 2400:
            break
    return tuple(found)


@given(hours_of_a_day())
def test_what_is_written_is_read(hours: tuple[Stretch, ...]) -> None:
    assert parse_hours(hours_text(hours)) == hours


@given(st.integers(0, 1439), st.integers(1, LONGEST_MINUTES))
def test_an_end_that_is_not_later_is_on_the_next_day(start: int, length: int) -> None:
    end = start + length
    clock = [f"{one % 1440 // 60:02}:{one % 60:02}" for one in (start, end)]
    assert read_stretch(*clock) == Stretch(start, end)


def test_a_night_shift_belongs_to_its_evening_and_ends_by_the_local_clock() -> None:
    shift = shift_on(DAY, Stretch(1320, 1800), "夜", SHANGHAI)
    assert shift.starts_at == local(22)
    assert shift.ends_at == local(6, day=DAY + dt.timedelta(days=1))
    assert shift.starts_at.tzinfo is dt.UTC
    assert shift.ends_at - shift.starts_at == dt.timedelta(hours=8)


def test_days_that_a_window_touches() -> None:
    after = DAY + dt.timedelta(days=1)
    assert days_touched(Span(local(0), local(0, day=after)), SHANGHAI) == [DAY]
    assert days_touched(Span(local(23), local(0, 1, day=after)), SHANGHAI) == [DAY, after]
    assert days_touched(Span(local(9), local(9)), SHANGHAI) == [DAY]


@pytest.mark.parametrize(
    ("opens", "closes", "minutes", "is_off"),
    [
        ((10, 0), (18, 0), 60, False),
        ((17, 30), (20, 0), 30, False),
        ((17, 31), (20, 0), 30, True),
        ((18, 0), (20, 0), 30, True),
        ((5, 0), (9, 0), 30, True),
        ((11, 30), (14, 30), 30, False),
        ((11, 40), (14, 20), 30, True),
        ((9, 0), (9, 10), 60, False),
    ],
)
def test_who_is_not_at_work(opens, closes, minutes: int, *, is_off: bool) -> None:
    shifts = [shift_on(DAY, one, "早", SHANGHAI) for one in parse_hours("09:00–12:00、14:00–18:00")]
    assert is_off_shift(Span(local(*opens), local(*closes)), minutes, shifts) is is_off


def test_shifts_that_meet_are_one_piece() -> None:
    shifts = [Shift(local(12), local(14)), Shift(local(9), local(12)), Shift(local(10), local(11))]
    window = Span(local(8), local(20))
    assert longest_on_shift(window, shifts) == dt.timedelta(hours=5)
    assert longest_on_shift(window, []) == dt.timedelta(0)
