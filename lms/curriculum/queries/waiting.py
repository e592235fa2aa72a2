"""What was told to people, and what waits for them."""

import datetime as dt
from zoneinfo import ZoneInfo

from flask import current_app, url_for
from sqlalchemy import select

from lms.curriculum.domain.path import GateKind, GateStep, LessonStep, ModuleStep, Path, State
from lms.curriculum.domain.reminders import digest_key
from lms.curriculum.models import (
    Enrolment,
)
from lms.curriculum.queries.enrolments import find_active_enrolment
from lms.curriculum.queries.paths import get_path
from lms.db import db
from lms.notifications.models import OutboxMessage
from lms.people.models import Person
from lms.web.waiting import Waiting


def list_told(person_id: int, since: dt.datetime) -> set[str]:
    """Return the keys of the due reminders that digests to this person held since ``since``."""
    rows = db.session.scalars(
        select(OutboxMessage.facts).where(
            OutboxMessage.person_id == person_id,
            OutboxMessage.kind == "curriculum.due",
            OutboxMessage.created_at >= since,
        )
    )
    return {str(item["key"]) for facts in rows for item in (*facts["own"], *facts["team"])}


def has_digest(person_id: int, today: dt.date) -> bool:
    """Say whether the digest of this date has been written to the person."""
    key = digest_key(person_id, today)
    return db.session.scalar(select(OutboxMessage.id).where(OutboxMessage.key == key)) is not None


def end_of_day(on: dt.date, zone: ZoneInfo) -> dt.datetime:
    """Return the instant at which the date ``on`` ends in ``zone``."""
    return dt.datetime.combine(on + dt.timedelta(days=1), dt.time(), zone).astimezone(dt.UTC)


def list_waiting(person: Person, now: dt.datetime) -> list[Waiting]:
    """Return what of the curriculum waits for this person: the next lesson, then overdue gates."""
    enrolment = find_active_enrolment(person.id)
    if enrolment is None:
        return []
    zone: ZoneInfo = current_app.extensions["settings"].zone
    path = get_path(enrolment, now, zone)
    waiting = [
        _waiting_overdue(enrolment, gate, zone)
        for gate in path.overdue
        if gate.kind is not GateKind.DEFENSE
    ]
    following = path.next_lesson
    if following is not None:
        waiting.insert(0, _waiting_lesson(enrolment, path, *following, zone))
    return waiting


def _opened_at(enrolment: Enrolment, path: Path, module: ModuleStep) -> dt.datetime:
    """Return since when the module has been open: the last gate it waited for, or the enrolling."""
    passed = [
        other.gate.passed_at
        for other in path.modules
        if other.key in module.requires and other.gate.passed_at is not None
    ]
    return max([enrolment.enrolled_at, *passed])


def _waiting_lesson(
    enrolment: Enrolment, path: Path, module: ModuleStep, lesson: LessonStep, zone: ZoneInfo
) -> Waiting:
    return Waiting(
        kind="curriculum.lesson",
        url=url_for("curriculum.show_lesson", key=lesson.key),
        since=_opened_at(enrolment, path, module),
        until=end_of_day(module.due_on, zone),
        facts={
            "lesson": lesson.title,
            "lesson_en": lesson.title_en,
            "module": module.title,
            "module_en": module.title_en,
            "minutes": lesson.minutes,
            "is_begun": lesson.read_share > 0,
            "is_read": lesson.is_read,
        },
    )


def _waiting_overdue(enrolment: Enrolment, gate: GateStep, zone: ZoneInfo) -> Waiting:
    due_on = gate.due_on or enrolment.starts_on
    return Waiting(
        kind="curriculum.overdue",
        url=url_for("home.index"),
        since=end_of_day(due_on, zone),
        facts={
            "kind": gate.kind.value,
            "title": gate.title,
            "title_en": gate.title_en,
            "due_on": due_on,
            "is_open": gate.state is State.OPEN,
        },
    )
