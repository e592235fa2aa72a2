"""Acts on one candidate on the day of a sitting: more time, standing still, opened again, ended, let in late."""

import datetime as dt

from sqlalchemy import Exists, delete, exists, or_, select
from sqlalchemy.orm import aliased, defer, joinedload

from lms.audit.services import record
from lms.db import db
from lms.errors import InvalidInput, InvalidState, NotFound
from lms.notifications.services import post_new
from lms.people.models import Person
from lms.quizzes.domain.attempts import AttemptState, StartReason
from lms.quizzes.domain.board import REASON_AT_MOST, REOPEN_AT_MOST
from lms.quizzes.domain.events import EventKind
from lms.quizzes.models import (
    Attempt,
    Objection,
    PrintedPaper,
    Sitting,
    SittingSeat,
    StoredItemResult,
)
from lms.quizzes.queries import get_own_sitting
from lms.quizzes.services.board import (
    check_minutes,
    check_reason,
    clock_of,
    end_now,
    lock_sitting,
    tell_candidate,
)
from lms.quizzes.services.essay_places import withdraw_places
from lms.quizzes.services.events import note_event
from lms.quizzes.services.seats import get_seat


def extend_attempt(
    attempt_id: int, *, minutes: int, reason: str, actor_id: int | None, now: dt.datetime
) -> None:
    """Give one candidate more time, beyond the end of the window too.

    Args:
        attempt_id: The attempt.
        minutes: 1 to ``MINUTES_AT_MOST``.
        reason: Why; the candidate is told.
        actor_id: Who does it.
        now: The instant.

    Raises:
        NotFound: No such attempt.
        InvalidInput: ``minutes_out_of_range`` or ``reason_missing``.
        InvalidState: ``attempt_not_running``.
    """
    more, reason = check_minutes(minutes), check_reason(reason)
    attempt = _lock_attempt(attempt_id)
    _check_running(attempt, now)
    attempt.deadline_at += more
    facts = {"minutes": minutes, "reason": reason}
    _write("extend_attempt", attempt, EventKind.EXTENDED, actor_id, now, **facts)
    _tell("quizzes.more_time", attempt, now, **facts)


def pause_attempt(attempt_id: int, *, reason: str, actor_id: int | None, now: dt.datetime) -> None:
    """Let the clock of one candidate stand still; answers are not taken meanwhile.

    Raises:
        NotFound: No such attempt.
        InvalidInput: ``reason_missing``.
        InvalidState: ``attempt_not_running``, or ``attempt_paused``.
    """
    reason = check_reason(reason)
    attempt = _lock_attempt(attempt_id)
    _check_running(attempt, now)
    if attempt.paused_at is not None:
        raise InvalidState("attempt_paused")
    attempt.paused_at = now
    _write("pause_attempt", attempt, EventKind.PAUSED, actor_id, now, reason=reason)
    _tell("quizzes.paused", attempt, now, reason=reason)


def resume_attempt(attempt_id: int, *, actor_id: int | None, now: dt.datetime) -> None:
    """Let one candidate go on with the time that was left.

    Raises:
        NotFound: No such attempt.
        InvalidState: ``attempt_not_paused``; or ``sitting_paused``: everybody waits, and goes on together.
    """
    attempt = _lock_attempt(attempt_id)
    since = attempt.paused_at
    if attempt.state != AttemptState.OPEN.value or since is None:
        raise InvalidState("attempt_not_paused")
    if attempt.sitting.paused_at is not None:
        raise InvalidState("sitting_paused")
    attempt.deadline_at = clock_of(attempt).going(now).deadline_at
    attempt.paused_at = None
    seconds = max(0, int((now - since).total_seconds()))
    _write("resume_attempt", attempt, EventKind.RESUMED, actor_id, now, seconds=seconds)
    _tell("quizzes.resumed", attempt, now)


