"""How an attempt stands against the clock: how much is left, what is still taken, how it ends."""

import datetime as dt
from dataclasses import dataclass

from lms.quizzes.domain.attempts import AttemptState, remaining_seconds
from lms.quizzes.domain.rules import SittingRules, TimeoutRule


def grace_of(rules: SittingRules) -> dt.timedelta:
    """Return for how long after the deadline is taken what was given before it."""
    minutes = rules.grace_minutes if rules.timeout is TimeoutRule.GRACE else 0
    return dt.timedelta(minutes=minutes)


@dataclass(frozen=True, slots=True)
class Timing:
    """An attempt and its clock.

    Attributes:
        state: As stored; the server may not have noticed the end yet.
        started_at: First instant.
        deadline_at: First instant after the time; it moves on when the attempt goes on after a pause.
        paused_at: Since when the clock stands still; None while it runs.
        grace: For how long after the deadline is taken what was given before it.
    """

    state: AttemptState
    started_at: dt.datetime
    deadline_at: dt.datetime
    paused_at: dt.datetime | None = None
    grace: dt.timedelta = dt.timedelta()

    @property
    def is_paused(self) -> bool:
        """Whether the attempt is open and its clock stands still."""
        return self.state is AttemptState.OPEN and self.paused_at is not None

    def remaining_s(self, now: dt.datetime) -> int:
        """Return the whole seconds left, from 0 to the attempt's own length; a pause does not use them up."""
        return remaining_seconds(
            started_at=self.started_at, deadline_at=self.deadline_at, now=self.paused_at or now
        )

    def is_time_up(self, now: dt.datetime) -> bool:
        """Say whether the deadline has passed; never during a pause."""
        return self.paused_at is None and now >= self.deadline_at

    def is_due(self, now: dt.datetime) -> bool:
        """Say whether the attempt is open although it is to be closed: nothing is taken any more."""
        is_open = self.state is AttemptState.OPEN and self.paused_at is None
        return is_open and now >= self.deadline_at + self.grace

    def state_at(self, now: dt.datetime) -> AttemptState:
        """Return the state, as ended from the instant on at which nothing is taken any more."""
        return AttemptState.EXPIRED if self.is_due(now) else self.state

    def takes_until(self, *, is_before_end: bool) -> dt.datetime:
        """Return the first instant at which an answer is refused.

        Args:
            is_before_end: Whether it was given before the deadline, by the page's clock.
        """
        return self.deadline_at + (self.grace if is_before_end else dt.timedelta())

    def takes(self, now: dt.datetime, *, is_before_end: bool = False) -> bool:
        """Say whether an answer that arrives now is taken."""
        is_running = self.state is AttemptState.OPEN and self.paused_at is None
        return is_running and now < self.takes_until(is_before_end=is_before_end)


@dataclass(frozen=True, slots=True)
class Ending:
    """How and when an attempt ends.

    Attributes:
        state: Submitted, expired or abandoned.
        at: When it counts as ended.
        late_seconds: By how much a submission made in time arrived after the deadline; 0 otherwise.
    """

    state: AttemptState
    at: dt.datetime
    late_seconds: int = 0


def ending_of(
    timing: Timing,
    now: dt.datetime,
    *,
    rule: TimeoutRule,
    is_before_end: bool = False,
    last_saved_at: dt.datetime | None = None,
) -> Ending:
    """Judge how an open attempt ends that ends now.

    Args:
        timing: The attempt and its clock.
        now: The instant of the request or sweep.
        rule: What the sitting says of attempts that are not submitted in time.
        is_before_end: Whether the candidate submitted before the deadline, on a device without a line; it counts
            within the grace only.
        last_saved_at: When the newest answer was acknowledged, if any.
    """
    if now < timing.deadline_at:
        # A server clock set back must not end an attempt before it began.
        return Ending(AttemptState.SUBMITTED, max(now, timing.started_at))
    if is_before_end and timing.takes(now, is_before_end=True):
        late = max(1, int((now - timing.deadline_at).total_seconds()))
        last = min(last_saved_at or timing.deadline_at, timing.deadline_at)
        return Ending(AttemptState.SUBMITTED, max(last, timing.started_at), late)
    is_abandoned = rule is TimeoutRule.ABANDON
    return Ending(
        AttemptState.ABANDONED if is_abandoned else AttemptState.EXPIRED, timing.deadline_at
    )
