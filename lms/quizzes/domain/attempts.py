"""When an attempt may start, until when it runs, and when the next one opens."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class AttemptState(StrEnum):
    """States of an attempt, as stored."""

    OPEN = "open"
    SUBMITTED = "submitted"
    """By the candidate, in time."""
    EXPIRED = "expired"
    """Closed by the server at the deadline, with the answers saved until then."""
    ABANDONED = "abandoned"
    """Likewise, but by the sitting's rule it does not count: it is used up and not passed."""


@dataclass(frozen=True, slots=True)
class Window:
    """The rules of a sitting that decide about starting, as they hold for one person.

    Attributes:
        opens_at: First instant at which an attempt may start.
        closes_at: First instant at which none may start, and by which all without more time have ended.
        minutes: Length of an attempt, with what the person has more.
        max_attempts: Attempts a person has in this sitting; at least 1.
        wait_minutes: Pause between the end of one attempt and the start of the next.
        is_cancelled: Whether the sitting was called off.
        is_paused: Whether it stands still: nobody starts until it goes on.
        extra_minutes: How much of ``minutes`` the person has beyond the sitting's; at least 0. By as much an
            attempt may run on after ``closes_at``: where the window is as long as an attempt, more time would
            otherwise be none.
    """

    opens_at: dt.datetime
    closes_at: dt.datetime
    minutes: int
    max_attempts: int
    wait_minutes: int
    is_cancelled: bool = False
    is_paused: bool = False
    extra_minutes: int = 0


def minutes_with(minutes: int, extra_percent: int, extra_minutes: int = 0) -> int:
    """Return the length of an attempt in minutes with more time for one person.

    Args:
        minutes: The sitting's length.
        extra_percent: By how much more, at least 0; part of a minute counts as a whole one.
        extra_minutes: Minutes on top of that, at least 0.
    """
    return -(-minutes * (100 + extra_percent) // 100) + extra_minutes


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """An attempt that exists already.

    Attributes:
        attempt_id: Its row.
        number: 1, 2, …
        state: Open or how it ended.
        deadline_at: Until when it runs, or ran at most.
        ended_at: When it ended; None while open.
        passed: The decision; also True when the gate of the quiz is passed already. None while open.
        awaits_marking: Whether people are marking it: there is no decision yet, and none may be guessed.
    """

    attempt_id: int
    number: int
    state: AttemptState
    deadline_at: dt.datetime
    ended_at: dt.datetime | None = None
    passed: bool | None = None
    awaits_marking: bool = False


class StartReason(StrEnum):
    """Why an attempt may or may not start; templates turn it into a sentence."""

    FREE = "free"
    RUNNING = "running"
    CANCELLED = "cancelled"
    NOT_ENROLLED = "not_enrolled"
    """The candidate's training has ended since an earlier attempt."""
    PASSED = "passed"
    MARKING = "marking"
    """An attempt waits to be marked by people; whether another is needed is not known."""
    NOT_OPEN = "not_open"
    CLOSED = "closed"
    PAUSED = "paused"
    """The sitting stands still for everybody; it goes on when the trainer says so."""
    USED_UP = "used_up"
    LOCKED = "locked"
    """Something that comes before on the learner's path is not passed yet."""
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class MayStart:
    """The answer to "may this person start now?".

    Attributes:
        reason: ``FREE`` is the only yes; ``RUNNING`` means: go on with the one that runs.
        attempts_left: How many attempts of this sitting are still unused.
        at: When starting becomes possible (``NOT_OPEN``, ``WAIT``), else None.
        running: The attempt that runs, for ``RUNNING``; the server may not have noticed its end yet.
    """

    reason: StartReason
    attempts_left: int
    at: dt.datetime | None = None
    running: PastAttempt | None = None

    def __bool__(self) -> bool:
        return self.reason is StartReason.FREE


def may_start(
    window: Window,
    past: Sequence[PastAttempt],
    now: dt.datetime,
    *,
    is_enrolled: bool = True,
    is_locked: bool = False,
) -> MayStart:
    """Judge whether a new attempt may start at ``now``; no job opens a sitting, this does.

    Who has passed has nothing left to prove here: a repetition would only measure how well the keys
    shown afterwards are remembered.

    Args:
        window: The sitting's rules.
        past: The person's attempts in this sitting, in any order.
        now: The instant of the request.
        is_enrolled: Whether the person's training still runs.
        is_locked: Whether something that comes before on the person's path is not passed yet. It hides when
            the sitting opens, as that alone would not help, but not that it is over.
    """
    left = max(0, window.max_attempts - len(past))
    running = next((one for one in past if one.state is AttemptState.OPEN), None)
    if running is not None:
        return MayStart(StartReason.RUNNING, left, running=running)
    ended = _ended_reason(window, past, now)
    if ended is not None:
        return MayStart(ended, left)
    if not is_enrolled:
        return MayStart(StartReason.NOT_ENROLLED, 0)
    opens = next_attempt_at(window, past)
    if opens is None:
        return MayStart(StartReason.USED_UP, 0)
    if is_locked:
        return MayStart(StartReason.LOCKED, left)
    if window.is_paused:
        return MayStart(StartReason.PAUSED, left)
    if now < window.opens_at:
        return MayStart(StartReason.NOT_OPEN, left, at=window.opens_at)
    if now < opens:
        return MayStart(StartReason.WAIT, left, at=opens)
    return MayStart(StartReason.FREE, left)


def _ended_reason(
    window: Window, past: Sequence[PastAttempt], now: dt.datetime
) -> StartReason | None:
    if any(one.passed for one in past):
        return StartReason.PASSED
    if any(one.awaits_marking for one in past):
        return StartReason.MARKING
    if window.is_cancelled:
        return StartReason.CANCELLED
    # What stands still goes on later than its end says.
    return StartReason.CLOSED if now >= window.closes_at and not window.is_paused else None


def next_attempt_at(window: Window, past: Sequence[PastAttempt]) -> dt.datetime | None:
    """Return from when another attempt may start, or None when there will be none in this sitting.

    There is none when the attempts are used up, one was passed, one still runs or is being marked, the sitting was
    cancelled, or the pause ends only after the window has closed.
    """
    if window.is_cancelled or len(past) >= window.max_attempts:
        return None
    if any(one.passed or one.awaits_marking or one.state is AttemptState.OPEN for one in past):
        return None
    pause = dt.timedelta(minutes=window.wait_minutes)
    ends = [one.ended_at + pause for one in past if one.ended_at is not None]
    opens = max([window.opens_at, *ends])
    return opens if opens < window.closes_at else None


def deadline_of(window: Window, started_at: dt.datetime) -> dt.datetime:
    """Return when an attempt that starts at ``started_at`` ends: by its length, or with the window.

    Who has more time has it beyond the end of the window, too.
    """
    return min(
        started_at + dt.timedelta(minutes=window.minutes),
        window.closes_at + dt.timedelta(minutes=window.extra_minutes),
    )


def remaining_seconds(
    *, started_at: dt.datetime, deadline_at: dt.datetime, now: dt.datetime
) -> int:
    """Return the whole seconds left, from 0 to the attempt's own length.

    A server clock set back must not give anybody more time than the attempt had at its start.
    """
    left = min(deadline_at - now, deadline_at - started_at)
    return max(0, int(left.total_seconds()))
