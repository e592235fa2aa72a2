"""Reading sittings: those of the organisation, and those of one candidate."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select, true
from sqlalchemy.orm import aliased, contains_eager, joinedload

from lms.curriculum.domain.path import GateKind, WaitsFor
from lms.curriculum.models import Enrolment, GatePass, Programme
from lms.curriculum.queries import Progression, list_progressions
from lms.db import BigId, db
from lms.errors import NotFound
from lms.people.models import Cohort
from lms.quizzes.domain.attempts import (
    AttemptState,
    MayStart,
    PastAttempt,
    StartReason,
    Window,
    may_start,
)
from lms.quizzes.domain.sittings import SittingState, sitting_state
from lms.quizzes.models import Attempt, Quiz, Sitting
from lms.web.listing import like


@dataclass(frozen=True, slots=True)
class OwnSitting:
    """A sitting as it stands for one candidate.

    Attributes:
        sitting: With its quiz.
        enrolment_id: The candidate's enrolment.
        attempts: The candidate's attempts in it, in order.
        state: The sitting's state now.
        verdict: Whether a new attempt may start now, and why not.
        waits_for: What must be passed first, in the programme's order; empty when nothing must.
    """

    sitting: Sitting
    enrolment_id: int
    attempts: tuple[PastAttempt, ...]
    state: SittingState
    verdict: MayStart
    waits_for: tuple[WaitsFor, ...]


def window_of(sitting: Sitting) -> Window:
    """Return the rules of a sitting that decide about starting."""
    return Window(
        opens_at=sitting.opens_at,
        closes_at=sitting.closes_at,
        minutes=sitting.minutes,
        max_attempts=sitting.max_attempts,
        wait_minutes=sitting.wait_minutes,
        is_cancelled=sitting.cancelled_at is not None,
    )


def state_of(sitting: Sitting, now: dt.datetime) -> SittingState:
    """Return the state of a sitting at ``now``."""
    return sitting_state(
        opens_at=sitting.opens_at,
        closes_at=sitting.closes_at,
        is_cancelled=sitting.cancelled_at is not None,
        now=now,
    )


def get_sitting(sitting_id: int) -> Sitting:
    """Return one sitting with its quiz and cohort.

    Raises:
        NotFound: There is none.
    """
    sitting = db.session.scalars(
        select(Sitting)
        .where(Sitting.id == sitting_id)
        .options(joinedload(Sitting.quiz), joinedload(Sitting.cohort))
    ).first()
    if sitting is None:
        raise NotFound("sitting", id=sitting_id)
    return sitting


def select_sittings(
    now: dt.datetime, words: str = "", state: str = "", cohort_id: int | None = None
) -> Select[Sitting]:
    """Return the query of sittings that match, newest opening first.

    Args:
        now: The instant at which ``state`` is judged.
        words: Found in the titles of the quiz, the cohort's name or the note.
        state: A ``SittingState``, or empty for all.
        cohort_id: Only this cohort's.
    """
    query = (
        select(Sitting)
        .join(Sitting.quiz)
        .join(Sitting.cohort)
        .options(contains_eager(Sitting.quiz), contains_eager(Sitting.cohort))
        .order_by(Sitting.opens_at.desc(), Sitting.id.desc())
    )
    if words:
        pattern = like(words)
        columns = (Quiz.title, Quiz.title_en, Cohort.name, Sitting.note)
        query = query.where(or_(*(column.ilike(pattern, escape="\\") for column in columns)))
    if cohort_id is not None:
        query = query.where(Sitting.cohort_id == cohort_id)
    if state in set(SittingState):
        query = query.where(_is_in(SittingState(state), now))
    return query


def _is_in(state: SittingState, now: dt.datetime) -> ColumnElement[bool]:
    stands = Sitting.cancelled_at.is_(None)
    if state is SittingState.CANCELLED:
        return Sitting.cancelled_at.is_not(None)
    if state is SittingState.UPCOMING:
        return and_(stands, Sitting.opens_at > now)
    if state is SittingState.OPEN:
        return and_(stands, Sitting.opens_at <= now, Sitting.closes_at > now)
    return and_(stands, Sitting.closes_at <= now)


def list_candidates(sitting: Sitting) -> Sequence[Enrolment]:
    """Return who may take the sitting, with their persons, by name.

    These are the active enrolments of its cohort in the programme of its quiz.
    """
    return list_eligible(sitting.quiz, sitting.cohort_id)


def list_eligible(quiz: Quiz, cohort_id: int) -> Sequence[Enrolment]:
    """Return who in a cohort could take a quiz: its active enrolments in the quiz's programme."""
    return db.session.scalars(
        select(Enrolment)
        .join(Enrolment.person)
        .join(Enrolment.programme)
        .options(contains_eager(Enrolment.person))
        .where(
            Enrolment.cohort_id == cohort_id,
            Enrolment.state == "active",
            Programme.key == quiz.programme_key,
        )
        .order_by(Enrolment.person_id)
    ).all()


def get_own_sitting(
    sitting_id: int, person_id: int, now: dt.datetime, *, lock: bool = False
) -> OwnSitting:
    """Return the sitting as it stands for this candidate, in two statements; one when it is over or runs.

    Args:
        sitting_id: The sitting.
        person_id: The candidate.
        now: The instant at which it is judged.
        lock: Keep the sitting from being cancelled or extended until the transaction ends.

    Raises:
        NotFound: There is none, or it is not this person's.
    """
    query = _ONE_OWN_LOCKED if lock else _ONE_OWN
    found = _fold_own(query, {"person_id": person_id, "sitting_id": sitting_id}, now)
    if not found:
        raise NotFound("sitting", id=sitting_id)
    return found[0]


