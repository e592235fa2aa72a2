"""Repetitions: starting one, making its sittings some days ahead, ending it."""

import datetime as dt
from collections.abc import Collection
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lms.audit.services import record
from lms.clock import local_date
from lms.db import db
from lms.errors import InvalidInput
from lms.notifications.services import post
from lms.people.models import Cohort, Person
from lms.quizzes.domain.series import Repeat, openings, repeat_as_json, repeat_from_json
from lms.quizzes.domain.series_plan import SeriesPlan, plan_as_json, plan_from_json
from lms.quizzes.domain.sittings import Audience
from lms.quizzes.models import Quiz, SittingSeries
from lms.quizzes.queries import list_eligible_persons, list_teams
from lms.quizzes.services.sittings import cohort_id_of, schedule_sitting

AHEAD = dt.timedelta(days=7)
"""How long before it opens a sitting of a repetition is made, and its candidates are told."""

LATE = dt.timedelta(minutes=10)
"""An opening this little in the past means "now"."""


def start_series(
    *,
    quiz: Quiz,
    cohort: Cohort | None,
    repeat: Repeat,
    plan: SeriesPlan,
    actor_id: int,
    zone: ZoneInfo,
    now: dt.datetime,
) -> SittingSeries:
    """Start a repetition and make those of its sittings that open in the next days.

    Raises:
        InvalidInput: ``bad_series``: no date of it lies ahead; or ``bad_sitting``: nobody could take it.
    """
    since = now - LATE
    last = dt.datetime.combine(repeat.until_on, dt.time.max, zone)
    if next(openings(repeat, zone, after=since, until=last), None) is None:
        raise InvalidInput("bad_series", field="until_on", problem="no_opening")
    invited = audience_of(quiz, plan, local_date(now, zone))
    series = SittingSeries(
        quiz=quiz,
        cohort_id=cohort_id_of(quiz, cohort, invited),
        repeat=repeat_as_json(repeat),
        plan=plan_as_json(plan),
        until_on=repeat.until_on,
        made_until=since,
        created_by=actor_id,
        created_at=now,
        ended_at=None,
    )
    db.session.add(series)
    db.session.flush()
    record(
        "quizzes.start_series",
        actor_id=actor_id,
        now=now,
        subject_kind="sitting_series",
        subject_id=series.id,
        quiz=quiz.key,
        cohort_id=series.cohort_id,
        repeat=series.repeat,
        plan=series.plan,
        until_on=repeat.until_on.isoformat(),
    )
    make_sittings(series.id, zone=zone, now=now)
    return series


def audience_of(quiz: Quiz, plan: SeriesPlan, on: dt.date) -> Collection[int] | None:
    """Return the persons whom a sitting of the plan is for on the date ``on``; None for a whole cohort."""
    if plan.audience is Audience.COHORT:
        return None
    if plan.audience is Audience.PERSONS:
        return plan.person_ids
    teams = {team.lead_id: team.person_ids for team in list_teams(quiz, on)}
    return teams.get(plan.lead_id or 0, ())


def make_sittings(series_id: int, *, zone: ZoneInfo, now: dt.datetime) -> bool:
    """Make the sittings of a repetition that open within ``AHEAD``; False when there are none to make.

    Each is checked like one made by hand. What speaks against one is told to who started the repetition, once, and the
    next ones are made all the same. Two workers make none twice: the row is locked, and a series has one sitting an
    instant.
    """
    series = db.session.scalars(
        select(SittingSeries)
        .where(SittingSeries.id == series_id, SittingSeries.ended_at.is_(None))
        .with_for_update(skip_locked=True)
    ).first()
    if series is None:
        return False
    repeat = repeat_from_json(series.repeat, series.until_on)
    due = list(openings(repeat, zone, after=series.made_until, until=now + AHEAD))
    for opens_at in due:
        series.made_until = opens_at
        _make(series, opens_at, zone, now)
    db.session.flush()
    return bool(due)


def _make(series: SittingSeries, opens_at: dt.datetime, zone: ZoneInfo, now: dt.datetime) -> None:
    plan = plan_from_json(series.plan)
    try:
        schedule_sitting(
            quiz=series.quiz,
            cohort=series.cohort,
            # Somebody who has left must not keep the others from their sitting.
            invited=_still_there(
                series.quiz, audience_of(series.quiz, plan, local_date(now, zone))
            ),
            series_id=series.id,
            opens_at=opens_at,
            closes_at=opens_at + plan.window,
            minutes=plan.minutes,
            max_attempts=plan.max_attempts,
            wait_minutes=plan.wait_minutes,
            cut_percent=plan.cut_percent,
            review=plan.review,
            rules=plan.rules,
            note=plan.note,
            actor_id=series.created_by,
            now=now,
        )
    except InvalidInput as error:
        _tell_creator(series, opens_at, str(error.facts.get("problem", "")), now)


def _still_there(quiz: Quiz, invited: Collection[int] | None) -> Collection[int] | None:
    if invited is None:
        return None
    return [one.person_id for one in list_eligible_persons(quiz, invited)]


def _tell_creator(
    series: SittingSeries, opens_at: dt.datetime, problem: str, now: dt.datetime
) -> None:
    creator = db.session.get(Person, series.created_by) if series.created_by else None
    if creator is None:
        return
    post(
        "quizzes.series_skipped",
        to=creator,
        key=f"series_skipped:{series.id}:{opens_at.isoformat()}",
        now=now,
        link="/sittings/series",
        title=series.quiz.title,
        title_en=series.quiz.title_en,
        opens_at=opens_at,
        problem=problem,
    )


def end_series(series: SittingSeries, *, actor_id: int, now: dt.datetime) -> None:
    """Make no further sittings; those that were made stay. Doing it twice changes nothing."""
    if series.ended_at is not None:
        return
    series.ended_at = now
    db.session.flush()
    record(
        "quizzes.end_series",
        actor_id=actor_id,
        now=now,
        subject_kind="sitting_series",
        subject_id=series.id,
    )
