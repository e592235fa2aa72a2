"""Writing the narrow rows that statistics add up."""

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, update

from lms.db import db
from lms.quizzes.domain.grading import ItemResult
from lms.quizzes.domain.item_results import rest_shares, result_rows
from lms.quizzes.models import ITEM_RESULT, Attempt
from lms.quizzes.queries import Marking

_INSERT = ITEM_RESULT.insert()
_UPDATE = (
    update(ITEM_RESULT)
    .where(
        ITEM_RESULT.c.attempt_id == bindparam("of_attempt"),
        ITEM_RESULT.c.position == bindparam("at_position"),
    )
    .values(
        points=bindparam("new_points"),
        max_points=bindparam("new_max_points"),
        is_right=bindparam("new_is_right"),
        rest=bindparam("new_rest"),
    )
)


def store_item_results(
    attempt: Attempt, cohort_id: int, marking: Marking, results: Sequence[ItemResult]
) -> None:
    """Write one row for each place of an attempt that has just been marked, in one bulk insert.

    Args:
        attempt: The attempt.
        cohort_id: The cohort of its sitting.
        marking: What was marked.
        results: Every place of it, marked.
    """
    rows = result_rows(
        marking.paper, results, marking.answers, marking.saved_at, attempt.started_at
    )
    db.session.connection().execute(
        _INSERT,
        [
            {
                "attempt_id": attempt.id,
                "position": row.position,
                "item_version_id": row.item_version_id,
                "cohort_id": cohort_id,
                "is_first": marking.is_first,
                "points": row.points,
                "max_points": row.max_points,
                "is_right": row.is_right,
                "chosen": row.chosen,
                "rest": row.rest,
                "seconds": row.seconds,
            }
            for row in rows
        ],
    )


def update_item_results(attempt_id: int, results: Sequence[ItemResult]) -> None:
    """Bring the rows of an attempt up to date after it was marked anew, in one bulk update.

    Points, rightness and the share on the rest change; what was chosen and when does not.

    Args:
        attempt_id: The attempt.
        results: Every place of it, as marked now.
    """
    update_many_item_results([(attempt_id, results)])


def update_many_item_results(marked: Iterable[tuple[int, Sequence[ItemResult]]]) -> None:
    """Do the same for many attempts in one bulk update."""
    rows = [
        {
            "of_attempt": attempt_id,
            "at_position": one.position,
            "new_points": one.points,
            "new_max_points": one.max_points,
            "new_is_right": one.is_right,
            "new_rest": rest,
        }
        for attempt_id, results in marked
        for one, rest in zip(results, rest_shares(results), strict=True)
    ]
    if rows:
        db.session.connection().execute(_UPDATE, rows)
