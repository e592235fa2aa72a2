"""Pages of trainers and HR: who has more time, and why."""

import datetime as dt

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.clock import local_date
from lms.db import db
from lms.errors import InvalidState, NotFound
from lms.people.access import HR, TRAINER, current_person, requires
from lms.people.models import Person
from lms.people.queries import get_person
from lms.quizzes import services
from lms.quizzes.domain.accommodations import AccommodationState, accommodation_state
from lms.quizzes.forms.accommodations import AccommodationForm
from lms.quizzes.models import Accommodation
from lms.quizzes.queries import accommodations as queries
from lms.quizzes.views.frame import blueprint, organisation_zone
from lms.web.access import request_now
from lms.web.listing import Column, as_xlsx, paginate, search_words

SHOWN_AT_MOST = 30


def _today() -> dt.date:
    return local_date(request_now(), organisation_zone())


def accommodation_words() -> dict[AccommodationState, str]:
    """Return the words of an accommodation's states."""
    return {
        AccommodationState.HOLDS: gettext("生效中"),
        AccommodationState.UPCOMING: gettext("还没开始"),
        AccommodationState.ENDED: gettext("已结束"),
    }


def _state_of(one: Accommodation) -> AccommodationState:
    return accommodation_state(
        one.from_on, one.until_on, is_ended=one.ended_at is not None, today=_today()
    )


@blueprint.get("/accommodations")
@requires(TRAINER | HR)
def list_accommodations() -> ResponseReturnValue:
    """List who has more time, newest first."""
    state = request.args.get("state", "")
    return render_template(
        "quizzes/list_accommodations.html",
        page=paginate(queries.select_accommodations(_today(), search_words(), state)),
        state=state,
        states=accommodation_words(),
        state_of=_state_of,
    )


@blueprint.get("/accommodations.xlsx")
@requires(TRAINER | HR)
def export_accommodations() -> Response:
    """Export the accommodations that the list shows."""
    words = accommodation_words()
    columns: list[Column[Accommodation]] = [
        Column(gettext("姓名"), lambda one: one.person.name, 14),
        Column(gettext("工号"), lambda one: one.person.employee_no, 14),
        Column(gettext("多给（%）"), lambda one: one.extra_percent, 10),
        Column(gettext("状态"), lambda one: words[_state_of(one)], 10),
        Column(gettext("从哪天起"), lambda one: one.from_on, 12),
        Column(gettext("到哪天止"), lambda one: one.until_on, 12),
        Column(gettext("原因"), lambda one: one.reason, 36),
    ]
    query = queries.select_accommodations(_today(), search_words(), request.args.get("state", ""))
    return as_xlsx(db.session.scalars(query), columns, gettext("考试时间照顾"))


@blueprint.route("/accommodations/new", methods=["GET", "POST"])
@requires(TRAINER | HR)
def new_accommodation() -> ResponseReturnValue:
    """Choose a person, then give more time."""
    person_id = request.args.get("person", type=int)
    if person_id is None:
        found = queries.search_candidates(search_words(), SHOWN_AT_MOST + 1)
        return render_template(
            "quizzes/choose_person.html",
            persons=found[:SHOWN_AT_MOST],
            is_more=len(found) > SHOWN_AT_MOST,
            words=search_words(),
        )
    person = get_person(person_id)
    if person.id == current_person().id:
        # Nobody grants it to themselves.
        raise NotFound("person", id=person_id)
    form = AccommodationForm()
    form.set_choices()
    if request.method == "GET":
        form.from_on.data = _today()
    elif form.validate() and _grant(form, person):
        flash(gettext("已保存，并告诉了本人。之后开始的考试按新的时长算。"), "success")
        return redirect(url_for("quizzes.list_accommodations"), 303)
    status = 422 if request.method == "POST" else 200
    return render_template("quizzes/new_accommodation.html", person=person, form=form), status


def _grant(form: AccommodationForm, person: Person) -> bool:
    try:
        services.grant_accommodation(
            person,
            extra_percent=form.percent,
            reason=form.reason.data or "",
            from_on=form.from_on.data or _today(),
            until_on=form.until_on.data,
            actor_id=current_person().id,
            now=request_now(),
        )
    except InvalidState:
        form.form_errors.append(
            gettext("这几天里这个人已经有一条照顾时间。要改，先在列表里结束那一条。")
        )
        return False
    return True


@blueprint.post("/accommodations/<int:accommodation_id>/end")
@requires(TRAINER | HR)
def end_accommodation(accommodation_id: int) -> ResponseReturnValue:
    """End it at once."""
    accommodation = queries.get_accommodation(accommodation_id)
    if accommodation.person_id == current_person().id:
        raise NotFound("accommodation", id=accommodation_id)
    services.end_accommodation(accommodation, actor_id=current_person().id, now=request_now())
    flash(gettext("已结束。正在进行的考试不受影响，之后开始的按平常的时长算。"), "success")
    return redirect(url_for("quizzes.list_accommodations"), 303)
