"""Scheduling sittings, telling their candidates, calling them off."""

import datetime as dt
from decimal import Decimal

from sqlalchemy import func, select, update

from lms.audit.services import record
from lms.curriculum.domain.path import GateKind
from lms.curriculum.models import Enrolment
from lms.curriculum.queries import list_progressions
from lms.db import db
from lms.errors import InvalidInput, InvalidState
from lms.notifications.services import post
from lms.people.models import Cohort
from lms.quizzes.domain.attempts import AttemptState
from lms.quizzes.domain.review import ReviewRule
from lms.quizzes.domain.sittings import Problem, Schedule, SittingState, check_schedule
from lms.quizzes.domain.specification import banks_of, find_misfits, sections_from_json
from lms.quizzes.models import Attempt, Quiz, Sitting
from lms.quizzes.queries import list_block_sizes, list_candidates, list_eligible, state_of

EXTENSION = dt.timedelta(minutes=10)


def check_sitting(
    quiz: Quiz, cohort: Cohort, schedule: Schedule, *, now: dt.datetime
) -> tuple[Problem, ...]:
    """Return everything that speaks against a sitting: its times, an empty cohort, a bank too small."""
    problems = list(check_schedule(schedule, now))
    if not list_eligible(quiz, cohort.id):
        problems.append(Problem("cohort", "nobody_enrolled"))
    plan = sections_from_json(quiz.sections)
    if find_misfits(plan, list_block_sizes(banks_of(plan))):
        problems.append(Problem("quiz", "pool_too_small"))
    return tuple(problems)


def schedule_sitting(
    *,
    quiz: Quiz,
    cohort: Cohort,
    opens_at: dt.datetime,
    closes_at: dt.datetime,
    actor_id: int | None,
    now: dt.datetime,
    minutes: int | None = None,
    max_attempts: int | None = None,
    wait_minutes: int | None = None,
    cut_percent: Decimal | None = None,
    review: ReviewRule | None = None,
    note: str = "",
) -> Sitting:
    """Schedule a sitting and tell its candidates; what is not given comes from the quiz.

    The rules are copied into the sitting: a later change of the quiz does not change what candidates were
    told.

    Raises:
        InvalidInput: ``bad_sitting``; facts name the ``field`` and the ``problem`` as ``check_sitting`` does.
    """
    schedule = Schedule(
        opens_at=opens_at,
        closes_at=closes_at,
        minutes=quiz.minutes if minutes is None else minutes,
        max_attempts=quiz.max_attempts if max_attempts is None else max_attempts,
        wait_minutes=quiz.wait_minutes if wait_minutes is None else wait_minutes,
        cut_percent=quiz.cut_percent if cut_percent is None else cut_percent,
    )
    for problem in check_sitting(quiz, cohort, schedule, now=now):
        raise InvalidInput("bad_sitting", field=problem.field, problem=problem.code)
    sitting = Sitting(
        quiz=quiz,
        cohort=cohort,
        opens_at=schedule.opens_at,
        closes_at=schedule.closes_at,
        minutes=schedule.minutes,
        max_attempts=schedule.max_attempts,
        wait_minutes=schedule.wait_minutes,
        cut_percent=schedule.cut_percent,
        red_line_all=quiz.red_line_all,
        review=(review or ReviewRule(quiz.review)).value,
        sections=quiz.sections,
        note=note,
        created_at=now,
        created_by=actor_id,
        cancelled_at=None,
        opening_announced_at=None,
        closing_noted_at=None,
    )
    db.session.add(sitting)
    db.session.flush()
    record(
        "quizzes.schedule_sitting",
        actor_id=actor_id,
        now=now,
        subject_kind="sitting",
        subject_id=sitting.id,
        quiz=quiz.key,
        cohort_id=cohort.id,
        opens_at=opens_at.isoformat(),
        closes_at=closes_at.isoformat(),
        minutes=schedule.minutes,
        max_attempts=schedule.max_attempts,
        wait_minutes=schedule.wait_minutes,
        cut_percent=str(schedule.cut_percent),
        review=sitting.review,
    )
    _tell_candidates("sitting_scheduled", sitting, now)
    return sitting


