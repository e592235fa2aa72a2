"""Seats: what holds for one person in one sitting."""

import datetime as dt
from collections.abc import Collection

from lms.db import db
from lms.quizzes.models import Sitting, SittingSeat


def invite(
    sitting: Sitting, person_ids: Collection[int], *, actor_id: int | None, now: dt.datetime
) -> None:
    """Let these persons take part in a sitting by name. Who has a seat keeps what holds for it."""
    for person_id in sorted(set(person_ids)):
        seat = get_seat(sitting.id, person_id, actor_id=actor_id, now=now)
        seat.is_invited = True
    db.session.flush()


def get_seat(
    sitting_id: int, person_id: int, *, actor_id: int | None, now: dt.datetime
) -> SittingSeat:
    """Return the person's seat, added when there is none yet; the caller changes it and flushes."""
    seat = db.session.get(SittingSeat, (sitting_id, person_id))
    if seat is None:
        seat = SittingSeat(
            sitting_id=sitting_id,
            person_id=person_id,
            is_invited=False,
            extra_minutes=0,
            extra_attempts=0,
            closes_at=None,
            reason="",
        )
        db.session.add(seat)
    seat.changed_by = actor_id
    seat.changed_at = now
    return seat
