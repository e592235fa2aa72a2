"""Releasing the results of a sitting by hand."""

import datetime as dt

from sqlalchemy import func, select

from lms.audit.services import record
from lms.db import db
from lms.errors import InvalidState
from lms.notifications.services import post
from lms.people.models import Person
from lms.quizzes.domain.attempts import AttemptState
from lms.quizzes.models import Attempt, Sitting
from lms.quizzes.queries import get_last_end


def release_results(sitting: Sitting, *, actor_id: int, now: dt.datetime) -> int:
    """Show what waits for a trainer's hand, and tell those who have a result; return how many were told.

    Doing it twice changes nothing and tells nobody again.

    Raises:
        InvalidState: ``release_too_early``: somebody sits there or may still start.
    """
    db.session.refresh(sitting, with_for_update={"of": Sitting})
    if sitting.released_at is not None:
        return 0
    if sitting.cancelled_at is not None or now < get_last_end(sitting, now):
        raise InvalidState("release_too_early")
    sitting.released_at = now
    sitting.released_by = actor_id
    db.session.flush()
    told = db.session.execute(
        select(Person, func.max(Attempt.id))
        .join(Attempt, Attempt.person_id == Person.id)
        .where(Attempt.sitting_id == sitting.id, Attempt.state != AttemptState.OPEN.value)
        .group_by(Person.id)
        .order_by(Person.id)
    ).all()
    for person, attempt_id in told:
        post(
            "quizzes.results_released",
            to=person,
            key=f"results_released:{sitting.id}:{person.id}",
            now=now,
            link=f"/attempts/{attempt_id}/result",
            title=sitting.quiz.title,
            title_en=sitting.quiz.title_en,
        )
    record(
        "quizzes.release_results",
        actor_id=actor_id,
        now=now,
        subject_kind="sitting",
        subject_id=sitting.id,
        people=len(told),
    )
    return len(told)
