"""Entering what an attempt comes to in the ledger: at its end, and again when it ends a second time."""

import datetime as dt
from typing import Any

from lms.gradebook.queries import list_present_by_source
from lms.gradebook.services import Corrected, correct_results, record_result
from lms.quizzes.models import Attempt
from lms.units import Points


def enter_in_ledger(
    attempt: Attempt,
    *,
    points: Points,
    max_points: Points,
    passed: bool,
    now: dt.datetime,
    actor_id: int | None = None,
    **facts: Any,  # noqa: ANN401 - plain JSON values
) -> None:
    """Enter what a marked attempt comes to; for one that was opened again, in place of the line before.

    Args:
        attempt: With its sitting and quiz.
        points: Points earned, 0 to ``max_points``.
        max_points: Points available, greater than 0.
        passed: The decision.
        now: The instant of entering.
        actor_id: Who enters it; None for the worker and for the candidate's own submission.
        facts: Plain JSON values kept beside the result.
    """
    source = f"attempt:{attempt.id}"
    if attempt.reopened and source in list_present_by_source([attempt.enrolment_id]):
        again = Corrected(
            enrolment_id=attempt.enrolment_id,
            first_source=source,
            source=f"{source}:reopen:{attempt.reopened}",
            points=points,
            max_points=max_points,
            passed=passed,
            facts={**facts, "reopened": attempt.reopened},
        )
        correct_results([again], now=now, actor_id=actor_id)
        return
    record_result(
        enrolment_id=attempt.enrolment_id,
        kind="quiz",
        key=attempt.sitting.quiz.key,
        source=source,
        points=points,
        max_points=max_points,
        cut_percent=attempt.sitting.cut_percent,
        passed=passed,
        now=now,
        actor_id=actor_id,
        **facts,
    )