def close_attempt_now(
    attempt_id: int, *, reason: str, actor_id: int | None, now: dt.datetime
) -> None:
    """End one running or paused attempt with the answers it has.

    Raises:
        NotFound: No such attempt.
        InvalidInput: ``reason_missing``.
        InvalidState: ``attempt_not_running``.
    """
    reason = check_reason(reason)
    attempt = _lock_attempt(attempt_id)
    if not end_now(clock_of(attempt), actor_id=actor_id, now=now, reason=reason):
        raise InvalidState("attempt_not_running", state=attempt.state)
    _record("close_attempt", attempt, actor_id, now, reason=reason)
    _tell("quizzes.closed", attempt, now, reason=reason)


def reopen_attempt(
    attempt_id: int, *, minutes: int, reason: str, actor_id: int | None, now: dt.datetime
) -> None:
    """Open an ended attempt again, with its answers, for some minutes.

    Its result is taken back until it ends again; the ledger keeps the line that was entered, and the new end
    supersedes it. A gate that was passed stays passed.

    Args:
        attempt_id: The attempt.
        minutes: 1 to ``REOPEN_AT_MOST``, from now on.
        reason: Why; the candidate is told.
        actor_id: Who does it.
        now: The instant.

    Raises:
        NotFound: No such attempt.
        InvalidInput: ``minutes_out_of_range`` or ``reason_missing``.
        InvalidState: ``attempt_running``: it has not ended; ``attempt_followed``: the person has begun another
            attempt at the quiz since; ``attempt_on_paper``: its answers were typed in from paper;
            ``attempt_marked``: somebody has marked an answer; ``attempt_objected``: the person has questioned a
            key of it, so has seen it; ``sitting_paused``.
    """
    if not 1 <= minutes <= REOPEN_AT_MOST:
        raise InvalidInput("minutes_out_of_range", field="minutes", at_most=REOPEN_AT_MOST)
    reason = check_reason(reason)
    attempt = _lock_attempt(attempt_id)
    problem = find_reopen_problem(attempt)
    if problem:
        raise InvalidState(problem)
    withdraw_places(attempt)
    db.session.execute(delete(StoredItemResult).where(StoredItemResult.attempt_id == attempt.id))
    facts = {
        "minutes": minutes,
        "reason": reason,
        "state": attempt.state,
        "points": None if attempt.points is None else str(attempt.points),
        "passed": attempt.passed,
    }
    attempt.state = AttemptState.OPEN.value
    attempt.submitted_at = attempt.paused_at = None
    attempt.points = attempt.passed = attempt.outcome = None
    attempt.awaits_marking = False
    attempt.reopened += 1
    attempt.deadline_at = now + dt.timedelta(minutes=minutes)
    _write("reopen_attempt", attempt, EventKind.REOPENED, actor_id, now, **facts)
    _tell("quizzes.reopened", attempt, now, minutes=minutes, reason=reason)


def find_reopen_problem(attempt: Attempt) -> str:
    """Return the code of what keeps an attempt from being opened again; empty when nothing does.

    Whether somebody has marked an answer of it is said by ``reopen_attempt`` only.
    """
    if attempt.state == AttemptState.OPEN.value:
        return "attempt_running"
    if attempt.sitting.paused_at is not None:
        return "sitting_paused"
    followed, on_paper, objected = db.session.execute(
        select(
            _is_followed(attempt),
            exists().where(PrintedPaper.attempt_id == attempt.id),
            exists().where(Objection.attempt_id == attempt.id),
        )
    ).one()
    found = {
        "attempt_followed": followed,
        "attempt_on_paper": on_paper,
        "attempt_objected": objected,
    }
    return next((code for code, holds in found.items() if holds), "")


def _is_followed(attempt: Attempt) -> Exists:
    later = aliased(Attempt)
    return (
        select(later.id)
        .join(Sitting, Sitting.id == later.sitting_id)
        .where(
            later.person_id == attempt.person_id,
            Sitting.quiz_id == attempt.sitting.quiz_id,
            later.id != attempt.id,
            or_(later.started_at > attempt.started_at, later.id > attempt.id),
        )
        .exists()
    )


