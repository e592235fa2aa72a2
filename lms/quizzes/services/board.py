"""Acts on a whole sitting on its day: more time, standing still, going on, ending now."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, select, update

from lms.audit.services import record
from lms.db import db
from lms.errors import InvalidInput, InvalidState
from lms.notifications.services import post_new
from lms.people.models import Person
from lms.people.queries import list_persons
from lms.quizzes.domain.attempts import AttemptState
from lms.quizzes.domain.board import MINUTES_AT_MOST, REASON_AT_MOST
from lms.quizzes.domain.events import EventKind
from lms.quizzes.domain.sittings import SittingState
from lms.quizzes.models import ATTEMPT, Attempt, Sitting, SittingSeat
from lms.quizzes.queries import lock_open_attempt, state_of
from lms.quizzes.services.ending import end_attempt
from lms.quizzes.services.events import note_event, note_events

_CLOCKS = (
    update(ATTEMPT)
    .where(ATTEMPT.c.id == bindparam("of_attempt"))
    .values(deadline_at=bindparam("new_deadline_at"), paused_at=bindparam("new_paused_at"))
)


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of an open attempt.

    Attributes:
        attempt_id: The attempt.
        person_id: Whose it is.
        deadline_at: Until when it runs; while it is paused, the deadline as it was.
        paused_at: Since when it stands still.
    """

    attempt_id: int
    person_id: int
    deadline_at: dt.datetime
    paused_at: dt.datetime | None

    def later(self, more: dt.timedelta) -> "Clock":
        """Return it with more time."""
        return replace(self, deadline_at=self.deadline_at + more)

    def stopped(self, now: dt.datetime) -> "Clock":
        """Return it standing still from ``now``."""
        return replace(self, paused_at=now)

    def going(self, now: dt.datetime) -> "Clock":
        """Return it going on at ``now`` with the time it had left; one that runs is as it was."""
        if self.paused_at is None:
            return self
        return replace(
            self, deadline_at=self.deadline_at + max(now - self.paused_at, _NO_TIME), paused_at=None
        )


_NO_TIME = dt.timedelta(0)


def check_minutes(minutes: int) -> dt.timedelta:
    """Return minutes that are given as a duration.

    Raises:
        InvalidInput: ``minutes_out_of_range`` with the ``field`` and ``at_most``.
    """
    if not 1 <= minutes <= MINUTES_AT_MOST:
        raise InvalidInput("minutes_out_of_range", field="minutes", at_most=MINUTES_AT_MOST)
    return dt.timedelta(minutes=minutes)


def check_reason(reason: str) -> str:
    """Return a reason without blanks around it.

    Raises:
        InvalidInput: ``reason_missing``.
    """
    if not reason.strip():
        raise InvalidInput("reason_missing", field="reason")
    return reason.strip()[:REASON_AT_MOST]


def extend_sitting(
    sitting: Sitting, *, minutes: int, reason: str, actor_id: int | None, now: dt.datetime
) -> int:
    """Give everybody more time: attempts that run or are paused, those that start later, and the window.

    Args:
        sitting: The sitting.
        minutes: 1 to ``MINUTES_AT_MOST``.
        reason: Why; candidates are told.
        actor_id: Who does it.
        now: The instant.

    Returns:
        How many attempts got more time.

    Raises:
        InvalidInput: ``minutes_out_of_range`` or ``reason_missing``.
        InvalidState: ``sitting_not_open``.
    """
    more, reason = check_minutes(minutes), check_reason(reason)
    lock_sitting(sitting)
    clocks = _list_clocks(sitting, now)
    _check_open(sitting, clocks, now)
    if state_of(sitting, sitting.paused_at or now) is SittingState.OPEN:
        sitting.closes_at += more
    sitting.minutes += minutes
    _move_seats(sitting, more, sitting.paused_at or now)
    extended = [one.later(more) for one in clocks]
    _set_clocks(extended)
    ids = [one.attempt_id for one in extended]
    note_events(ids, EventKind.EXTENDED, actor_id=actor_id, now=now, minutes=minutes, reason=reason)
    _record("extend_sitting", sitting, ids, actor_id, now, minutes=minutes, reason=reason)
    _tell("quizzes.more_time", sitting, extended, now, minutes=minutes, reason=reason)
    db.session.flush()
    return len(ids)


