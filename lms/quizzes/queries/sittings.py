"""Reading sittings: those of the organisation, and those of one candidate."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased, contains_eager, joinedload

from lms.clock import local_date
from lms.curriculum.domain.path import GateKind, WaitsFor
from lms.curriculum.models import Enrolment, GatePass, Programme
from lms.curriculum.queries import (
    Progression,
    list_progressions,
    progression_column,
    read_progression,
)
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
    minutes_with,
)
from lms.quizzes.domain.sittings import SittingState, sitting_state
from lms.quizzes.models import Accommodation, Attempt, Quiz, Sitting, SittingSeat
from lms.web.listing import like


@dataclass(frozen=True, slots=True)
class OwnSitting:
    """A sitting as it stands for one candidate.

    Attributes:
        sitting: With its quiz.
        enrolment_id: The candidate's enrolment.
        attempts: The candidate's attempts in it, in order.
        state: The sitting's state now, for this candidate.
        window: The sitting's rules as they hold for this candidate.
        verdict: Whether a new attempt may start now, and why not.
        waits_for: What must be passed first, in the programme's order; empty when nothing must.
    """

    sitting: Sitting
    enrolment_id: int
    attempts: tuple[PastAttempt, ...]
    state: SittingState
    window: Window
    verdict: MayStart
    waits_for: tuple[WaitsFor, ...]


def window_of(
    sitting: Sitting, seat: SittingSeat | None = None, accommodation_percent: int = 0
) -> Window:
    """Return the rules of a sitting that decide about starting, as they hold for one person.

    Args:
        sitting: The sitting.
        seat: What was arranged for the person in this sitting, if anything.
        accommodation_percent: More time that the person has in every sitting.
    """
    extra = 0 if seat is None else seat.extra_minutes
    minutes = minutes_with(sitting.minutes, accommodation_percent, extra)
    later = None if seat is None else seat.closes_at
    return Window(
        opens_at=sitting.opens_at,
        closes_at=later or sitting.closes_at,
        minutes=minutes,
        max_attempts=sitting.max_attempts + (0 if seat is None else seat.extra_attempts),
        wait_minutes=sitting.wait_minutes,
        is_cancelled=sitting.cancelled_at is not None,
        is_paused=sitting.paused_at is not None,
        extra_minutes=minutes - sitting.minutes,
    )


def state_of(sitting: Sitting, now: dt.datetime) -> SittingState:
    """Return the state of a sitting at ``now``; while it is paused its time stands still."""
    return sitting_state(
        opens_at=sitting.opens_at,
        closes_at=sitting.closes_at,
        is_cancelled=sitting.cancelled_at is not None,
        now=now if sitting.paused_at is None else min(now, sitting.paused_at),
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


def _is_in(
    state: SittingState,
    now: dt.datetime,
    closes_at: ColumnElement[dt.datetime] | InstrumentedAttribute[dt.datetime] = Sitting.closes_at,
) -> ColumnElement[bool]:
    stands = Sitting.cancelled_at.is_(None)
    if state is SittingState.CANCELLED:
        return Sitting.cancelled_at.is_not(None)
    if state is SittingState.UPCOMING:
        return and_(stands, Sitting.opens_at > now)
    if state is SittingState.OPEN:
        runs = or_(closes_at > now, Sitting.paused_at.is_not(None))
        return and_(stands, Sitting.opens_at <= now, runs)
    return and_(stands, closes_at <= now, Sitting.paused_at.is_(None))


def get_own_sitting(
    sitting_id: int, person_id: int, now: dt.datetime, *, lock: bool = False
) -> OwnSitting:
    """Return the sitting as it stands for this candidate, in one statement.

    Args:
        sitting_id: The sitting.
        person_id: The candidate.
        now: The instant at which it is judged.
        lock: Keep the sitting from being cancelled or extended until the transaction ends.

    Raises:
        NotFound: There is none, or it is not this person's.
    """
    query = _ONE_OWN_LOCKED if lock else _ONE_OWN
    parameters = {"person_id": person_id, "sitting_id": sitting_id, "today": _today(now)}
    rows = db.session.execute(query, parameters).all()
    if not rows:
        raise NotFound("sitting", id=sitting_id)
    (folded,) = _fold(row[:-1] for row in rows)
    return folded.own(read_progression(rows[0][-1]) if folded.may_be_locked(now) else None, now)


def list_own_sittings(person_id: int, now: dt.datetime) -> list[OwnSitting]:
    """Return all sittings of a candidate, newest opening first."""
    return _list_own(person_id, now, true())


def list_open_sittings(person_id: int, now: dt.datetime) -> list[OwnSitting]:
    """Return the sittings that are open for this candidate now."""
    closes_at = func.coalesce(SittingSeat.closes_at, Sitting.closes_at)
    return _list_own(person_id, now, _is_in(SittingState.OPEN, now, closes_at))


def list_sittings_for_enrolment(enrolment: Enrolment, now: dt.datetime) -> list[OwnSitting]:
    """Return the sittings of one enrolment that were not cancelled, newest opening first."""
    return _list_own(
        enrolment.person_id,
        now,
        and_(Enrolment.id == enrolment.id, Sitting.cancelled_at.is_(None)),
    )


def _list_own(person_id: int, now: dt.datetime, wanted: ColumnElement[bool]) -> list[OwnSitting]:
    """Return sittings of a person with the person's attempts, in two statements."""
    parameters = {"person_id": person_id, "today": _today(now)}
    folded = _fold(db.session.execute(_own_query(wanted), parameters))
    progressions = list_progressions({one.enrolment_id for one in folded if one.may_be_locked(now)})
    return [one.own(progressions.get(one.enrolment_id), now) for one in folded]


