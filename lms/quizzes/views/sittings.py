"""Pages of the trainer: sittings, scheduling one, watching it."""

import datetime as dt
import secrets
from decimal import Decimal

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.clock import now_utc
from lms.db import db
from lms.errors import InvalidState
from lms.people.access import HR, TRAINER, current_person, requires
from lms.people.queries import get_cohort, list_cohorts
from lms.quizzes import queries, services
from lms.quizzes.domain.paper import SEED_BITS, draw_paper
from lms.quizzes.domain.presentation import present
from lms.quizzes.domain.review import ReviewRule
from lms.quizzes.domain.sittings import SittingState
from lms.quizzes.domain.specification import (
    banks_of,
    items_total,
    points_total,
    sections_from_json,
)
from lms.quizzes.forms import CancelForm, ScheduleForm, review_words
from lms.quizzes.models import Quiz, Sitting
from lms.quizzes.queries import BoardRow, BoardState
from lms.quizzes.views.frame import blueprint, organisation_zone
from lms.web.access import request_now
from lms.web.listing import Column, as_xlsx, paginate, search_words

DAY_STARTS = dt.time(10)
DAY_ENDS = dt.time(18)


def state_words() -> dict[SittingState, str]:
    """Return the words of a sitting's states."""
    return {
        SittingState.UPCOMING: gettext("未开放"),
        SittingState.OPEN: gettext("进行中"),
        SittingState.CLOSED: gettext("已结束"),
        SittingState.CANCELLED: gettext("已取消"),
    }


@blueprint.get("/sittings")
@requires(TRAINER | HR)
def list_sittings() -> ResponseReturnValue:
    """List sittings, newest opening first."""
    now = request_now()
    state = request.args.get("state", "")
    cohort_id = request.args.get("cohort", type=int)
    query = queries.select_sittings(now, search_words(), state, cohort_id)
    return render_template(
        "quizzes/list_sittings.html",
        page=paginate(query),
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
    ]
    return as_xlsx(db.session.scalars(query), columns, gettext("考试安排"))


@blueprint.route("/sittings/new", methods=["GET", "POST"])
@requires(TRAINER)
def new_sitting() -> ResponseReturnValue:
    """Choose a quiz, then schedule a sitting of it."""
    key = request.args.get("quiz", "")
    if not key:
        return render_template(
            "quizzes/choose_quiz.html", quizzes=queries.list_quizzes(), totals=_totals
        )
    quiz = queries.get_quiz(key)
    form = ScheduleForm()
    form.set_choices(list_cohorts())
    if request.method == "GET":
        _propose(form, quiz)
    elif form.validate():
        scheduled = _schedule(form, quiz)
        if scheduled is not None:
            flash(gettext("已安排，并通知了这一期的学员。"), "success")
            return redirect(url_for("quizzes.show_sitting", sitting_id=scheduled.id), 303)
    status = 422 if request.method == "POST" else 200
    return render_template(
        "quizzes/new_sitting.html", quiz=quiz, form=form, totals=_totals(quiz)
    ), status


def _propose(form: ScheduleForm, quiz: Quiz) -> None:
    """Propose tomorrow's working hours: everybody finds a quiet half hour in them."""
    tomorrow = request_now().astimezone(organisation_zone()).date() + dt.timedelta(days=1)
    form.fill_from(
        quiz,
        opens_at=dt.datetime.combine(tomorrow, DAY_STARTS),
        closes_at=dt.datetime.combine(tomorrow, DAY_ENDS),
    )
    form.cohort.data = request.args.get("cohort", type=int)


def _schedule(form: ScheduleForm, quiz: Quiz) -> Sitting | None:
    schedule = form.as_schedule(organisation_zone())
    cohort = get_cohort(form.cohort.data)
    now = request_now()
    if form.show_problems(services.check_sitting(quiz, cohort, schedule, now=now)):
        return None
    return services.schedule_sitting(
        quiz=quiz,
        cohort=cohort,
        opens_at=schedule.opens_at,
        closes_at=schedule.closes_at,
        minutes=schedule.minutes,
        max_attempts=schedule.max_attempts,
        wait_minutes=schedule.wait_minutes,
        cut_percent=schedule.cut_percent,
        review=ReviewRule(form.review.data),
        note=form.note.data or "",
        actor_id=current_person().id,
        now=now,
    )


