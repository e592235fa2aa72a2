"""Reading calendar feeds and shifts."""

from lms.schedule.queries.feeds import find_feed, find_person_of_feed
from lms.schedule.queries.shifts import (
    OffShift,
    Wanted,
    count_without,
    known_for_shifts,
    list_codes,
    list_days,
    list_leads,
    list_off_shift,
    select_rostered,
)
from lms.schedule.queries.uploads import get_shift_upload

__all__ = [
    "OffShift",
    "Wanted",
    "count_without",
    "find_feed",
    "find_person_of_feed",
    "get_shift_upload",
    "known_for_shifts",
    "list_codes",
    "list_days",
    "list_leads",
    "list_off_shift",
    "select_rostered",
]
