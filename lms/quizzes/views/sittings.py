"""Pages of the trainer: sittings, scheduling one, watching it."""

import datetime as dt
import secrets
from decimal import Decimal

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.db import db
from lms.errors import InvalidState
from lms.people.access import HR, TRAINER, current_person, requires
from lms.people.queries import list_cohorts
from lms.quizzes import queries, services
from lms.quizzes.domain.paper import SEED_BITS, draw_paper
from lms.quizzes.domain.presentation import present
from lms.quizzes.domain.specification import (
    banks_of,
    items_total,
    points_total,
    sections_from_json,
)
from lms.quizzes.forms import CancelForm
from lms.quizzes.models import Quiz, Sitting
from lms.quizzes.views.board import board_page
from lms.quizzes.views.board_words import state_words
from lms.quizzes.views.frame import blueprint, organisation_zone
from lms.web.access import request_now
from lms.web.listing import Column, as_xlsx, paginate, search_words


@blueprint.get("/sittings")
@requires(TRAINER | HR)
def list_sittings() -> ResponseReturnValue:
    """List sittings, newest opening first."""
    now = request_now()
    state = request.args.get("state", "")
    cohort_id = request.args.get("cohort", type=int)
    page = paginate(queries.select_sittings(now, search_words(), state, cohort_id))
    return render_template(
        "quizzes/list_sittings.html",
        page=page,
        invited=queries.count_invited([one.id for one in page.rows]),
        state=state,
        cohort_id=cohort_id,
        cohort_options=[(cohort.id, cohort.name) for cohort in list_cohorts()],
        states=state_words(),
        state_of=queries.state_of,
    )


@blueprint.get("/sittings.xlsx")
@requires(TRAINER | HR)
def export_sittings() -> Response:
    """Export the sittings that the list shows."""
    now = request_now()
    query = queries.select_sittings(
        now,
        search_words(),
        request.args.get("state", ""),
        request.args.get("cohort", type=int),
    )
    words = state_words()
    columns: list[Column[Sitting]] = [
        Column(gettext("测验"), lambda one: one.quiz.title, 28),
        Column(gettext("期次"), lambda one: one.cohort.name, 22),
        Column(gettext("状态"), lambda one: words[queries.state_of(one, now)], 10),
        Column(gettext("开放时间"), lambda one: local_text(one.opens_at), 18),
        Column(gettext("结束时间"), lambda one: local_text(one.closes_at), 18),
        Column(gettext("时长（分钟）"), lambda one: one.minutes, 12),
        Column(gettext("及格线（%）"), lambda one: one.cut_percent, 12),
        Column(gettext("可考次数"), lambda one: one.max_attempts, 10),
        Column(gettext("取消原因"), lambda one: one.cancel_reason, 28),
        Column(gettext("范围"), _whom_words, 12),
        Column(gettext("补考"), lambda one: gettext("是") if one.make_up_of_id else "", 8),
    ]
    return as_xlsx(db.session.scalars(query), columns, gettext("考试安排"))


def _whom_words(sitting: Sitting) -> str:
    return str(gettext("整个期次") if sitting.is_for_cohort else gettext("指定的人"))


def totals_of(quiz: Quiz | Sitting) -> tuple[int, Decimal]:
    """Return how many items a paper has and how many points it is worth."""
    sections = sections_from_json(quiz.sections)
    return items_total(sections), points_total(sections)


@blueprint.get("/quizzes/<key>/preview")
@requires(TRAINER)
def preview(key: str) -> ResponseReturnValue:
    """Show a paper as a hire would see it, drawn from a sample seed; for looking at and for printing."""
    quiz = queries.get_quiz(key)
    seed = request.args.get("seed", type=int)
    if seed is None or not 0 <= seed < 2**SEED_BITS:
        return redirect(
            url_for("quizzes.preview", key=key, seed=secrets.randbelow(9000) + 1000), 302
        )
    sections = sections_from_json(quiz.sections)
    pools, _ = queries.list_pools(banks_of(sections))
    return render_template(
        "quizzes/preview.html",
        quiz=quiz,
        items=present(draw_paper(sections, pools, seed)),
        totals=totals_of(quiz),
        seed=seed,
        other_seed=secrets.randbelow(9000) + 1000,
    )


def local_text(at: dt.datetime | None) -> str:
    """Return an instant as people write it in a sheet, in the organisation's zone."""
    return "" if at is None else f"{at.astimezone(organisation_zone()):%Y-%m-%d %H:%M}"


@blueprint.post("/sittings/<int:sitting_id>/cancel")
@requires(TRAINER)
def cancel_sitting(sitting_id: int) -> ResponseReturnValue:
    """Call a sitting off, with a reason."""
    sitting = queries.get_sitting(sitting_id)
    form = CancelForm()
    if form.validate():
        try:
            services.cancel_sitting(
                sitting,
                reason=form.reason.data or "",
                actor_id=current_person().id,
                now=request_now(),
            )
        except InvalidState as error:
            form.form_errors.append(_cancel_words(error))
        else:
            flash(gettext("已取消，并把原因发给了学员。"), "success")
            return redirect(url_for("quizzes.show_sitting", sitting_id=sitting_id), 303)
    return board_page(sitting_id, cancel=form, status=422)


def _cancel_words(error: InvalidState) -> str:
    if error.code == "sitting_begun":
        return str(
            gettext(
                "已经有人开考（%(attempts)s 次作答），不能取消；可以等它到时结束。",
                attempts=error.facts["attempts"],
            )
        )
    return str(gettext("这场考试已经结束，不能再取消。"))
