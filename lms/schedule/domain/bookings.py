"""A booking, and whether bookings leave a person enough time."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class BookingKind(StrEnum):
    """What somebody is booked for."""

    SITTING = "sitting"
    """Taking an exam, at any time of its window."""
    DEFENSE = "defense"
    """One's own probation defense."""
    RATING = "rating"
    """Sitting on the panel of somebody's defense."""


@dataclass(frozen=True, slots=True)
class Booking:
    """One thing that one person is booked for.

    Attributes:
        person_id: Who.
        kind: What.
        source_id: The row it stands for; with ``kind`` it stays the same for ever.
        title: What it is called, in Chinese.
        title_en: And in English.
        starts_at: First instant.
        ends_at: First instant after it.
        minutes: How much of this time it takes; of an exam the length of an attempt.
        link: Path within the product.
        changes: How often it was changed since it was booked; never falls.
        changed_at: When it was booked or changed last.
        place: Where; empty for anywhere.
        note: What else to know.
        is_cancelled: Whether it was called off.
    """

    person_id: int
    kind: BookingKind
    source_id: int
    title: str
    title_en: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    minutes: int
    link: str
    changes: int
    changed_at: dt.datetime
    place: str = ""
    note: str = ""
    is_cancelled: bool = False

    @property
    def is_fixed(self) -> bool:
        """Whether it takes its whole time: no second one of its length finds room in it."""
        return self.ends_at - self.starts_at < 2 * dt.timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A time from ``starts_at`` up to, but without, ``ends_at``."""

    starts_at: dt.datetime
    ends_at: dt.datetime


def longest_free(window: Span, taken: Iterable[Span]) -> dt.timedelta:
    """Return the longest stretch of ``window`` that no span of ``taken`` touches; zero when all is taken."""
    longest = dt.timedelta(0)
    free_from = window.starts_at
    for span in sorted(taken):
        longest = max(longest, min(span.starts_at, window.ends_at) - free_from)
        free_from = max(free_from, span.ends_at)
    return max(longest, window.ends_at - free_from)
