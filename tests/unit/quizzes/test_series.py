"""When a repeated sitting opens."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.quizzes.domain.series import (
    Every,
    Repeat,
    openings,
    repeat_as_json,
    repeat_from_json,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
FAR = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)


def weekly(*days: int, at: str = "10:00", first: str = "2026-11-23", last: str = "2026-12-14"):
    return Repeat(
        Every.WEEK,
        days,
        dt.time.fromisoformat(at),
        dt.date.fromisoformat(first),
        dt.date.fromisoformat(last),
    )


def monthly(day: int, *, first: str, last: str, at: str = "10:00"):
    return Repeat(
        Every.MONTH,
        (day,),
        dt.time.fromisoformat(at),
        dt.date.fromisoformat(first),
        dt.date.fromisoformat(last),
    )


def local(repeat: Repeat, zone: ZoneInfo, after: dt.datetime | None = None) -> list[str]:
    found = openings(repeat, zone, after=after, until=FAR)
    return [f"{one.astimezone(zone):%Y-%m-%d %H:%M}" for one in found]


def test_every_monday_and_thursday_until_the_last_day() -> None:
    assert local(weekly(0, 3, last="2026-12-03"), SHANGHAI) == [
        "2026-11-23 10:00",
        "2026-11-26 10:00",
        "2026-11-30 10:00",
        "2026-12-03 10:00",
    ]


def test_only_what_comes_after_and_not_beyond() -> None:
    after = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)  # that opening itself
    until = dt.datetime(2026, 11, 30, 2, 0, tzinfo=dt.UTC)
    assert list(openings(weekly(0), SHANGHAI, after=after, until=until)) == [until]
    second = dt.timedelta(seconds=1)
    assert list(openings(weekly(0), SHANGHAI, after=after, until=until - second)) == []


def test_a_short_month_has_its_last_day() -> None:
    repeat = monthly(31, first="2027-01-01", last="2027-04-30")
    assert local(repeat, SHANGHAI) == [
        "2027-01-31 10:00",
        "2027-02-28 10:00",
        "2027-03-31 10:00",
        "2027-04-30 10:00",
    ]


def test_the_local_time_stays_when_the_clocks_change() -> None:
    repeat = weekly(6, first="2027-03-21", last="2027-04-04")  # the clocks go forward on 28 March
    found = list(openings(repeat, BERLIN, after=None, until=FAR))
    assert [one.hour for one in found] == [9, 8, 8]
    assert local(repeat, BERLIN) == ["2027-03-21 10:00", "2027-03-28 10:00", "2027-04-04 10:00"]


def test_a_time_that_is_skipped_or_comes_twice_opens_once() -> None:
    skipped = weekly(6, at="02:30", first="2027-03-28", last="2027-03-28")
    assert local(skipped, BERLIN) == ["2027-03-28 03:30"]
    twice = weekly(6, at="02:30", first="2027-10-31", last="2027-10-31")
    (once,) = openings(twice, BERLIN, after=None, until=FAR)
    assert once == dt.datetime(2027, 10, 31, 0, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("every", "days"),
    [(Every.WEEK, ()), (Every.WEEK, (7,)), (Every.MONTH, (0,)), (Every.MONTH, (1, 2))],
)
def test_days_that_there_are_not(every: Every, days: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="no days"):
        Repeat(every, days, dt.time(10), dt.date(2026, 1, 1), dt.date(2026, 2, 1))


@given(
    days=st.sets(st.integers(0, 6), min_size=1),
    at=st.times(timezones=st.none()).map(lambda one: one.replace(second=0, microsecond=0)),
    cuts=st.lists(st.integers(0, 60 * 24 * 40), max_size=5),
)
def test_however_it_is_asked_in_steps_each_opening_comes_once(
    days: set[int], at: dt.time, cuts: list[int]
) -> None:
    repeat = Repeat(Every.WEEK, tuple(sorted(days)), at, dt.date(2027, 3, 10), dt.date(2027, 4, 12))
    assert repeat_from_json(repeat_as_json(repeat), repeat.until_on) == repeat
    start = dt.datetime(2027, 3, 9, tzinfo=dt.UTC)
    stepwise: list[dt.datetime] = []
    made_until: dt.datetime | None = None
    for minutes in [*sorted(cuts), 60 * 24 * 60]:
        for opens in openings(
            repeat, BERLIN, after=made_until, until=start + dt.timedelta(minutes=minutes)
        ):
            made_until = opens
            stepwise.append(opens)
    assert stepwise == list(openings(repeat, BERLIN, after=None, until=FAR))
    assert stepwise == sorted(set(stepwise))
