"""What the owner of an ended attempt may see of it now."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from lms.db import db
from lms.quizzes.domain.attempts import AttemptState
from lms.quizzes.domain.comparison import Comparison, compare
from lms.quizzes.domain.review import (
    NOTHING_SHOWN,
    ReviewMatrix,
    Shown,
    matrix_from_stored,
    what_is_shown,
)
from lms.quizzes.domain.rules import rules_from_json
from lms.quizzes.domain.timing import grace_of
from lms.quizzes.models import Attempt, EssayMark, Sitting, SittingSeat
from lms.quizzes.queries.attempts import get_own_attempt
from lms.quizzes.queries.sittings import OwnSitting, get_own_sitting
from lms.units import Percent, as_percent


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
    own = get_own_sitting(attempt.sitting.id, person_id, now)
    if own.verdict.running is not None or attempt.state == AttemptState.OPEN:
        # The next paper may hold the same items: no keys beside it.
        return OwnReview(attempt, own, NOTHING_SHOWN)
    if attempt.awaits_marking:
        # Marks of the other items would announce the result before it is known.
        return OwnReview(attempt, own, NOTHING_SHOWN)
    return OwnReview(attempt, own, shown_to_owner(attempt, now))


def shown_to_owner(attempt: Attempt, now: dt.datetime) -> Shown:
    """Return what the review rule shows the owner of an ended attempt now."""
    sitting = attempt.sitting
    matrix = matrix_from_stored(sitting.review)
    shown = what_is_shown(
        matrix,
        ended_at=_get_first_look(attempt, matrix),
        closes_at=get_last_end(sitting, now) if matrix.turns_at_close else sitting.closes_at,
        released_at=sitting.released_at,
        now=now,
    )
    # Marks before they are complete would announce a pass, or the lack of one, too early.
    return Shown(responses=shown.responses) if attempt.awaits_marking else shown


def _get_first_look(attempt: Attempt, matrix: ReviewMatrix) -> dt.datetime:
    """Return when there was a result to look at: the end of the attempt, or the last mark that people gave."""
    ended_at = attempt.submitted_at or attempt.deadline_at
    if not matrix.has_first_look:
        return ended_at
    marked_at = db.session.scalar(
        select(func.max(EssayMark.marked_at)).where(EssayMark.attempt_id == attempt.id)
    )
    return max(ended_at, marked_at or ended_at)


def get_last_end(sitting: Sitting, now: dt.datetime) -> dt.datetime:
    """Return when a sitting is over for everybody: what waits for that must reach nobody who still sits there.

    Later than its ``closes_at`` for latecomers who were given a later end, for those with more time, by as long as a
    clock stood still, and by the grace in which answers still arrive.
    """
    grace = grace_of(rules_from_json(sitting.rules))
    seats = (
        select(func.max(SittingSeat.closes_at))
        .where(SittingSeat.sitting_id == sitting.id)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(seats, Attempt.deadline_at, Attempt.paused_at)
        .select_from(Sitting)
        .outerjoin(
            Attempt,
            (Attempt.sitting_id == Sitting.id) & (Attempt.state == AttemptState.OPEN.value),
        )
        .where(Sitting.id == sitting.id)
    )
    ends = [sitting.closes_at]
    for seat_closes_at, deadline_at, paused_at in rows:
        if seat_closes_at is not None:
            ends.append(seat_closes_at)
        if deadline_at is not None:
            stood = dt.timedelta() if paused_at is None else now - paused_at
            ends.append(deadline_at + stood + grace)
    return max(ends)


def get_comparison(attempt: Attempt) -> Comparison | None:
    """Return an ended attempt beside those of all who took its sitting; None below the least number of people.

    Each person counts once, with the best attempt; those that wait for marks or do not count are left out.
    """
    best = _list_best(attempt.sitting_id)
    if attempt.points is None:
        return None
    return compare(as_percent(attempt.points, attempt.max_points), best)


def _list_best(sitting_id: int) -> Sequence[tuple[Percent, bool]]:
    """Return percent and decision of the best attempt of each person."""
    rows = db.session.execute(
        select(Attempt.person_id, Attempt.points, Attempt.max_points, Attempt.passed).where(
            Attempt.sitting_id == sitting_id,
            Attempt.state != AttemptState.OPEN.value,
        )
    )
    best: dict[int, tuple[bool, Percent]] = {}
    for person_id, points, max_points, passed in rows:
        if points is None:
            continue  # waits for marks, or does not count
        here = (bool(passed), as_percent(points, max_points))
        best[person_id] = max(best.get(person_id, here), here)
    return [(percent, passed) for passed, percent in best.values()]
