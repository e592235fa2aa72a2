"""Reading who takes a sitting, who could, and where each of them stands in it."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import contains_eager

from lms.curriculum.models import Enrolment, GatePass, Programme
from lms.curriculum.queries import list_leads
from lms.db import db
from lms.people.models import Person
from lms.people.queries import list_persons
from lms.quizzes.domain.attempts import AttemptState
from lms.quizzes.models import Attempt, Quiz, Sitting, SittingSeat
from lms.web.listing import like


def list_candidates(sitting: Sitting) -> Sequence[Enrolment]:
    """Return who may take the sitting, with their persons.

    These are the active enrolments, in the programme of its quiz, of its cohort where the whole cohort takes it,
    and of those who were invited by name.
    """
    invited = exists().where(
        SittingSeat.sitting_id == sitting.id,
        SittingSeat.person_id == Enrolment.person_id,
        SittingSeat.is_invited,
    )
    concerned = (
        or_(Enrolment.cohort_id == sitting.cohort_id, invited) if sitting.is_for_cohort else invited
    )
    return db.session.scalars(_select_eligible(sitting.quiz).where(concerned)).all()


def list_eligible(quiz: Quiz, cohort_id: int) -> Sequence[Enrolment]:
    """Return who in a cohort could take a quiz: its active enrolments in the quiz's programme."""
    return db.session.scalars(_select_eligible(quiz).where(Enrolment.cohort_id == cohort_id)).all()


def list_eligible_persons(quiz: Quiz, person_ids: Collection[int]) -> Sequence[Enrolment]:
    """Return who of these persons could take a quiz, of any cohort: their active enrolments in its programme."""
    return db.session.scalars(
        _select_eligible(quiz).where(Enrolment.person_id.in_(person_ids))
    ).all()


def search_eligible(quiz: Quiz, words: str, limit: int) -> Sequence[Enrolment]:
    """Return who could take a quiz and has ``words`` in name or employee number, at most ``limit`` of them."""
    query = _select_eligible(quiz).limit(limit)
    if words:
        pattern = like(words)
        query = query.where(
            or_(
                Person.name.ilike(pattern, escape="\\"),
                Person.employee_no.ilike(pattern, escape="\\"),
            )
        )
    return db.session.scalars(query).all()


def _select_eligible(quiz: Quiz) -> Select[Enrolment]:
    return (
        select(Enrolment)
        .join(Enrolment.person)
        .join(Enrolment.programme)
        .options(contains_eager(Enrolment.person))
        .where(Enrolment.state == "active", Programme.key == quiz.programme_key)
        .order_by(Enrolment.person_id)
    )


@dataclass(frozen=True, slots=True)
class Team:
    """The people whom one person leads and who could take a quiz.

    Attributes:
        lead_id: Who leads them.
        name: The lead's name.
        person_ids: Those led.
    """

    lead_id: int
    name: str
    person_ids: tuple[int, ...]


def list_teams(quiz: Quiz, on: dt.date) -> list[Team]:
    """Return the teams of which somebody could take a quiz, on the date ``on``, by the lead's name."""
    candidates = [one.person_id for one in db.session.scalars(_select_eligible(quiz))]
    led: dict[int, list[int]] = {}
    for person_id, lead_ids in list_leads(candidates, on).items():
        for lead_id in lead_ids:
            led.setdefault(lead_id, []).append(person_id)
    return [
        Team(lead_id=lead.id, name=lead.name, person_ids=tuple(sorted(led[lead.id])))
        for lead in list_persons(led)
    ]


def count_invited(sitting_ids: Collection[int]) -> dict[int, int]:
    """Return by sitting how many were invited by name; a sitting without any is not named."""
    rows = db.session.execute(
        select(SittingSeat.sitting_id, func.count())
        .where(SittingSeat.sitting_id.in_(sitting_ids), SittingSeat.is_invited)
        .group_by(SittingSeat.sitting_id)
    )
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True, slots=True)
class CandidateStanding:
    """Where a candidate stands in a sitting.

    Attributes:
        enrolment: The candidate's, with the person.
        attempts: How many attempts were begun in it.
        is_running: Whether one of them runs.
        awaits_marking: Whether the result of one is not known yet.
        has_passed: Whether one was passed, or the gate of the quiz is passed otherwise.
        attempts_left: How many may still be begun.
        closes_at: Until when this person may begin one.
    """

    enrolment: Enrolment
    attempts: int
    is_running: bool
    awaits_marking: bool
    has_passed: bool
    attempts_left: int
    closes_at: dt.datetime


def list_standings(sitting: Sitting) -> list[CandidateStanding]:
    """Return where every candidate of the sitting stands, in four statements."""
    attempts: dict[int, list[tuple[str, bool, bool | None]]] = {}
    for person_id, state, awaits, passed in db.session.execute(
        select(Attempt.person_id, Attempt.state, Attempt.awaits_marking, Attempt.passed).where(
            Attempt.sitting_id == sitting.id
        )
    ):
        attempts.setdefault(person_id, []).append((state, awaits, passed))
    seats = {
        seat.person_id: seat
        for seat in db.session.scalars(
            select(SittingSeat).where(SittingSeat.sitting_id == sitting.id)
        )
    }
    candidates = list_candidates(sitting)
    passed_gate = _list_passed(sitting.quiz, [one.id for one in candidates])
    return [
        _standing(
            sitting,
            one,
            attempts.get(one.person_id, []),
            seats.get(one.person_id),
            has_gate=one.id in passed_gate,
        )
        for one in candidates
    ]


def _standing(
    sitting: Sitting,
    enrolment: Enrolment,
    begun: Sequence[tuple[str, bool, bool | None]],
    seat: SittingSeat | None,
    *,
    has_gate: bool,
) -> CandidateStanding:
    more = 0 if seat is None else seat.extra_attempts
    later = None if seat is None else seat.closes_at
    return CandidateStanding(
        enrolment=enrolment,
        attempts=len(begun),
        is_running=any(state == AttemptState.OPEN for state, _, _ in begun),
        awaits_marking=any(awaits for _, awaits, _ in begun),
        has_passed=has_gate or any(passed for _, _, passed in begun),
        attempts_left=max(0, sitting.max_attempts + more - len(begun)),
        closes_at=later or sitting.closes_at,
    )


def _list_passed(quiz: Quiz, enrolment_ids: Collection[int]) -> set[int]:
    return set(
        db.session.scalars(
            select(GatePass.enrolment_id).where(
                GatePass.enrolment_id.in_(enrolment_ids),
                GatePass.kind == quiz.kind,
                GatePass.key == quiz.gate_key,
            )
        )
    )


def list_expected_elsewhere(sitting: Sitting, now: dt.datetime) -> set[int]:
    """Return the persons who may take the same quiz in another sitting that has not ended."""
    others = db.session.scalars(
        select(Sitting).where(
            Sitting.quiz_id == sitting.quiz_id,
            Sitting.id != sitting.id,
            Sitting.cancelled_at.is_(None),
            Sitting.closes_at > now,
        )
    ).all()
    return {one.person_id for other in others for one in list_candidates(other)}
