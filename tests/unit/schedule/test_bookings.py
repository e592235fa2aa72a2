"""Whether bookings leave enough of a window."""

import datetime as dt

import pytest

from lms.schedule.domain.bookings import Booking, BookingKind, Span, longest_free

START = dt.datetime(2026, 11, 23, 2, tzinfo=dt.UTC)


def span(first: int, last: int) -> Span:
    minute = dt.timedelta(minutes=1)
    return Span(START + first * minute, START + last * minute)


@pytest.mark.parametrize(
    ("taken", "minutes"),
    [
        ([], 60),
        ([(0, 60)], 0),
        ([(-10, 70)], 0),
        ([(20, 30)], 30),
        ([(20, 30), (25, 55)], 20),
        ([(50, 90), (-5, 10)], 40),
        ([(0, 20), (5, 10), (30, 60)], 10),
        ([(100, 120)], 60),
    ],
)
def test_the_longest_stretch_that_is_left(taken: list[tuple[int, int]], minutes: int) -> None:
    spans = [span(*one) for one in taken]
    assert longest_free(span(0, 60), spans) == dt.timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("window", "is_fixed"), [(40, True), (79, True), (80, False), (480, False)]
)
def test_what_is_open_all_day_leaves_room(window: int, *, is_fixed: bool) -> None:
    booking = Booking(
        person_id=1,
        kind=BookingKind.SITTING,
        source_id=1,
        title="",
        title_en="",
        starts_at=START,
        ends_at=START + dt.timedelta(minutes=window),
        minutes=40,
        link="/",
        changes=0,
        changed_at=START,
    )
    assert booking.is_fixed is is_fixed
