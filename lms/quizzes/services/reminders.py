"""Reminding candidates: a day and an hour before a sitting opens, and an hour before it closes."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select

from lms.curriculum.models import Enrolment
from lms.db import db
from lms.quizzes.domain.reminders import Reminder, due_reminder
from lms.quizzes.models import Sitting
from lms.quizzes.queries import list_standings
from lms.quizzes.services.sittings import tell_candidates

_MESSAGES = {
    Reminder.DAY: "sitting_tomorrow",
    Reminder.HOUR: "sitting_soon",
    Reminder.CLOSING: "sitting_closing",
}


def find_due_reminder(sitting: Sitting, now: dt.datetime) -> Reminder | None:
    """Return the reminder of a sitting that is due and was not sent, if any."""
    return due_reminder(
        opens_at=sitting.opens_at,
        closes_at=sitting.closes_at,
        told_at=sitting.created_at,
        last=sitting.reminded,
        now=now,
    )


def remind_sitting(sitting_id: int, *, now: dt.datetime) -> bool:
    """Send the reminder that is due to those concerned; False when there is none, or another worker has sent it.

    Concerned is who has not passed; shortly before the end only who can still begin and has no attempt running.
    """
    sitting = db.session.scalars(
        select(Sitting)
        .where(Sitting.id == sitting_id, Sitting.cancelled_at.is_(None))
        .with_for_update(skip_locked=True)
    ).first()
    reminder = None if sitting is None else find_due_reminder(sitting, now)
    if sitting is None or reminder is None:
        return False
    sitting.reminded = reminder.value
    db.session.flush()
    tell_candidates(_MESSAGES[reminder], sitting, _list_concerned(sitting, reminder), now)
    return True


def _list_concerned(sitting: Sitting, reminder: Reminder) -> Sequence[Enrolment]:
    standings = [one for one in list_standings(sitting) if not one.has_passed]
    if reminder is Reminder.CLOSING:
        standings = [
            one
            for one in standings
            if one.attempts_left
            and not one.is_running
            and not one.awaits_marking
            and one.closes_at == sitting.closes_at
        ]
    return [one.enrolment for one in standings]
