"""Who is booked for what: told upwards by those who know, as with ``gradebook.dependents``.

Exams and defenses are booked in capabilities that may not import each other. Each gives a finder, the application
registers the finders, and whoever schedules something or shows a calendar asks here.
"""

import datetime as dt
from collections.abc import Callable, Collection

from flask import Flask, current_app

from lms.schedule.domain.bookings import Booking

_NAME = "booking_finders"

Finder = Callable[[Collection[int], dt.datetime, dt.datetime, dt.datetime], list[Booking]]
"""Person ids, the time they are asked for (from, up to) and the present instant -> what touches that time."""


def register_finders(app: Flask, *finders: Finder) -> None:
    """Tell ``app`` who knows what people are booked for; called once, where the application is built."""
    app.extensions[_NAME] = finders


def list_bookings(
    person_ids: Collection[int], *, since: dt.datetime, until: dt.datetime, now: dt.datetime
) -> list[Booking]:
    """Return what these persons are booked for between ``since`` and ``until``, cancelled ones too, by start."""
    if not person_ids:
        return []
    finders: tuple[Finder, ...] = current_app.extensions.get(_NAME, ())
    found = [one for finder in finders for one in finder(person_ids, since, until, now)]
    return sorted(found, key=lambda one: (one.starts_at, one.kind, one.source_id, one.person_id))