def _totals(quiz: Quiz | Sitting) -> tuple[int, Decimal]:
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
        totals=_totals(quiz),
        seed=seed,
        other_seed=secrets.randbelow(9000) + 1000,
    )


@blueprint.get("/sittings/<int:sitting_id>")
@requires(TRAINER | HR)
def show_sitting(sitting_id: int) -> ResponseReturnValue:
    """Show a sitting: its rules, and who has not started, is in, is through."""
    return render_template("quizzes/show_sitting.html", form=CancelForm(), **_board(sitting_id))


@blueprint.get("/sittings/<int:sitting_id>/board")
@requires(TRAINER | HR)
def sitting_board(sitting_id: int) -> ResponseReturnValue:
    """Return only the part of the page that changes while candidates are in."""
    return render_template("quizzes/_board.html", **_board(sitting_id))


def _board(sitting_id: int) -> dict[str, object]:
    sitting = queries.get_sitting(sitting_id)
    board = queries.list_board(sitting)
    return {
        "sitting": sitting,
        "board": board,
        "counts": queries.count_board(board),
        "board_words": board_words(),
        "state": queries.state_of(sitting, request_now()),
        "state_words": state_words(),
        "totals": _totals(sitting),
        "review_words": dict(review_words()),
        "is_trainer": TRAINER.allows(current_person()),
        "refreshed_at": now_utc(),
    }


def board_words() -> dict[BoardState, str]:
    """Return the words of where a candidate stands."""
    return {
        BoardState.LOCKED: gettext("还不能考"),
        BoardState.ABSENT: gettext("未开始"),
        BoardState.RUNNING: gettext("作答中"),
        BoardState.PASSED: gettext("通过"),
        BoardState.FAILED: gettext("未通过"),
    }


@blueprint.get("/sittings/<int:sitting_id>/results.xlsx")
@requires(TRAINER | HR)
def export_results(sitting_id: int) -> Response:
    """Export the board of a sitting."""
    sitting = queries.get_sitting(sitting_id)
    words = board_words()
    columns: list[Column[BoardRow]] = [
        Column(gettext("姓名"), lambda row: row.name, 14),
        Column(gettext("工号"), lambda row: row.employee_no, 14),
        Column(gettext("状态"), lambda row: words[row.state], 10),
        Column(gettext("得分"), lambda row: row.points, 10),
        Column(gettext("满分"), lambda row: row.max_points, 10),
        Column(gettext("得分率（%）"), lambda row: row.percent, 12),
        Column(gettext("及格线（%）"), lambda _row: sitting.cut_percent, 12),
        Column(gettext("第几次"), lambda row: row.attempts or None, 8),
        Column(gettext("已答题数"), lambda row: row.answered if row.items else None, 10),
        Column(gettext("开始时间"), lambda row: local_text(row.started_at), 18),
        Column(gettext("结束时间"), lambda row: local_text(row.ended_at), 18),
        Column(gettext("到时自动交卷"), lambda row: gettext("是") if row.was_expired else "", 12),
    ]
    title = f"{sitting.quiz.title} {sitting.cohort.name}"
    return as_xlsx(queries.list_board(sitting), columns, title)


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
    return render_template("quizzes/show_sitting.html", form=form, **_board(sitting_id)), 422


def _cancel_words(error: InvalidState) -> str:
    if error.code == "sitting_begun":
        return str(
            gettext(
                "已经有人开考（%(attempts)s 次作答），不能取消；可以等它到时结束。",
                attempts=error.facts["attempts"],
            )
        )
    return str(gettext("这场考试已经结束，不能再取消。"))


@blueprint.post("/sittings/<int:sitting_id>/extend")
@requires(TRAINER)
def extend_sitting(sitting_id: int) -> ResponseReturnValue:
    """Give everybody ten minutes more."""
    sitting = queries.get_sitting(sitting_id)
    services.extend_sitting(sitting, actor_id=current_person().id, now=request_now())
    flash(gettext("已给所有人延长 10 分钟。"), "success")
    return redirect(url_for("quizzes.show_sitting", sitting_id=sitting_id), 303)
