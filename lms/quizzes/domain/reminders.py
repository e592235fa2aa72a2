"""Which reminder of a sitting is due."""

import datetime as dt
from enum import StrEnum

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


class Reminder(StrEnum):
    """The reminders of a sitting, in the order in which they come."""

    DAY = "day"
    """It opens within a day."""
    HOUR = "hour"
    """It opens within an hour."""
    CLOSING = "closing"
    """It closes within an hour."""


_ORDER = tuple(Reminder)


def due_reminder(
    *,
    opens_at: dt.datetime,
    closes_at: dt.datetime,
    told_at: dt.datetime,
    last: str,
    now: dt.datetime,
) -> Reminder | None:
    """Return the reminder that is due at ``now`` and was not sent yet, or None.

    None is due that would only repeat what candidates have just been told: of the opening a day before when it was
    scheduled less than two days ahead, an hour before when less than three hours ahead, and of the end when the window
    is two hours or shorter.

    Args:
        opens_at: Start of the window.
        closes_at: End of the window.
        told_at: When the candidates were told of the sitting.
        last: The reminder that was sent last (its value), or empty.
        now: The present instant.
    """
    due: Reminder | None = None
    if opens_at <= now < closes_at:
        is_long = closes_at - opens_at > 2 * HOUR
        due = Reminder.CLOSING if is_long and now >= closes_at - HOUR else None
    elif opens_at - HOUR <= now < opens_at:
        due = Reminder.HOUR if opens_at - told_at >= 3 * HOUR else None
    elif opens_at - DAY <= now < opens_at:
        due = Reminder.DAY if opens_at - told_at >= 2 * DAY else None
    if due is None or (last and _ORDER.index(Reminder(last)) >= _ORDER.index(due)):
        return None
    return due
