"""Pages of the defense: bookings and verdicts for staff, one page for a rater, one for the candidate."""

from lms.defense.views import bookings, criteria, rating, showing
from lms.defense.views.blueprint import blueprint

__all__ = ["blueprint", "bookings", "criteria", "rating", "showing"]
