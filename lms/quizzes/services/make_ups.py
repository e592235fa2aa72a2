"""Noting the end of a sitting, and offering a make-up to those absent or failed."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lms.db import db
from lms.errors import InvalidInput
from lms.notifications.services import post
from lms.people.models import Person
from lms.quizzes.domain.make_up import make_up_opening
from lms.quizzes.domain.rules import rules_from_json
from lms.quizzes.models import Sitting
from lms.quizzes.queries import list_expected_elsewhere, list_standings
from lms.quizzes.services.sittings import schedule_sitting


def note_closing(sitting_id: int, *, zone: ZoneInfo, now: dt.datetime) -> bool:
    """Note that a sitting is over, and arrange its make-up where its rules say so; False when another worker has.

    A make-up is for those who never began and those who did not pass, but for who may take the quiz in another
    sitting anyway. There is one at most, and none of a make-up: who is absent twice needs a talk, not a date.

    Args:
        sitting_id: A sitting that is over for everybody, with all results there.
        zone: The organisation's zone: a make-up opens on a working morning.
        now: The instant of the sweep.
    """
    sitting = db.session.scalars(
        select(Sitting)
        .where(Sitting.id == sitting_id, Sitting.closing_noted_at.is_(None))
        .with_for_update(skip_locked=True)
    ).first()
    if sitting is None:
        return False
    sitting.closing_noted_at = now
    db.session.flush()
    if rules_from_json(sitting.rules).opens_make_up and sitting.make_up_of_id is None:
        _offer(sitting, zone, now)
    return True


def _offer(sitting: Sitting, zone: ZoneInfo, now: dt.datetime) -> None:
    expected = list_expected_elsewhere(sitting, now)
    wanted = [
        one.enrolment.person_id
        for one in list_standings(sitting)
        if not one.has_passed and one.enrolment.person_id not in expected
    ]
    if not wanted:
        return
    opens_at = make_up_opening(sitting.closes_at, sitting.wait_minutes, zone, now)
    try:
        schedule_sitting(
            quiz=sitting.quiz,
            cohort=None,
            invited=wanted,
            make_up_of=sitting,
            opens_at=opens_at,
            closes_at=opens_at + (sitting.closes_at - sitting.opens_at),
            minutes=sitting.minutes,
            max_attempts=sitting.max_attempts,
            wait_minutes=sitting.wait_minutes,
            cut_percent=sitting.cut_percent,
            review=sitting.review,
            rules=replace(rules_from_json(sitting.rules), opens_make_up=False),
            note=sitting.note,
            actor_id=None,
            now=now,
        )
    except InvalidInput as error:
        _tell_creator(sitting, str(error.facts.get("problem", "")), len(wanted), now)


def _tell_creator(sitting: Sitting, problem: str, persons: int, now: dt.datetime) -> None:
    creator = db.session.get(Person, sitting.created_by) if sitting.created_by else None
    if creator is None:
        return
    post(
        "quizzes.make_up_impossible",
        to=creator,
        key=f"make_up_impossible:{sitting.id}",
        now=now,
        link=f"/sittings/{sitting.id}",
        title=sitting.quiz.title,
        title_en=sitting.quiz.title_en,
        persons=persons,
        problem=problem,
    )
