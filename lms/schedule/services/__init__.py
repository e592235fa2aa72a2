"""Writing calendar feeds and shifts; services flush and never commit."""

from lms.schedule.services.feeds import TOKEN_BYTES, end_feed, renew_feed
from lms.schedule.services.shifts import (
    KEPT_DAYS,
    Outcome,
    choose_sheet,
    chosen_table,
    compare_days,
    confirm_shifts,
    forget_old_days,
    forget_old_uploads,
    keep_shifts,
    propose_hours,
    set_choice,
)

__all__ = [
    "KEPT_DAYS",
    "TOKEN_BYTES",
    "Outcome",
    "choose_sheet",
    "chosen_table",
    "compare_days",
    "confirm_shifts",
    "end_feed",
    "forget_old_days",
    "forget_old_uploads",
    "keep_shifts",
    "propose_hours",
    "renew_feed",
    "set_choice",
]
