"""Shifts are kept as long as the privacy notice says, and no longer."""

import datetime as dt

from sqlalchemy import select

from lms.db import db
from lms.schedule.jobs import forget_shifts
from lms.schedule.models import ShiftDay
from lms.schedule.services.shifts import KEPT_SHIFT_DAYS
from lms.worker import JOBS
from tests.conftest import NOON
from tests.factories.people import make_person


def test_old_days_go_and_newer_ones_stay(app) -> None:
    with app.app_context():
        person = make_person()
        today = dt.date(2026, 11, 23)
        first_kept = today - dt.timedelta(days=KEPT_SHIFT_DAYS)
        for day in (first_kept - dt.timedelta(days=1), first_kept, today):
            db.session.add(ShiftDay(person_id=person.id, day=day, shifts=[], changed_at=NOON))
        db.session.commit()
        assert forget_shifts(NOON) == 1
        days = db.session.scalars(select(ShiftDay.day).order_by(ShiftDay.day)).all()
        assert list(days) == [first_kept, today]
        assert forget_shifts(NOON) == 0
    assert "forget-shifts" in [job.name for job in JOBS]
