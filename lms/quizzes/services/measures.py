"""Writing how difficult items proved to be."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import delete

from lms.db import db, insert_rows
from lms.quizzes.models import ITEM_MEASURE


def store_measures(measures: Mapping[int, tuple[int, int]], *, now: dt.datetime) -> None:
    """Replace what is known of how difficult items proved to be.

    Args:
        measures: People and right answers by item version, as ``queries.list_measures`` counts them.
        now: When they were counted.
    """
    db.session.connection().execute(delete(ITEM_MEASURE))
    insert_rows(
        ITEM_MEASURE,
        [
            {"item_version_id": version_id, "n": n, "right": right, "measured_at": now}
            for version_id, (n, right) in measures.items()
        ],
    )