def _today(now: dt.datetime) -> dt.date:
    """Return the date at which accommodations are judged: that of the organisation."""
    zone: ZoneInfo = current_app.extensions["settings"].zone
    return local_date(now, zone)


def _own_query(wanted: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Return sittings of the person ``:person_id``, a row for each of the person's attempts.

    A candidate is who is enrolled in the programme of its quiz and is of the sitting's cohort, where all of it takes
    part, or was invited; or who has begun: leaving a cohort afterwards does not take the attempt away.
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
            SittingSeat,
            _accommodation_percent(),
            own.id,
            own.number,
            own.state,
            own.deadline_at,
            own.submitted_at,
            or_(own.passed.is_(True), _gate_is_passed()),
            own.awaits_marking,
        )
        .join(Sitting.quiz)
        .join(Programme, Programme.key == Quiz.programme_key)
        .join(Enrolment, Enrolment.programme_id == Programme.id)
        .outerjoin(
            SittingSeat,
            and_(
                SittingSeat.sitting_id == Sitting.id,
                SittingSeat.person_id == Enrolment.person_id,
            ),
        )
        .outerjoin(own, and_(own.sitting_id == Sitting.id, own.enrolment_id == Enrolment.id))
        .options(contains_eager(Sitting.quiz))
        .where(
            Enrolment.person_id == bindparam("person_id", type_=BigId),
            or_(
                and_(
                    Enrolment.state == "active",
                    or_(
                        and_(Sitting.is_for_cohort, Enrolment.cohort_id == Sitting.cohort_id),
                        SittingSeat.is_invited,
                    ),
                ),
                begun,
            ),
            wanted,
        )
        .order_by(Sitting.opens_at.desc(), Sitting.id.desc(), own.number)
    )


def _accommodation_percent() -> ColumnElement[int]:
    """Return the most that holds for ``:person_id`` on ``:today``; looked up once for the whole query."""
    today = bindparam("today", type_=Date)
    most = select(func.max(Accommodation.extra_percent)).where(
        Accommodation.person_id == bindparam("person_id", type_=BigId),
        Accommodation.ended_at.is_(None),
        Accommodation.from_on <= today,
        or_(Accommodation.until_on.is_(None), Accommodation.until_on >= today),
    )
    return func.coalesce(most.scalar_subquery(), 0)


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
_ONE_OWN = _own_query(Sitting.id == bindparam("sitting_id", type_=BigId)).add_columns(
    progression_column()
)
_ONE_OWN_LOCKED = _ONE_OWN.with_for_update(of=Sitting, read=True, key_share=True)


@dataclass(slots=True)
class _Folded:
    """A sitting of one candidate with the attempts in it, collected row by row."""

    sitting: Sitting
    enrolment_id: int
    is_enrolled: bool
    window: Window
    past: list[PastAttempt] = field(default_factory=list)

    def verdict(self, now: dt.datetime, *, is_locked: bool) -> MayStart:
        return may_start(
            self.window,
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
            state=sitting_state(
                opens_at=self.window.opens_at,
                closes_at=self.window.closes_at,
                is_cancelled=self.window.is_cancelled,
                now=self.sitting.paused_at or now,
            ),
            window=self.window,
            verdict=self.verdict(now, is_locked=bool(waits_for)),
            waits_for=waits_for,
        )


def _fold(rows: Iterable[Sequence[Any]]) -> list[_Folded]:
    """Bring the rows of ``_own_query`` together, sitting by sitting."""
    folded: dict[int, _Folded] = {}
    for sitting, enrolment_id, enrolled, seat, percent, attempt_id, number, state, *ended in rows:
        one = folded.get(sitting.id)
        if one is None:
            window = window_of(sitting, seat, percent)
            one = _Folded(sitting, enrolment_id, enrolled == "active", window)
            folded[sitting.id] = one
        if attempt_id is not None:
            one.past.append(PastAttempt(attempt_id, number, AttemptState(state), *ended))
    return list(folded.values())


def list_unannounced_sittings(now: dt.datetime, limit: int = 100) -> Sequence[int]:
    """Return the ids of open sittings whose opening was not announced yet."""
    return db.session.scalars(
        select(Sitting.id)
        .where(_is_in(SittingState.OPEN, now), Sitting.opening_announced_at.is_(None))
        .order_by(Sitting.opens_at, Sitting.id)
        .limit(limit)
    ).all()
