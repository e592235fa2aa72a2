"""Reading which sittings the worker has something to do for."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import exists, or_, select

from lms.db import db
from lms.quizzes.domain.attempts import AttemptState
from lms.quizzes.domain.reminders import DAY, Reminder
from lms.quizzes.models import Attempt, Sitting, SittingSeat


def list_closed_unnoted(now: dt.datetime, limit: int = 100) -> Sequence[int]:
    """Return the ids of sittings that are over for everybody, with all results there, and whose end was not noted.

    Those that stand still are not over.
    """
    unfinished = exists().where(
        Attempt.sitting_id == Sitting.id,
        or_(Attempt.state == AttemptState.OPEN.value, Attempt.awaits_marking),
    )
    later = exists().where(SittingSeat.sitting_id == Sitting.id, SittingSeat.closes_at > now)
    return db.session.scalars(
        select(Sitting.id)
        .where(
            Sitting.closing_noted_at.is_(None),
            Sitting.cancelled_at.is_(None),
            Sitting.paused_at.is_(None),
            Sitting.closes_at <= now,
            ~unfinished,
            ~later,
        )
        .order_by(Sitting.closes_at, Sitting.id)
        .limit(limit)
    ).all()


def list_to_remind(now: dt.datetime) -> Sequence[Sitting]:
    """Return the sittings of which a reminder may be due: they open within a day, or are open."""
    return db.session.scalars(
        select(Sitting)
        .where(
            Sitting.cancelled_at.is_(None),
            Sitting.opens_at <= now + DAY,
            Sitting.closes_at > now,
            Sitting.reminded != Reminder.CLOSING.value,
        )
        .order_by(Sitting.opens_at, Sitting.id)
    ).all()