def admit(
    sitting: Sitting,
    person_id: int,
    *,
    minutes: int,
    reason: str,
    actor_id: int | None,
    now: dt.datetime,
) -> SittingSeat:
    """Let a candidate in who comes after the window has closed.

    The person may start within the next ``minutes`` and has the full length of an attempt from then.

    Args:
        sitting: The sitting.
        person_id: The candidate.
        minutes: 1 to ``MINUTES_AT_MOST``.
        reason: Why; the candidate is told.
        actor_id: Who does it.
        now: The instant.

    Returns:
        The person's seat, with its own end.

    Raises:
        NotFound: No candidate of this sitting.
        InvalidInput: ``minutes_out_of_range`` or ``reason_missing``.
        InvalidState: ``not_shut_out``: the person has begun already, or may still start.
    """
    more, reason = check_minutes(minutes), check_reason(reason)
    lock_sitting(sitting)
    own = get_own_sitting(sitting.id, person_id, now)
    if own.attempts or own.verdict.reason is not StartReason.CLOSED:
        raise InvalidState("not_shut_out", reason=own.verdict.reason.value)
    seat = get_seat(sitting.id, person_id, actor_id=actor_id, now=now)
    seat.closes_at = now + more + dt.timedelta(minutes=own.window.minutes)
    seat.reason = "\n".join(one for one in (seat.reason, reason) if one)[:REASON_AT_MOST]
    db.session.flush()
    record(
        "quizzes.admit",
        actor_id=actor_id,
        now=now,
        subject_kind="sitting",
        subject_id=sitting.id,
        person_id=person_id,
        closes_at=seat.closes_at.isoformat(),
        reason=reason,
    )
    post_new(
        "quizzes.admitted",
        to=db.session.get_one(Person, person_id),
        key=f"admitted:{sitting.id}:{person_id}:{now.isoformat()}",
        now=now,
        link=f"/sittings/{sitting.id}/rules",
        title=sitting.quiz.title,
        title_en=sitting.quiz.title_en,
        start_at=now + more,
        minutes=own.window.minutes,
        reason=reason,
    )
    db.session.flush()
    return seat


def _lock_attempt(attempt_id: int) -> Attempt:
    """Return an attempt, locked, with its sitting held as it is: first the sitting, as starting does it.

    Raises:
        NotFound: There is none.
    """
    sitting = db.session.scalar(
        select(Sitting)
        .join(Attempt, Attempt.sitting_id == Sitting.id)
        .where(Attempt.id == attempt_id)
        .options(joinedload(Sitting.quiz))
        .with_for_update(of=Sitting, read=True, key_share=True)
        .execution_options(populate_existing=True)
    )
    if sitting is None:
        raise NotFound("attempt", id=attempt_id)
    return db.session.scalars(
        select(Attempt)
        .where(Attempt.id == attempt_id)
        .options(defer(Attempt.paper, raiseload=True))
        .with_for_update(of=Attempt)
        .execution_options(populate_existing=True)
    ).one()


def _check_running(attempt: Attempt, now: dt.datetime) -> None:
    """Refuse what has ended, also where the worker has still to close it.

    Raises:
        InvalidState: ``attempt_not_running`` with the ``state``.
    """
    is_over = attempt.paused_at is None and attempt.deadline_at <= now
    if attempt.state != AttemptState.OPEN.value or is_over:
        raise InvalidState("attempt_not_running", state=attempt.state)


def _write(
    verb: str,
    attempt: Attempt,
    kind: EventKind,
    actor_id: int | None,
    now: dt.datetime,
    **facts: object,
) -> None:
    """Keep the act in the audit trail and with the attempt."""
    note_event(attempt.id, kind, actor_id=actor_id, now=now, **facts)
    _record(verb, attempt, actor_id, now, **facts)


def _record(
    verb: str, attempt: Attempt, actor_id: int | None, now: dt.datetime, **facts: object
) -> None:
    record(
        f"quizzes.{verb}",
        actor_id=actor_id,
        now=now,
        subject_kind="attempt",
        subject_id=attempt.id,
        sitting_id=attempt.sitting_id,
        person_id=attempt.person_id,
        **facts,
    )


def _tell(kind: str, attempt: Attempt, now: dt.datetime, **facts: object) -> None:
    person = db.session.get_one(Person, attempt.person_id)
    tell_candidate(kind, attempt.sitting, clock_of(attempt), to=person, now=now, **facts)
    db.session.flush()
