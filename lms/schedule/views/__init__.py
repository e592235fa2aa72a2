"""Pages of schedule: the personal calendar, the week's shifts, their import."""

from lms.schedule.views import calendar, shift_imports, shifts
from lms.schedule.views.blueprint import blueprint

__all__ = ["blueprint", "calendar", "shift_imports", "shifts"]
