"""What a candidate is shown after an attempt, and when."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class ReviewRule(StrEnum):
    """What candidates see once an attempt has ended, as stored.

    Points, percent and decision are shown under every rule; nobody is left guessing whether they passed.
    """

    RESULT = "result"
    """Nothing beyond that."""

    RESPONSES = "responses"
    """Each item with the candidate's own answer and whether it was right, but no key."""

    EVERYTHING = "everything"
    """Own answers, keys and explanations, at once."""

    EVERYTHING_AFTER_CLOSE = "everything_after_close"
    """The same once the window has closed; own answers until then."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be shown at one moment.

    Attributes:
        responses: Each item with the own answer.
        keys: The right answers and the explanations.
        keys_at: When the keys will be shown, if that is later than now.
    """

    responses: bool
    keys: bool
    keys_at: dt.datetime | None = None


def what_is_shown(rule: ReviewRule, *, closes_at: dt.datetime, now: dt.datetime) -> Shown:
    """Say what ``rule`` shows of an ended attempt at ``now``, for a window that ends at ``closes_at``."""
    if rule is ReviewRule.RESULT:
        return Shown(responses=False, keys=False)
    if rule is ReviewRule.RESPONSES:
        return Shown(responses=True, keys=False)
    if rule is ReviewRule.EVERYTHING or now >= closes_at:
        return Shown(responses=True, keys=True)
    return Shown(responses=True, keys=False, keys_at=closes_at)
