"""What of quizzes waits for somebody."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import current_app, url_for
from sqlalchemy import select

from lms.curriculum.domain.path import GateStep, Path, State
from lms.curriculum.models import Enrolment
from lms.curriculum.queries import list_paths
from lms.db import db
from lms.people.domain.roles import RoleName
from lms.people.models import Person
from lms.people.queries import list_cohorts
from lms.quizzes.domain.attempts import StartReason
from lms.quizzes.domain.sittings import SittingState
from lms.quizzes.models import Quiz, Sitting
from lms.quizzes.queries.marking import list_waiting_marking
from lms.quizzes.queries.objections import list_waiting_objections
from lms.quizzes.queries.quizzes import list_quizzes
from lms.quizzes.queries.sittings import OwnSitting, list_own_sittings, select_sittings, state_of
from lms.web.waiting import Waiting

SOON = dt.timedelta(hours=24)


def list_waiting(person: Person, now: dt.datetime) -> list[Waiting]:
    """Return what of quizzes waits for this person: as a candidate, as a trainer, as a marker, then objections."""
    waiting: list[Waiting] = []
    if RoleName.LEARNER in person.role_names:
        waiting += _waiting_candidate(person, now)
    if RoleName.TRAINER in person.role_names:
        waiting += _waiting_sittings(now)
        waiting += _waiting_unscheduled(now)
    return waiting + list_waiting_marking(person) + list_waiting_objections(person)


def _waiting_candidate(person: Person, now: dt.datetime) -> list[Waiting]:
    found = [_waiting_own(own, now) for own in list_own_sittings(person.id, now)]
    return [waiting for waiting in found if waiting is not None]


def _waiting_own(own: OwnSitting, now: dt.datetime) -> Waiting | None:
    sitting = own.sitting
    facts: dict[str, object] = {
        "title": sitting.quiz.title,
        "title_en": sitting.quiz.title_en,
        "minutes": own.window.minutes,
        "attempts_left": own.verdict.attempts_left,
        "opens_at": sitting.opens_at,
    }
    running = own.verdict.running
    if running is not None and now < running.deadline_at:
        return Waiting(
            kind="quizzes.attempt",
            url=url_for("quizzes.paper", attempt_id=running.attempt_id),
            since=sitting.opens_at,
            until=running.deadline_at,
            facts=facts,
        )
    url = url_for("quizzes.rules", sitting_id=sitting.id)
    if own.verdict.reason is StartReason.FREE:
        return Waiting("quizzes.sitting_open", url, sitting.opens_at, own.window.closes_at, facts)
    if own.verdict.reason is StartReason.LOCKED:
        facts["waits_for"] = own.waits_for
        return Waiting("quizzes.sitting_locked", url, sitting.created_at, sitting.closes_at, facts)
    if own.verdict.reason in {StartReason.NOT_OPEN, StartReason.WAIT}:
        facts["at"] = own.verdict.at
        return Waiting(
            "quizzes.sitting_upcoming", url, sitting.created_at, sitting.closes_at, facts
        )
    return None


def _waiting_sittings(now: dt.datetime) -> list[Waiting]:
    """Sittings that are open, or open within a day."""
    query = select_sittings(now).where(
        Sitting.cancelled_at.is_(None), Sitting.closes_at > now, Sitting.opens_at <= now + SOON
    )
    return [
        Waiting(
            kind="quizzes.sitting_today",
            url=url_for("quizzes.show_sitting", sitting_id=sitting.id),
            since=sitting.created_at,
            until=sitting.closes_at,
            facts={
                "title": sitting.quiz.title,
                "title_en": sitting.quiz.title_en,
                "cohort": sitting.cohort.name,
                "opens_at": sitting.opens_at,
                "is_open": state_of(sitting, now) is SittingState.OPEN,
            },
        )
        for sitting in reversed(db.session.scalars(query).all())
    ]


@dataclass(frozen=True, slots=True)
class _Ready:
    """Learners of one cohort who could take one quiz."""

    learners: int
    since: dt.datetime


def _waiting_unscheduled(now: dt.datetime) -> list[Waiting]:
    """Gates that learners of a cohort are ready for, while no sitting of it is scheduled or open."""
    planned = {
        (key, cohort_id)
        for key, cohort_id in db.session.execute(
            select(Quiz.key, Sitting.cohort_id)
            .join(Sitting.quiz)
            .where(Sitting.cancelled_at.is_(None), Sitting.is_for_cohort, Sitting.closes_at > now)
        )
    }
    ready = {place: one for place, one in _list_ready(now).items() if place not in planned}
    if not ready:
        return []
    quizzes = {quiz.key: quiz for quiz in list_quizzes()}
    names = {cohort.id: cohort.name for cohort in list_cohorts()}
    return [
        Waiting(
            kind="quizzes.unscheduled",
            url=url_for("quizzes.new_sitting", quiz=quiz_key, cohort=cohort_id),
            since=one.since,
            facts={
                "title": quizzes[quiz_key].title,
                "title_en": quizzes[quiz_key].title_en,
                "cohort": names[cohort_id],
                "learners": one.learners,
            },
        )
        for (quiz_key, cohort_id), one in sorted(ready.items(), key=lambda item: item[1].since)
        if quiz_key in quizzes
    ]


def _list_ready(now: dt.datetime) -> dict[tuple[str, int], _Ready]:
    zone: ZoneInfo = current_app.extensions["settings"].zone
    enrolments = db.session.scalars(
        select(Enrolment).where(Enrolment.state == "active", Enrolment.cohort_id.is_not(None))
    ).all()
    paths = list_paths(enrolments, now, zone) if enrolments else {}
    ready: dict[tuple[str, int], _Ready] = {}
    for enrolment in enrolments:
        if enrolment.cohort_id is None:  # pragma: no cover - excluded by the query
            continue
        path = paths[enrolment.id]
        since = max([enrolment.enrolled_at, *(g.passed_at for g in path.gates if g.passed_at)])
        for gate in _ready_gates(path):
            place = (gate.quiz_key, enrolment.cohort_id)
            before = ready.get(place, _Ready(0, since))
            ready[place] = _Ready(before.learners + 1, min(before.since, since))
    return ready


def _ready_gates(path: Path) -> list[GateStep]:
    """Return the quizzes that this learner has prepared for: lessons done, what comes before passed."""
    modules = [
        module.gate
        for module in path.modules
        if module.state is State.OPEN and module.lessons_done == len(module.lessons)
    ]
    stages = [stage.gate for stage in path.stages if stage.gate.state is State.OPEN]
    return modules + stages
