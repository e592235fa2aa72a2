"""What the owner of an ended attempt may see of it now."""

import datetime as dt
from dataclasses import dataclass

from lms.quizzes.domain.attempts import AttemptState
from lms.quizzes.domain.review import ReviewRule, Shown, what_is_shown
from lms.quizzes.models import Attempt
from lms.quizzes.queries.attempts import get_own_attempt
from lms.quizzes.queries.sittings import OwnSitting, get_own_sitting


@dataclass(frozen=True, slots=True)
class OwnReview:
    """An own attempt with what may be shown of it.

    Attributes:
        attempt: With its sitting and quiz.
        own: The sitting as it stands for the owner.
        shown: What the review rule allows now; nothing while the attempt or a later one runs.
    """

    attempt: Attempt
    own: OwnSitting
    shown: Shown


def get_own_review(attempt_id: int, person_id: int, now: dt.datetime) -> OwnReview:
    """Return the person's own attempt and what may be shown of it.

    Raises:
        NotFound: There is none, or it is somebody else's.
    """
    attempt = get_own_attempt(attempt_id, person_id)
    sitting = attempt.sitting
    own = get_own_sitting(sitting.id, person_id, now)
    shown = what_is_shown(ReviewRule(sitting.review), closes_at=sitting.closes_at, now=now)
    if own.verdict.running is not None or attempt.state == AttemptState.OPEN:
        # The next paper may hold the same items: no keys beside it.
        shown = Shown(responses=False, keys=False)
    return OwnReview(attempt, own, shown)
