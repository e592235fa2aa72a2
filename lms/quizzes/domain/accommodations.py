"""More time for a person: what may be granted, and whether it holds."""

import datetime as dt
from enum import StrEnum

from lms.quizzes.domain.sittings import Problem

USUAL_PERCENTS = (25, 50, 100)
LEAST_PERCENT = 5
MOST_PERCENT = 300


class AccommodationState(StrEnum):
    """Where an accommodation stands on a date."""

    UPCOMING = "upcoming"
    HOLDS = "holds"
    ENDED = "ended"


def accommodation_state(
    from_on: dt.date, until_on: dt.date | None, *, is_ended: bool, today: dt.date
) -> AccommodationState:
    """Return where it stands ``today``; both dates count."""
    if is_ended or (until_on is not None and until_on < today):
        return AccommodationState.ENDED
    return AccommodationState.UPCOMING if today < from_on else AccommodationState.HOLDS


def check_accommodation(
    extra_percent: int, reason: str, from_on: dt.date, until_on: dt.date | None
) -> Problem | None:
    """Return what speaks against granting it, or None."""
    if not LEAST_PERCENT <= extra_percent <= MOST_PERCENT:
        return Problem("extra_percent", "out_of_range")
    if not reason.strip():
        return Problem("reason", "reason_missing")
    if until_on is not None and until_on < from_on:
        return Problem("until_on", "until_before_from")
    return None