def cancel_sitting(
    sitting: Sitting, *, reason: str, actor_id: int | None, now: dt.datetime
) -> None:
    """Call a sitting off and tell its candidates why. Doing it twice changes nothing.

    Raises:
        InvalidInput: ``reason_missing``.
        InvalidState: ``sitting_closed``; or ``sitting_begun`` with the number of attempts: what somebody has
            begun cannot be undone by a click.
    """
    if sitting.cancelled_at is not None:
        return
    if not reason.strip():
        raise InvalidInput("reason_missing", field="reason")
    _lock(sitting)
    if state_of(sitting, now) is SittingState.CLOSED:
        raise InvalidState("sitting_closed")
    begun = count_attempts(sitting)
    if begun:
        raise InvalidState("sitting_begun", attempts=begun)
    sitting.cancelled_at = now
    sitting.cancel_reason = reason.strip()
    db.session.flush()
    record(
        "quizzes.cancel_sitting",
        actor_id=actor_id,
        now=now,
        subject_kind="sitting",
        subject_id=sitting.id,
        reason=sitting.cancel_reason,
    )
    for enrolment in list_candidates(sitting):
        _tell("sitting_cancelled", sitting, enrolment, now, reason=sitting.cancel_reason)


def _lock(sitting: Sitting) -> None:
    """Keep attempts from starting until the transaction ends, and see those that just did."""
    db.session.refresh(sitting, with_for_update={"of": Sitting})


def count_attempts(sitting: Sitting) -> int:
    """Return how many attempts were begun in a sitting."""
    return (
        db.session.scalar(
            select(func.count()).select_from(Attempt).where(Attempt.sitting_id == sitting.id)
        )
        or 0
    )


def extend_sitting(sitting: Sitting, *, actor_id: int | None, now: dt.datetime) -> None:
    """Give everybody ten minutes more: the window, the length, and every attempt that runs.

    Raises:
        InvalidState: ``sitting_not_open``.
    """
    _lock(sitting)
    if state_of(sitting, now) is not SittingState.OPEN:
        raise InvalidState("sitting_not_open")
    sitting.closes_at += EXTENSION
    sitting.minutes += int(EXTENSION.total_seconds() // 60)
    running = db.session.execute(
        select(Attempt.id, Attempt.deadline_at)
        .where(
            Attempt.sitting_id == sitting.id,
            Attempt.state == AttemptState.OPEN.value,
            Attempt.deadline_at > now,
        )
        .with_for_update()
    ).all()
    for attempt_id, deadline_at in running:
        db.session.execute(
            update(Attempt)
            .where(Attempt.id == attempt_id)
            .values(deadline_at=deadline_at + EXTENSION)
        )
    db.session.flush()
    record(
        "quizzes.extend_sitting",
        actor_id=actor_id,
        now=now,
        subject_kind="sitting",
        subject_id=sitting.id,
        minutes=int(EXTENSION.total_seconds() // 60),
        attempts=len(running),
    )


def announce_sitting(sitting_id: int, *, now: dt.datetime) -> bool:
    """Tell the candidates of an open sitting that it has opened; False when another worker has.

    The messages are keyed, so even a worker that dies between two of them sends none twice.
    """
    sitting = db.session.scalars(
        select(Sitting)
        .where(Sitting.id == sitting_id, Sitting.opening_announced_at.is_(None))
        .with_for_update(skip_locked=True)
    ).first()
    if sitting is None:
        return False
    sitting.opening_announced_at = now
    db.session.flush()
    _tell_candidates("sitting_opened", sitting, now)
    return True


def _tell_candidates(name: str, sitting: Sitting, now: dt.datetime) -> None:
    """Tell every candidate, and those who cannot start yet also what they must pass first."""
    candidates = list_candidates(sitting)
    progressions = list_progressions([one.id for one in candidates])
    kind = GateKind(sitting.quiz.kind)
    for enrolment in candidates:
        missing = progressions[enrolment.id].missing_before(kind, sitting.quiz.gate_key)
        waits_for = [
            {"kind": one.kind.value, "title": one.title, "title_en": one.title_en}
            for one in missing
        ]
        _tell(name, sitting, enrolment, now, waits_for=waits_for)


def _tell(
    name: str, sitting: Sitting, enrolment: Enrolment, now: dt.datetime, **facts: object
) -> None:
    post(
        f"quizzes.{name}",
        to=enrolment.person,
        key=f"{name}:{sitting.id}:{enrolment.person_id}",
        now=now,
        link=f"/sittings/{sitting.id}/rules",
        title=sitting.quiz.title,
        title_en=sitting.quiz.title_en,
        opens_at=sitting.opens_at,
        closes_at=sitting.closes_at,
        minutes=sitting.minutes,
        max_attempts=sitting.max_attempts,
        cut_percent=_as_text(sitting.cut_percent),
        **facts,
    )


def _as_text(percent: Decimal) -> str:
    """Return 80, not 80.00: messages are read by people."""
    return f"{percent.normalize():f}"
