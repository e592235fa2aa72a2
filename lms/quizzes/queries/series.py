"""Reading repetitions."""

import datetime as dt
from collections.abc import Collection
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from lms.db import db
from lms.errors import NotFound
from lms.people.models import Cohort
from lms.quizzes.domain.series import openings, repeat_from_json
from lms.quizzes.models import Quiz, Sitting, SittingSeries
from lms.web.listing import like


def get_series(series_id: int) -> SittingSeries:
    """Return one repetition with its quiz and cohort.

    Raises:
        NotFound: There is none.
    """
    found = db.session.get(
        SittingSeries,
        series_id,
        options=[joinedload(SittingSeries.quiz), joinedload(SittingSeries.cohort)],
    )
    if found is None:
        raise NotFound("sitting_series", id=series_id)
    return found


def select_series(today: dt.date, words: str = "", state: str = "") -> Select[SittingSeries]:
    """Return the query of repetitions that match, newest first.

    Args:
        today: The date at which ``state`` is judged.
        words: Found in the titles of the quiz or the cohort's name.
        state: ``runs`` or ``ended``, or empty for all.
    """
    query = (
        select(SittingSeries)
        .join(SittingSeries.quiz)
        .join(SittingSeries.cohort)
        .options(contains_eager(SittingSeries.quiz), contains_eager(SittingSeries.cohort))
        .order_by(SittingSeries.id.desc())
    )
    if words:
        pattern = like(words)
        columns = (Quiz.title, Quiz.title_en, Cohort.name)
        query = query.where(or_(*(column.ilike(pattern, escape="\\") for column in columns)))
    if state == "runs":
        query = query.where(_runs(today))
    elif state == "ended":
        query = query.where(~_runs(today))
    return query


def _runs(today: dt.date) -> ColumnElement[bool]:
    return SittingSeries.ended_at.is_(None) & (SittingSeries.until_on >= today)


def count_made(series_ids: Collection[int]) -> dict[int, int]:
    """Return by repetition how many sittings were made; one without any is not named."""
    rows = db.session.execute(
        select(Sitting.series_id, func.count())
        .where(Sitting.series_id.in_(series_ids))
        .group_by(Sitting.series_id)
    )
    return {row[0]: row[1] for row in rows if row[0] is not None}


def list_due_series(now: dt.datetime, ahead: dt.timedelta, zone: ZoneInfo) -> list[int]:
    """Return the ids of the repetitions that have sittings to make which open within ``ahead``."""
    running = db.session.scalars(select(SittingSeries).where(SittingSeries.ended_at.is_(None)))
    return [
        one.id
        for one in running
        if any(
            openings(
                repeat_from_json(one.repeat, one.until_on),
                zone,
                after=one.made_until,
                until=now + ahead,
            )
        )
    ]