def list_own_sittings(person_id: int, now: dt.datetime) -> list[OwnSitting]:
    """Return all sittings of a candidate, newest opening first."""
    return _list_own(person_id, now, true())


def list_open_sittings(person_id: int, now: dt.datetime) -> list[OwnSitting]:
    """Return the sittings that are open for this candidate now."""
    return _list_own(person_id, now, _is_in(SittingState.OPEN, now))


def list_sittings_for_enrolment(enrolment: Enrolment, now: dt.datetime) -> list[OwnSitting]:
    """Return the sittings of one enrolment that were not cancelled, newest opening first."""
    return _list_own(
        enrolment.person_id,
        now,
        and_(Enrolment.id == enrolment.id, Sitting.cancelled_at.is_(None)),
    )


def _list_own(person_id: int, now: dt.datetime, wanted: ColumnElement[bool]) -> list[OwnSitting]:
    """Return sittings of a person with the person's attempts, in two statements."""
    return _fold_own(_own_query(wanted), {"person_id": person_id}, now)


def _own_query(wanted: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Return sittings of the person ``:person_id``, a row for each of the person's attempts.

    A candidate is who is enrolled, in the sitting's cohort, in the programme of its quiz; or who has begun:
    leaving a cohort afterwards does not take the attempt away.
    """
    own = aliased(Attempt)
    begun = (
        select(Attempt.id)
        .where(Attempt.sitting_id == Sitting.id, Attempt.enrolment_id == Enrolment.id)
        .exists()
    )
    return (
        select(
            Sitting,
            Enrolment.id,
            Enrolment.state,
            own.id,
            own.number,
            own.state,
            own.deadline_at,
            own.submitted_at,
            or_(own.passed.is_(True), _gate_is_passed()),
        )
        .join(Sitting.quiz)
        .join(Programme, Programme.key == Quiz.programme_key)
        .join(Enrolment, Enrolment.programme_id == Programme.id)
        .outerjoin(own, and_(own.sitting_id == Sitting.id, own.enrolment_id == Enrolment.id))
        .options(contains_eager(Sitting.quiz))
        .where(
            Enrolment.person_id == bindparam("person_id", type_=BigId),
            or_(and_(Enrolment.cohort_id == Sitting.cohort_id, Enrolment.state == "active"), begun),
            wanted,
        )
        .order_by(Sitting.opens_at.desc(), Sitting.id.desc(), own.number)
    )


def _gate_is_passed() -> ColumnElement[bool]:
    """Return that the gate of the quiz is passed: nothing is left to prove, also when a re-key took the pass away."""
    return (
        select(GatePass.id)
        .where(
            GatePass.enrolment_id == Enrolment.id,
            GatePass.kind == Quiz.kind,
            GatePass.key == Quiz.gate_key,
        )
        .exists()
    )


# Built once for the start, which a whole hall presses in the same minute: composing costs more than running.
_ONE_OWN = _own_query(Sitting.id == bindparam("sitting_id", type_=BigId))
_ONE_OWN_LOCKED = _ONE_OWN.with_for_update(of=Sitting, read=True, key_share=True)


@dataclass(slots=True)
class _Folded:
    """A sitting of one candidate with the attempts in it, collected row by row."""

    sitting: Sitting
    enrolment_id: int
    is_enrolled: bool
    past: list[PastAttempt] = field(default_factory=list)

    def verdict(self, now: dt.datetime, *, is_locked: bool) -> MayStart:
        return may_start(
            window_of(self.sitting),
            self.past,
            now,
            is_enrolled=self.is_enrolled,
            is_locked=is_locked,
        )

    def may_be_locked(self, now: dt.datetime) -> bool:
        """Say whether it matters what comes before: not when an attempt runs, or all is over."""
        return self.verdict(now, is_locked=True).reason is StartReason.LOCKED

    def own(self, progression: Progression | None, now: dt.datetime) -> OwnSitting:
        waits_for: tuple[WaitsFor, ...] = ()
        if progression is not None:
            quiz = self.sitting.quiz
            waits_for = progression.missing_before(GateKind(quiz.kind), quiz.gate_key)
        return OwnSitting(
            sitting=self.sitting,
            enrolment_id=self.enrolment_id,
            attempts=tuple(self.past),
            state=state_of(self.sitting, now),
            verdict=self.verdict(now, is_locked=bool(waits_for)),
            waits_for=waits_for,
        )


def _fold_own(
    query: Select[*tuple[Any, ...]], parameters: Mapping[str, object], now: dt.datetime
) -> list[OwnSitting]:
    folded: dict[int, _Folded] = {}
    rows = db.session.execute(query, parameters)
    for sitting, enrolment_id, enrolment_state, attempt_id, number, state, *ended in rows:
        one = folded.setdefault(
            sitting.id, _Folded(sitting, enrolment_id, enrolment_state == "active")
        )
        if attempt_id is not None:
            one.past.append(PastAttempt(attempt_id, number, AttemptState(state), *ended))
    progressions = list_progressions(
        {one.enrolment_id for one in folded.values() if one.may_be_locked(now)}
    )
    return [one.own(progressions.get(one.enrolment_id), now) for one in folded.values()]


def list_unannounced_sittings(now: dt.datetime, limit: int = 100) -> Sequence[int]:
    """Return the ids of open sittings whose opening was not announced yet."""
    return db.session.scalars(
        select(Sitting.id)
        .where(_is_in(SittingState.OPEN, now), Sitting.opening_announced_at.is_(None))
        .order_by(Sitting.opens_at, Sitting.id)
        .limit(limit)
    ).all()
