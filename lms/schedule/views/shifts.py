"""The week's shifts: the list, and the sheet that imports back."""

import datetime as dt
from contextlib import suppress

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.db import db
from lms.people.access import requires
from lms.people.queries import list_cohorts
from lms.schedule import queries
from lms.schedule.queries import Wanted
from lms.schedule.queries.shifts import WEEK
from lms.schedule.shift_file import make_shift_list
from lms.schedule.views.blueprint import PLANNERS, blueprint, today, zone
from lms.schedule.words import shift_hours
from lms.web.listing import paginate, search_words, send_workbook

_FIRST, _LAST = dt.date(2000, 1, 3), dt.date(2099, 12, 28)


@blueprint.get("/shifts")
@requires(PLANNERS)
def list_shifts() -> ResponseReturnValue:
    """List who works when in a week."""
    wanted = _wanted()
    page = paginate(queries.select_rostered(wanted))
    days = [wanted.monday + dt.timedelta(days=at) for at in range(7)]
    kept = {name: value for name, value in request.args.items() if name != "page"}
    here = zone()
    return render_template(
        "schedule/shifts.html",
        page=page,
        wanted=wanted,
        days=days,
        today=today(),
        this_week=_monday(today()),
        shifts=queries.list_days([one.id for one in page.rows], since=days[0], until=days[-1]),
        without=queries.count_without(wanted),
        earlier={**kept, "week": wanted.monday - WEEK},
        later={**kept, "week": wanted.monday + WEEK},
        kept=kept,
        cohort_options=[(one.id, one.name) for one in list_cohorts()],
        lead_options=[(one.id, one.name) for one in queries.list_leads(wanted.monday)],
        shift_hours=lambda shift: shift_hours(shift, here),
    )


@blueprint.get("/shifts/export.xlsx")
@requires(PLANNERS)
def export_shifts() -> ResponseReturnValue:
    """Give the week as the list that imports back."""
    wanted = _wanted()
    people = db.session.scalars(queries.select_rostered(wanted)).all()
    until = wanted.monday + WEEK - dt.timedelta(days=1)
    shifts = queries.list_days([one.id for one in people], since=wanted.monday, until=until)
    rows = [(one, on, own) for one in people for on, own in shifts.get(one.id, {}).items()]
    return send_workbook(
        make_shift_list(rows, zone()), gettext("排班 %(day)s", day=wanted.monday.isoformat())
    )


def _wanted() -> Wanted:
    week = today()
    with suppress(ValueError):
        week = dt.date.fromisoformat(request.args.get("week", ""))
    return Wanted(
        monday=_monday(min(max(week, _FIRST), _LAST)),
        words=search_words(),
        cohort_id=request.args.get("cohort", type=int),
        lead_id=request.args.get("lead", type=int),
    )


def _monday(on: dt.date) -> dt.date:
    return on - dt.timedelta(days=on.weekday())
