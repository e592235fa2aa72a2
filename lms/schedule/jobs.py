"""Sweeps of the schedule."""

import datetime as dt
from zoneinfo import ZoneInfo

from flask import current_app

from lms.clock import local_date
from lms.db import transaction
from lms.schedule.services import forget_old_days, forget_old_uploads


def forget_shifts(now: dt.datetime) -> int:
    """Delete shifts and uploads that have been kept as long as the privacy notice says."""
    zone: ZoneInfo = current_app.extensions["settings"].zone
    with transaction():
        return forget_old_days(local_date(now, zone)) + forget_old_uploads(now)
