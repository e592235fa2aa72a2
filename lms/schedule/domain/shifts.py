"""Shifts as instants, and whether a window leaves somebody time on shift."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from lms.schedule.domain.bookings import Span
from lms.schedule.domain.hours import Stretch

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Shift:
    """Working time of one person in one piece.

    Attributes:
        starts_at: First instant, in UTC.
        ends_at: First instant after it, in UTC.
        name: What the roster calls it, such as 早; may be empty.
    """

    starts_at: dt.datetime
    ends_at: dt.datetime
    name: str = ""


def shift_on(day: dt.date, stretch: Stretch, name: str, zone: ZoneInfo) -> Shift:
    """Return a stretch of ``day`` as instants: what clocks in ``zone`` show counts."""
    return Shift(_at(day, stretch.start, zone), _at(day, stretch.end, zone), name)


def _at(day: dt.date, minutes: int, zone: ZoneInfo) -> dt.datetime:
    wall = dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=minutes)
    return wall.replace(tzinfo=zone).astimezone(dt.UTC)


def days_touched(window: Span, zone: ZoneInfo) -> list[dt.date]:
    """Return the local days that a window touches; an end at midnight touches no further day."""
    last = max(window.starts_at, window.ends_at - dt.timedelta(microseconds=1))
    day, end = window.starts_at.astimezone(zone).date(), last.astimezone(zone).date()
    days = [day]
    while day < end:
        day += _DAY
        days.append(day)
    return days


def longest_on_shift(window: Span, shifts: Iterable[Shift]) -> dt.timedelta:
    """Return the longest stretch of ``window`` that is on shift in one piece; shifts that meet are one piece."""
    longest = dt.timedelta(0)
    piece: Span | None = None
    for shift in sorted(shifts):
        starts = max(shift.starts_at, window.starts_at)
        ends = min(shift.ends_at, window.ends_at)
        if ends <= starts:
            continue
        if piece is not None and starts <= piece.ends_at:
            piece = Span(piece.starts_at, max(piece.ends_at, ends))
        else:
            piece = Span(starts, ends)
        longest = max(longest, piece.ends_at - piece.starts_at)
    return longest


def is_off_shift(window: Span, minutes: int, shifts: Sequence[Shift]) -> bool:
    """Say whether nobody with these shifts finds ``minutes`` on shift in one piece within ``window``.

    Args:
        window: From when until when something is open.
        minutes: What it takes; of a shorter window the whole of it.
        shifts: All that may touch the window, those that began the evening before as well.
    """
    needed = min(dt.timedelta(minutes=minutes), window.ends_at - window.starts_at)
    return longest_on_shift(window, shifts) < needed