def pause_sitting(sitting: Sitting, *, reason: str, actor_id: int | None, now: dt.datetime) -> int:
    """Let everything stand still: nobody starts, no clock runs, no answer is taken. Doing it twice changes nothing.

    Returns:
        How many attempts stand still by this.

    Raises:
        InvalidInput: ``reason_missing``.
        InvalidState: ``sitting_not_open``.
    """
    reason = check_reason(reason)
    lock_sitting(sitting)
    if sitting.paused_at is not None:
        return 0
    clocks = _list_clocks(sitting, now)
    _check_open(sitting, clocks, now)
    sitting.paused_at = now
    stopped = [one.stopped(now) for one in clocks if one.paused_at is None]
    _set_clocks(stopped)
    ids = [one.attempt_id for one in stopped]
    note_events(ids, EventKind.PAUSED, actor_id=actor_id, now=now, reason=reason)
    _record("pause_sitting", sitting, ids, actor_id, now, reason=reason)
    _tell("quizzes.paused", sitting, stopped, now, reason=reason)
    db.session.flush()
    return len(ids)


def resume_sitting(sitting: Sitting, *, actor_id: int | None, now: dt.datetime) -> int:
    """Let a paused sitting go on: every clock and the window move on by as long as it stood still.

    Who was paused alone before that stays paused.

    Returns:
        How many attempts go on.

    Raises:
        InvalidState: ``sitting_not_paused``.
    """
    lock_sitting(sitting)
    since = sitting.paused_at
    if since is None:
        raise InvalidState("sitting_not_paused")
    stood = max(now - since, _NO_TIME)
    if sitting.closes_at > since:
        sitting.closes_at += stood
    _move_seats(sitting, stood, since)
    sitting.paused_at = None
    going = [one.going(now) for one in _list_clocks(sitting, now) if one.paused_at == since]
    _set_clocks(going)
    ids = [one.attempt_id for one in going]
    seconds = int(stood.total_seconds())
    note_events(ids, EventKind.RESUMED, actor_id=actor_id, now=now, seconds=seconds)
    _record("resume_sitting", sitting, ids, actor_id, now, seconds=seconds)
    _tell("quizzes.resumed", sitting, going, now)
    db.session.flush()
    return len(ids)


def close_sitting(sitting: Sitting, *, reason: str, actor_id: int | None, now: dt.datetime) -> int:
    """End a sitting now: nobody starts any more, and what runs ends with the answers it has.

    Returns:
        How many attempts ended.

    Raises:
        InvalidInput: ``reason_missing``.
        InvalidState: ``sitting_not_open``.
    """
    reason = check_reason(reason)
    lock_sitting(sitting)
    clocks = _list_clocks(sitting, now, overdue=True)
    _check_open(sitting, clocks, now)
    sitting.paused_at = None
    sitting.closes_at = min(sitting.closes_at, now)
    for seat in _list_late_seats(sitting, now):
        seat.closes_at = now
    db.session.flush()
    ended = [one for one in clocks if end_now(one, actor_id=actor_id, now=now, reason=reason)]
    ids = [one.attempt_id for one in ended]
    _record("close_sitting", sitting, ids, actor_id, now, reason=reason)
    _tell("quizzes.closed", sitting, ended, now, reason=reason)
    db.session.flush()
    return len(ids)


def end_now(clock: Clock, *, actor_id: int | None, now: dt.datetime, reason: str) -> bool:
    """End one attempt with the answers it has; False when it has ended meanwhile.

    One that was paused ends with the time it had left, so that it counts as submitted.
    """
    attempt = lock_open_attempt(clock.attempt_id, clock.person_id)
    if attempt is None:
        return False
    going = clock_of(attempt).going(now)
    attempt.deadline_at, attempt.paused_at = going.deadline_at, None
    note_event(attempt.id, EventKind.CLOSED, actor_id=actor_id, now=now, reason=reason)
    end_attempt(attempt, now)
    return True


