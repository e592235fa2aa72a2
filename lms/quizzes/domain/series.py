"""A sitting that comes again: when the next ones open."""

import calendar
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

_DAY = dt.timedelta(days=1)
LAST_DAY = 31
WEEKDAYS = 7


class Every(StrEnum):
    """How often."""

    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Repeat:
    """The days and the local time at which a sitting opens again.

    Attributes:
        every: Week or month.
        days: Days of the week, 0 for Monday to 6; or one day of the month, 1 to 31. A month that is shorter has its
            last day instead.
        at: Time of day in the organisation's zone.
        from_on: First date that counts.
        until_on: Last date that counts.
    """

    every: Every
    days: tuple[int, ...]
    at: dt.time
    from_on: dt.date
    until_on: dt.date

    def __post_init__(self) -> None:
        """Refuse days that there are not."""
        if self.every is Every.WEEK:
            is_good = bool(self.days) and all(0 <= day < WEEKDAYS for day in self.days)
        else:
            is_good = len(self.days) == 1 and 1 <= self.days[0] <= LAST_DAY
        if not is_good:
            raise ValueError(f"no days of a {self.every.value}: {self.days}")

    def is_on(self, date: dt.date) -> bool:
        """Say whether a sitting opens on ``date``."""
        if not self.from_on <= date <= self.until_on:
            return False
        if self.every is Every.WEEK:
            return date.weekday() in self.days
        last = calendar.monthrange(date.year, date.month)[1]
        return date.day == min(self.days[0], last)


def openings(
    repeat: Repeat, zone: ZoneInfo, *, after: dt.datetime | None, until: dt.datetime
) -> Iterator[dt.datetime]:
    """Yield the openings after ``after`` (all from the first when None) up to and including ``until``, in order.

    There is one on each date that counts, also where the clocks change: a local time that is skipped is the instant
    that would have had it, and of one that comes twice the first is taken.
    """
    date = repeat.from_on
    if after is not None:
        date = max(date, after.astimezone(zone).date())
    last = min(repeat.until_on, until.astimezone(zone).date())
    while date <= last:
        if repeat.is_on(date):
            opens = dt.datetime.combine(date, repeat.at, zone).astimezone(dt.UTC)
            if (after is None or opens > after) and opens <= until:
                yield opens
        date += _DAY


def repeat_as_json(repeat: Repeat) -> dict[str, object]:
    """Return what is stored with a series; the last date has a column of its own."""
    return {
        "every": repeat.every.value,
        "days": list(repeat.days),
        "at": f"{repeat.at:%H:%M}",
        "from_on": repeat.from_on.isoformat(),
    }


def repeat_from_json(stored: Mapping[str, object], until_on: dt.date) -> Repeat:
    """Read a stored repetition back.

    Raises:
        ValueError: It is none.
    """
    days = stored.get("days")
    if not isinstance(days, list):
        raise ValueError("a repetition without days")  # noqa: TRY004 - a value of a file, not of a caller
    return Repeat(
        every=Every(str(stored["every"])),
        days=tuple(int(day) for day in days),
        at=dt.time.fromisoformat(str(stored["at"])),
        from_on=dt.date.fromisoformat(str(stored["from_on"])),
        until_on=until_on,
    )
