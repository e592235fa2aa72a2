"""The legal clock: until which moment a negative decision can be made, and how near that is.

A dismissal for unmet hiring conditions must be decided before the last day of the probation is over (Labour Contract
Law article 39(1) and the courts' practice); afterwards the person counts as regular. Holidays are not known yet, so
a working day is a day from Monday to Friday.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

_SATURDAY = 5
_DAY = dt.timedelta(days=1)

REVIEW_DAYS = 30
PRESSING_DAYS = 10
LAST_DAYS = 3


class Urgency(StrEnum):
    """How near the last lawful day is; screens take their tone from it."""

    CALM = "calm"
    REVIEW = "review"
    PRESSING = "pressing"
    LAST = "last"
    EXPIRED = "expired"


def last_moment(ends_on: dt.date, zone: ZoneInfo) -> dt.datetime:
    """Return the instant at which the last day ``ends_on`` is over (24:00) in ``zone``, in UTC."""
    return dt.datetime.combine(ends_on + _DAY, dt.time(), zone).astimezone(dt.UTC)


def plan_day(ends_on: dt.date) -> dt.date:
    """Return the day to plan the decision for: the last day, or the working day before it.

    The Civil Code (article 203) might move a last day that is a rest day to the next working day; planning never
    relies on that.
    """
    return ends_on - _DAY * max(0, ends_on.weekday() - _SATURDAY + 1)


@dataclass(frozen=True, slots=True)
class ProbationClock:
    """One probation's dates in the organisation's zone; the last day is inclusive."""

    starts_on: dt.date
    ends_on: dt.date
    zone: ZoneInfo

    @property
    def ends_at(self) -> dt.datetime:
        """The instant from which a negative decision is impossible."""
        return last_moment(self.ends_on, self.zone)

    @property
    def starts_at(self) -> dt.datetime:
        """The instant at which the probation begins."""
        return last_moment(self.starts_on - _DAY, self.zone)

    @property
    def plan_on(self) -> dt.date:
        """The day to plan the decision for."""
        return plan_day(self.ends_on)

    @property
    def length_days(self) -> int:
        """Number of days, first and last included."""
        return (self.ends_on - self.starts_on).days + 1

    def may_decide_negative(self, now: dt.datetime) -> bool:
        """Say whether the last lawful day is not over yet at ``now``."""
        return now < self.ends_at

    def is_expired(self, now: dt.datetime) -> bool:
        """Say whether the probation has run out (试用期届满)."""
        return not self.may_decide_negative(now)

    def has_started(self, now: dt.datetime) -> bool:
        """Say whether the first day has begun."""
        return now >= self.starts_at

    def days_left(self, now: dt.datetime) -> int:
        """Return the number of days after today until the last day: 0 on it, negative once it is over."""
        return (self.ends_on - now.astimezone(self.zone).date()).days

    def days_to_plan(self, now: dt.datetime) -> int:
        """Return the number of days after today until the day to plan for."""
        return (self.plan_on - now.astimezone(self.zone).date()).days

    def urgency(self, now: dt.datetime) -> Urgency:
        """Return how near the last day is, measured to the day to plan for.

        The steps are 30, 10 and 3 days; a short probation compresses the first two to half and a sixth of its length.
        """
        if self.is_expired(now):
            return Urgency.EXPIRED
        left = self.days_to_plan(now)
        if left <= LAST_DAYS:
            return Urgency.LAST
        if left <= min(PRESSING_DAYS, self.length_days // 6):
            return Urgency.PRESSING
        if left <= self.review_days:
            return Urgency.REVIEW
        return Urgency.CALM

    @property
    def review_days(self) -> int:
        """Number of days before the day to plan for at which the review opens."""
        return min(REVIEW_DAYS, self.length_days // 2)

    @property
    def review_at(self) -> dt.datetime:
        """The instant at which the review opens."""
        return last_moment(self.plan_on - _DAY * (self.review_days + 1), self.zone)
