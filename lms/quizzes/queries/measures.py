"""Reading how difficult items proved to be."""

from sqlalchemy import Integer, cast, func, select, true

from lms.db import db
from lms.quizzes.domain.item_statistics import INDEX_AT_LEAST
from lms.quizzes.models import ITEM_RESULT

_result = ITEM_RESULT.c
_MEASURES = (
    select(
        _result.item_version_id,
        func.count(),
        func.sum(cast(_result.is_right, Integer)),
    )
    .where(_result.is_first == true())
    .group_by(_result.item_version_id)
    .having(func.count() >= INDEX_AT_LEAST)
)


def list_measures() -> dict[int, tuple[int, int]]:
    """Return how many had each item version in a first attempt, and how many were right; only where enough had it.

    One walk along an index over all results: for the worker, not for a request.
    """
    rows = db.session.execute(_MEASURES)
    return {version_id: (number, int(right)) for version_id, number, right in rows}
