"""Sweeps of the curriculum."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy.exc import IntegrityError

from lms.clock import local_date
from lms.curriculum.domain.reminders import Level, Reminder, find_reminders
from lms.curriculum.queries import (
    has_digest,
    list_active_enrolment_ids,
    list_enrolments,
    list_leads,
    list_paths,
    list_told,
)
from lms.curriculum.services.reminders import TeamReminder, post_due_digest
from lms.db import db, transaction
from lms.people.models import Person
from lms.people.queries import get_person

DIGEST_HOUR = 8
"""Digests go out from this local hour on: nobody's phone rings at midnight for a due date."""
REMEMBER_DAYS = 120
"""How far back it is looked up what a person has been told."""
BATCH = 200


def remind_due(now: dt.datetime) -> int:
    """Remind learners of due dates (D-3, D-1, D+1) and leads of what is overdue: one digest a person and day.

    Safe to run twice or late: what somebody was told is read from the outbox, and the digest's key holds
    the date.

    Returns:
        How many digests were written.
    """
    zone: ZoneInfo = current_app.extensions["settings"].zone
    if now.astimezone(zone).hour < DIGEST_HOUR:
        return 0
    today = local_date(now, zone)
    own, team = _collect(now, zone, today)
    return sum(
        _send(person_id, own.get(person_id, []), team.get(person_id, []), today, now)
        for person_id in sorted(own.keys() | team.keys())
    )


def _collect(
    now: dt.datetime, zone: ZoneInfo, today: dt.date
) -> tuple[Mapping[int, list[Reminder]], Mapping[int, list[TeamReminder]]]:
    own: dict[int, list[Reminder]] = defaultdict(list)
    team: dict[int, list[TeamReminder]] = defaultdict(list)
    ids = list_active_enrolment_ids()
    for start in range(0, len(ids), BATCH):
        enrolments = list_enrolments(ids[start : start + BATCH])
        paths = list_paths(enrolments, now, zone)
        leads = list_leads([one.person_id for one in enrolments], today)
        for enrolment in enrolments:
            gates = paths[enrolment.id].gates
            reminders = find_reminders(enrolment.id, gates, today=today, told=())
            own[enrolment.person_id] += reminders
            for lead_id in leads.get(enrolment.person_id, ()):
                team[lead_id] += [
                    TeamReminder(enrolment.person.name, reminder)
                    for reminder in reminders
                    if reminder.level is Level.OVERDUE
                ]
        db.session.rollback()  # a long reading transaction would hold up SQLite's clean-up
    return own, team


def _send(
    person_id: int,
    own: Sequence[Reminder],
    team: Sequence[TeamReminder],
    today: dt.date,
    now: dt.datetime,
) -> bool:
    if not own and not team:
        return False
    try:
        with transaction():
            return _write(get_person(person_id), own, team, today, now)
    except IntegrityError:
        return False  # another worker has just written this digest


def _write(
    person: Person,
    own: Sequence[Reminder],
    team: Sequence[TeamReminder],
    today: dt.date,
    now: dt.datetime,
) -> bool:
    if not person.active or has_digest(person.id, today):
        return False
    told = list_told(person.id, now - dt.timedelta(days=REMEMBER_DAYS))
    new_own = [each for each in own if each.key not in told]
    new_team = [each for each in team if each.reminder.key not in told]
    if not new_own and not new_team:
        return False
    post_due_digest(person, new_own, new_team, today=today, now=now)
    return True
