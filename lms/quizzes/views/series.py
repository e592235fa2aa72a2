"""Pages of the trainer: sittings that come again and again."""

import datetime as dt
from collections.abc import Mapping

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.clock import local_date
from lms.db import db
from lms.people.access import HR, TRAINER, current_person, requires
from lms.quizzes import services
from lms.quizzes.domain.series import Every, openings, repeat_from_json
from lms.quizzes.domain.series_plan import plan_from_json
from lms.quizzes.domain.sittings import Audience
from lms.quizzes.forms.repeats import weekday_words
from lms.quizzes.models import SittingSeries
from lms.quizzes.queries import series as queries
from lms.quizzes.views.frame import blueprint, organisation_zone
from lms.web.access import request_now
from lms.web.listing import Column, as_xlsx, paginate, search_words


def _today() -> dt.date:
    return local_date(request_now(), organisation_zone())


def repeat_words(series: SittingSeries) -> str:
    """Return when the sittings of a repetition open, in a few words."""
    repeat = repeat_from_json(series.repeat, series.until_on)
    at = f"{repeat.at:%H:%M}"
    if repeat.every is Every.MONTH:
        return str(gettext("每月 %(day)s 号 %(at)s", day=repeat.days[0], at=at))
    names = weekday_words()
    days = gettext("、").join(names[day] for day in repeat.days)
    return str(gettext("每%(days)s %(at)s", days=days, at=at))


def whom_words(series: SittingSeries) -> str:
    """Return whom the sittings of a repetition are for, in a few words."""
    plan = plan_from_json(series.plan)
    match plan.audience:
        case Audience.COHORT:
            return series.cohort.name
        case Audience.TEAM:
            return str(gettext("一个小组"))
        case Audience.PERSONS:
            return str(gettext("%(n)s 人", n=len(plan.person_ids)))


def state_words() -> Mapping[str, str]:
    """Return the words of a repetition's states."""
    return {"runs": gettext("进行中"), "ended": gettext("已结束")}


def _state_of(series: SittingSeries) -> str:
    return "ended" if series.ended_at is not None or series.until_on < _today() else "runs"


def _next_of(series: SittingSeries) -> dt.datetime | None:
    """Return the next opening, whether its sitting is made already or not."""
    if _state_of(series) == "ended":
        return None
    zone = organisation_zone()
    last = dt.datetime.combine(series.until_on, dt.time.max, zone)
    repeat = repeat_from_json(series.repeat, series.until_on)
    return next(openings(repeat, zone, after=request_now(), until=last), None)


@blueprint.get("/sittings/series")
@requires(TRAINER | HR)
def list_series() -> ResponseReturnValue:
    """List repetitions, newest first."""
    state = request.args.get("state", "")
    page = paginate(queries.select_series(_today(), search_words(), state))
    return render_template(
        "quizzes/list_series.html",
        page=page,
        made=queries.count_made([one.id for one in page.rows]),
        state=state,
        states=state_words(),
        state_of=_state_of,
        next_of=_next_of,
        repeat_words=repeat_words,
        whom_words=whom_words,
    )


@blueprint.get("/sittings/series.xlsx")
@requires(TRAINER | HR)
def export_series() -> Response:
    """Export the repetitions that the list shows."""
    words = state_words()
    zone = organisation_zone()

    def when(series: SittingSeries) -> str:
        opens = _next_of(series)
        return "" if opens is None else f"{opens.astimezone(zone):%Y-%m-%d %H:%M}"

    columns: list[Column[SittingSeries]] = [
        Column(gettext("测验"), lambda one: one.quiz.title, 28),
        Column(gettext("谁来考"), whom_words, 22),
        Column(gettext("重复"), repeat_words, 22),
        Column(gettext("状态"), lambda one: words[_state_of(one)], 10),
        Column(gettext("下一场"), when, 18),
        Column(gettext("重复到哪天"), lambda one: one.until_on, 14),
    ]
    query = queries.select_series(_today(), search_words(), request.args.get("state", ""))
    return as_xlsx(db.session.scalars(query), columns, gettext("重复的考试"))


@blueprint.post("/sittings/series/<int:series_id>/end")
@requires(TRAINER)
def end_series(series_id: int) -> ResponseReturnValue:
    """Make no further sittings of a repetition."""
    series = queries.get_series(series_id)
    services.end_series(series, actor_id=current_person().id, now=request_now())
    flash(gettext("不再排新的了。已经排好的还在，不需要的请逐场取消。"), "success")
    return redirect(url_for("quizzes.list_series"), 303)
