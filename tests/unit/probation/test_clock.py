"""The legal clock in the organisation's zone."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.probation.domain.clock import ProbationClock, Urgency, last_moment, plan_day

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONTH = ProbationClock(dt.date(2026, 11, 1), dt.date(2026, 11, 30), SHANGHAI)
HALF_YEAR = ProbationClock(dt.date(2026, 6, 1), dt.date(2026, 11, 30), SHANGHAI)


def local(text: str, zone: ZoneInfo = SHANGHAI) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone)


def test_the_last_day_is_lawful_until_midnight():
    assert last_moment(dt.date(2026, 11, 30), SHANGHAI) == local("2026-12-01T00:00")
    assert MONTH.may_decide_negative(local("2026-11-30T23:59:59.999999"))
    assert not MONTH.may_decide_negative(local("2026-12-01T00:00"))
    assert MONTH.is_expired(local("2026-12-01T00:00"))


def test_the_zone_decides_not_utc():
    late = dt.datetime(2026, 11, 30, 16, 0, tzinfo=dt.UTC)
    assert not MONTH.may_decide_negative(late)
    london = ProbationClock(MONTH.starts_on, MONTH.ends_on, ZoneInfo("Europe/London"))
    assert london.may_decide_negative(late)


def test_days_are_counted_by_date():
    assert MONTH.days_left(local("2026-11-30T23:00")) == 0
    assert MONTH.days_left(local("2026-11-29T00:01")) == 1
    assert MONTH.days_left(local("2026-12-01T00:00")) == -1
    assert MONTH.length_days == 30


def test_it_starts_with_its_first_day():
    assert not MONTH.has_started(local("2026-10-31T23:59"))
    assert MONTH.has_started(local("2026-11-01T00:00"))


@pytest.mark.parametrize(
    ("ends", "plan"),
    [
        ("2026-11-27", "2026-11-27"),  # Friday
        ("2026-11-28", "2026-11-27"),  # Saturday
        ("2026-11-29", "2026-11-27"),  # Sunday
        ("2026-11-30", "2026-11-30"),  # Monday
    ],
)
def test_plan_for_the_working_day_before_a_weekend(ends, plan):
    assert plan_day(dt.date.fromisoformat(ends)) == dt.date.fromisoformat(plan)


@pytest.mark.parametrize(
    ("clock", "at", "urgency"),
    [
        (HALF_YEAR, "2026-10-30T12:00", Urgency.CALM),
        (HALF_YEAR, "2026-10-31T00:00", Urgency.REVIEW),
        (HALF_YEAR, "2026-11-19T12:00", Urgency.REVIEW),
        (HALF_YEAR, "2026-11-20T12:00", Urgency.PRESSING),
        (HALF_YEAR, "2026-11-27T12:00", Urgency.LAST),
        (HALF_YEAR, "2026-11-30T23:59", Urgency.LAST),
        (HALF_YEAR, "2026-12-01T00:00", Urgency.EXPIRED),
        (MONTH, "2026-11-14T12:00", Urgency.CALM),
        (MONTH, "2026-11-15T12:00", Urgency.REVIEW),
        (MONTH, "2026-11-24T12:00", Urgency.REVIEW),
        (MONTH, "2026-11-25T12:00", Urgency.PRESSING),
    ],
)
def test_the_tone_rises_and_short_probations_compress(clock, at, urgency):
    assert clock.urgency(local(at)) is urgency


def test_review_opens_at_the_start_of_its_day():
    assert HALF_YEAR.review_at == local("2026-10-31T00:00")
    assert MONTH.review_at == local("2026-11-15T00:00")


def test_a_weekend_counts_to_the_planned_day():
    sunday = ProbationClock(dt.date(2026, 9, 1), dt.date(2026, 11, 29), SHANGHAI)
    assert sunday.days_to_plan(local("2026-11-24T12:00")) == 3
    assert sunday.urgency(local("2026-11-24T12:00")) is Urgency.LAST
    assert sunday.urgency(local("2026-11-29T12:00")) is Urgency.LAST
    assert sunday.may_decide_negative(local("2026-11-29T23:00"))


ORDER = list(Urgency)
dates = st.dates(dt.date(2020, 1, 1), dt.date(2060, 1, 1))
zones = st.sampled_from(
    [ZoneInfo(n) for n in ("Asia/Shanghai", "America/New_York", "Pacific/Apia", "UTC")]
)


@given(dates, st.integers(0, 190), zones, st.integers(-400, 9000), st.integers(1, 2000))
def test_time_only_makes_it_more_urgent(starts_on, days, zone, hours, later):
    clock = ProbationClock(starts_on, starts_on + dt.timedelta(days=days), zone)
    now = clock.starts_at + dt.timedelta(hours=hours)
    then = now + dt.timedelta(hours=later)
    assert ORDER.index(clock.urgency(now)) <= ORDER.index(clock.urgency(then))
    assert clock.days_left(now) >= clock.days_left(then)
    assert clock.may_decide_negative(now) or not clock.may_decide_negative(then)


@given(dates, st.integers(0, 190), zones)
def test_the_plan_is_a_working_day_in_time(starts_on, days, zone):
    clock = ProbationClock(starts_on, starts_on + dt.timedelta(days=days), zone)
    assert clock.plan_on.weekday() < 5
    assert clock.ends_on - dt.timedelta(days=2) <= clock.plan_on <= clock.ends_on
    assert clock.starts_at < clock.ends_at
    assert clock.may_decide_negative(clock.ends_at - dt.timedelta(microseconds=1))
