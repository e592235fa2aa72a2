"""When a make-up sitting opens."""

import datetime as dt
from zoneinfo import ZoneInfo

MORNING = dt.time(10)
_DAY = dt.timedelta(days=1)
_SATURDAY = 5


def make_up_opening(
    closed_at: dt.datetime, wait_minutes: int, zone: ZoneInfo, now: dt.datetime
) -> dt.datetime:
    """Return when the make-up of a sitting opens: on a working morning, and no sooner than candidates have rested.

    Args:
        closed_at: The end of the sitting.
        wait_minutes: The pause that the sitting asks for between two attempts; at least 0.
        zone: The organisation's zone; Monday to Friday are working days in it.
        now: The instant at which it is arranged; never before the end.

    Returns:
        10:00 of the first working day after today at which the pause is over.
    """
    rested = max(now, closed_at + dt.timedelta(minutes=wait_minutes))
    date = now.astimezone(zone).date() + _DAY
    while True:
        opens = dt.datetime.combine(date, MORNING, zone).astimezone(dt.UTC)
        if date.weekday() < _SATURDAY and opens >= rested:
            return opens
        date += _DAY