def clock_of(attempt: Attempt) -> Clock:
    """Return the clock of an attempt."""
    return Clock(attempt.id, attempt.person_id, attempt.deadline_at, attempt.paused_at)


def lock_sitting(sitting: Sitting) -> None:
    """Keep attempts from starting until the transaction ends, and see those that just did."""
    db.session.refresh(sitting, with_for_update={"of": Sitting})


def _check_open(sitting: Sitting, clocks: Sequence[Clock], now: dt.datetime) -> None:
    """Refuse what only makes sense while somebody sits or may come.

    Raises:
        InvalidState: ``sitting_not_open``.
    """
    if sitting.paused_at is None and not clocks and state_of(sitting, now) is not SittingState.OPEN:
        raise InvalidState("sitting_not_open")


def _list_clocks(sitting: Sitting, now: dt.datetime, *, overdue: bool = False) -> list[Clock]:
    """Return the open attempts of a sitting, locked; those that the worker has still to close only when asked."""
    rows = db.session.execute(
        select(Attempt.id, Attempt.person_id, Attempt.deadline_at, Attempt.paused_at)
        .where(Attempt.sitting_id == sitting.id, Attempt.state == AttemptState.OPEN.value)
        .order_by(Attempt.id)
        .with_for_update()
    )
    clocks = [Clock(*row) for row in rows]
    return [one for one in clocks if overdue or one.paused_at or one.deadline_at > now]


def _set_clocks(clocks: Iterable[Clock]) -> None:
    rows = [
        {
            "of_attempt": one.attempt_id,
            "new_deadline_at": one.deadline_at,
            "new_paused_at": one.paused_at,
        }
        for one in clocks
    ]
    if rows:
        db.session.flush()
        db.session.connection().execute(_CLOCKS, rows)


def _list_late_seats(sitting: Sitting, after: dt.datetime) -> Sequence[SittingSeat]:
    """Return the seats of a sitting with an end of their own after ``after``, locked."""
    return db.session.scalars(
        select(SittingSeat)
        .where(SittingSeat.sitting_id == sitting.id, SittingSeat.closes_at > after)
        .with_for_update()
    ).all()


def _move_seats(sitting: Sitting, more: dt.timedelta, after: dt.datetime) -> None:
    for seat in _list_late_seats(sitting, after):
        if seat.closes_at is not None:
            seat.closes_at += more


def _record(
    verb: str,
    sitting: Sitting,
    attempt_ids: Sequence[int],
    actor_id: int | None,
    now: dt.datetime,
    **facts: object,
) -> None:
    record(
        f"quizzes.{verb}",
        actor_id=actor_id,
        now=now,
        subject_kind="sitting",
        subject_id=sitting.id,
        attempts=len(attempt_ids),
        **facts,
    )


def _tell(
    kind: str, sitting: Sitting, clocks: Iterable[Clock], now: dt.datetime, **facts: object
) -> None:
    by_person = {one.person_id: one for one in clocks}
    for person in list_persons(by_person):
        tell_candidate(kind, sitting, by_person[person.id], to=person, now=now, **facts)


def tell_candidate(
    kind: str, sitting: Sitting, clock: Clock, *, to: Person, now: dt.datetime, **facts: object
) -> None:
    """Tell a candidate what was done to the own attempt.

    Args:
        kind: As ``notifications.services.post`` wants it.
        sitting: Of the attempt.
        clock: The attempt's, as it is now.
        to: The candidate.
        now: The instant.
        facts: What else the words need.
    """
    post_new(
        kind,
        to=to,
        # The attempt is locked: the same is not done to it twice in the same microsecond.
        key=f"{kind}:{clock.attempt_id}:{now.isoformat()}",
        now=now,
        link=f"/attempts/{clock.attempt_id}",
        title=sitting.quiz.title,
        title_en=sitting.quiz.title_en,
        deadline_at=clock.deadline_at,
        **facts,
    )
