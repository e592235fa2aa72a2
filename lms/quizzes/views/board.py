"""The exam day board: watching a sitting, and the acts on all of it."""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable

import orjson
from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from lms.errors import InvalidState
from lms.people.access import HR, TRAINER, current_person, requires
from lms.quizzes import queries, services
from lms.quizzes.domain.board import (
    QUIET_AFTER,
    SHORT_BEFORE,
    BoardRow,
    BoardState,
    attention_rank,
    seconds_left,
    signs_of,
)
from lms.quizzes.domain.sittings import SittingState
from lms.quizzes.domain.specification import items_total, points_total, sections_from_json
from lms.quizzes.forms import CancelForm
from lms.quizzes.forms.board import ActForm, CloseForm, MoreTimeForm, PauseForm, ResumeForm
from lms.quizzes.models import Sitting
from lms.quizzes.queries.board import Moving, get_moving
from lms.quizzes.views.board_words import board_words, ended_words, sign_words, state_words
from lms.quizzes.views.frame import blueprint, organisation_zone
from lms.web.access import request_now
from lms.web.listing import Column, as_xlsx, search_words

REFRESH_SECONDS = 10
RELOAD_SECONDS = 300
BY_NAME = "name"


@blueprint.get("/sittings/<int:sitting_id>")
@requires(TRAINER | HR)
def show_sitting(sitting_id: int) -> ResponseReturnValue:
    """Show a sitting: who has not started, is in, is through; the acts on it; its rules."""
    return board_page(sitting_id)


def board_page(
    sitting_id: int,
    failed: ActForm | None = None,
    *,
    cancel: CancelForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """Show the page of a sitting; with a form that could not be done as it came."""
    now = request_now()
    sitting = queries.get_sitting(sitting_id)
    board = queries.list_board(sitting)
    sections = sections_from_json(sitting.sections)
    forms: list[ActForm] = [MoreTimeForm(), PauseForm(), ResumeForm(), CloseForm()]
    by_name = {form.name: form for form in forms}
    if failed is not None:
        by_name[failed.name] = failed
    return render_template(
        "quizzes/show_sitting.html",
        sitting=sitting,
        board=_ordered(board, now),
        shown={row.person_id for row in board if _is_wanted(row, now)},
        counts=queries.count_board(board),
        states=board_words(),
        state_options=[(state.value, word) for state, word in board_words().items()],
        state=live_state(sitting, now),
        state_words=state_words(),
        signs={row.person_id: signs_of(row, now) for row in board},
        sign_words=sign_words(),
        ended_words=ended_words(),
        clocks={row.person_id: clock_text(seconds_left(row, now)) for row in board},
        hour=hour_text,
        ended_kind=_ended_kind,
        points_text=points_text,
        totals=(items_total(sections), points_total(sections)),
        is_trainer=TRAINER.allows(current_person()),
        form=cancel or CancelForm(),
        forms=by_name,
        failed="" if failed is None else failed.name,
        acts=_list_acts(sitting, board, now),
        order=_order(),
        wanted=request.args.get("state", ""),
        words_sought=search_words(),
        script=_script_facts(sitting, now),
    ), status


def _list_acts(sitting: Sitting, board: Iterable[BoardRow], now: dt.datetime) -> tuple[str, ...]:
    """Return what the acting person can do for all candidates now."""
    sits = any(row.state in (BoardState.RUNNING, BoardState.PAUSED) for row in board)
    is_open = live_state(sitting, now) is SittingState.OPEN
    if not TRAINER.allows(current_person()) or sitting.cancelled_at or not (is_open or sits):
        return ()
    return ("resume", "extend", "close") if sitting.paused_at else ("extend", "pause", "close")


def live_state(sitting: Sitting, now: dt.datetime) -> SittingState:
    """Return the state of a sitting; while it is paused, as it was when everything stood still."""
    return queries.state_of(sitting, sitting.paused_at or now)


def _script_facts(sitting: Sitting, now: dt.datetime) -> dict[str, object]:
    """Return what the script of the board needs to know, as attributes of the board."""
    return {
        "url": url_for("quizzes.sitting_board", sitting_id=sitting.id),
        "now": _epoch(now),
        "every": REFRESH_SECONDS,
        "reload": RELOAD_SECONDS,
        "quiet": int(QUIET_AFTER.total_seconds()),
        "short": int(SHORT_BEFORE.total_seconds()),
        "opens": _epoch(sitting.opens_at),
        "closes": _epoch(sitting.closes_at),
        "paused": _epoch(sitting.paused_at),
    }


def _order() -> str:
    """Return the order asked for; empty for those first who need a look."""
    return BY_NAME if request.args.get("order") == BY_NAME else ""


def _ordered(board: list[BoardRow], now: dt.datetime) -> list[BoardRow]:
    """Return the rows in the order asked for; they come by name."""
    if _order() == BY_NAME:
        return board
    return sorted(board, key=lambda row: attention_rank(row, now))


def _is_wanted(row: BoardRow, now: dt.datetime) -> bool:
    """Say whether a row is among those asked for; the others are on the page too, hidden."""
    words = search_words().lower()
    if words and words not in row.name.lower() and words not in row.employee_no.lower():
        return False
    wanted = request.args.get("state", "")
    if wanted == "attention":
        return attention_rank(row, now) == 0
    return not wanted or row.state == wanted


@blueprint.get("/sittings/<int:sitting_id>/board")
@requires(TRAINER | HR)
def sitting_board(sitting_id: int) -> ResponseReturnValue:
    """Return what moves on the board while candidates are in: one statement, and nothing when nothing moved."""
    moving = get_moving(sitting_id)
    body = orjson.dumps(_as_json(moving))
    response = Response(body, mimetype="application/json")
    response.set_etag(hashlib.sha256(body).hexdigest()[:20])
    return response.make_conditional(request)


def _as_json(moving: Moving) -> dict[str, object]:
    return {
        "opens": _epoch(moving.opens_at),
        "closes": _epoch(moving.closes_at),
        "paused": _epoch(moving.paused_at),
        "cancelled": moving.is_cancelled,
        "rows": [_row_as_json(row) for row in moving.rows],
    }


def _row_as_json(row: BoardRow) -> dict[str, object]:
    """Return a row of one who has begun; what is nothing is left out, times are seconds."""
    ended = _ended_kind(row)
    facts: dict[str, object] = {
        "deadline": _epoch(row.deadline_at) if row.ended_at is None else None,
        "paused": _epoch(row.paused_at),
        "saved": _epoch(row.last_saved_at),
        "heard": _epoch(row.heard_at),
        "away": row.is_away,
        "new_device": row.new_devices,
        "left_page": row.left_page,
        "pasted": row.pasted,
        "ended": hour_text(row.ended_at),
        "how": ended,
        "points": points_text(row),
    }
    known = {"id": row.person_id, "state": row.state.value, "answered": row.answered}
    return {**known, "number": row.attempts, **{key: one for key, one in facts.items() if one}}


def _ended_kind(row: BoardRow) -> str:
    if row.is_abandoned:
        return "abandoned"
    return "expired" if row.was_expired else ""


def points_text(row: BoardRow) -> str:
    """Return points of points available; empty before there are any."""
    if row.points is None or row.max_points is None:
        return ""
    return f"{row.points.normalize():f} / {row.max_points.normalize():f}"


def clock_text(seconds: int) -> str:
    """Return a time left as a clock shows it: 7:05, 1:02:03."""
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def hour_text(at: dt.datetime | None) -> str:
    """Return the hour and minute of an instant, in the organisation's zone."""
    return "" if at is None else f"{at.astimezone(organisation_zone()):%H:%M}"


def _epoch(at: dt.datetime | None) -> int:
    return 0 if at is None else int(at.timestamp())


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
        Column(gettext("开始时间"), lambda row: _local_text(row.started_at), 18),
        Column(gettext("结束时间"), lambda row: _local_text(row.ended_at), 18),
        Column(gettext("到时自动交卷"), lambda row: gettext("是") if row.was_expired else "", 12),
        Column(gettext("离开页面次数"), lambda row: row.left_page or None, 12),
        Column(gettext("换设备次数"), lambda row: row.new_devices or None, 12),
        Column(gettext("粘贴次数"), lambda row: row.pasted or None, 10),
    ]
    title = f"{sitting.quiz.title} {sitting.cohort.name}"
    return as_xlsx(queries.list_board(sitting), columns, title)


def _local_text(at: dt.datetime | None) -> str:
    """Return an instant as people write it in a sheet, in the organisation's zone."""
    return "" if at is None else f"{at.astimezone(organisation_zone()):%Y-%m-%d %H:%M}"


# acts on the whole sitting -----------------------------------------------------------------------------


def _act(
    sitting_id: int,
    form: ActForm,
    do: Callable[[Sitting], int],
    words: Callable[[int], str],
) -> ResponseReturnValue:
    """Do an act on the whole sitting that a form asks for; ``words`` say on how many attempts."""
    if form.validate():
        try:
            done = do(queries.get_sitting(sitting_id))
        except InvalidState as error:
            form.refuse(error)
        else:
            flash(words(done), "success")
            return redirect(url_for("quizzes.show_sitting", sitting_id=sitting_id), 303)
    return board_page(sitting_id, form, status=422)


@blueprint.post("/sittings/<int:sitting_id>/extend")
@requires(TRAINER)
def extend_sitting(sitting_id: int) -> ResponseReturnValue:
    """Give everybody more time."""
    form = MoreTimeForm()
    return _act(
        sitting_id,
        form,
        lambda sitting: services.extend_sitting(
            sitting, actor_id=current_person().id, now=request_now(), **form.facts()
        ),
        lambda _done: ngettext(
            "已给所有人加 %(num)d 分钟。", "已给所有人加 %(num)d 分钟。", form.minutes.data
        ),
    )


@blueprint.post("/sittings/<int:sitting_id>/pause")
@requires(TRAINER)
def pause_sitting(sitting_id: int) -> ResponseReturnValue:
    """Let everything stand still."""
    form = PauseForm()
    return _act(
        sitting_id,
        form,
        lambda sitting: services.pause_sitting(
            sitting, actor_id=current_person().id, now=request_now(), **form.facts()
        ),
        lambda done: ngettext(
            "已暂停，%(num)d 人的时间停住了。", "已暂停，%(num)d 人的时间停住了。", done
        ),
    )


@blueprint.post("/sittings/<int:sitting_id>/resume")
@requires(TRAINER)
def resume_sitting(sitting_id: int) -> ResponseReturnValue:
    """Let everything go on."""
    return _act(
        sitting_id,
        ResumeForm(),
        lambda sitting: services.resume_sitting(
            sitting, actor_id=current_person().id, now=request_now()
        ),
        lambda done: ngettext("已继续，%(num)d 人接着作答。", "已继续，%(num)d 人接着作答。", done),
    )


@blueprint.post("/sittings/<int:sitting_id>/close")
@requires(TRAINER)
def close_sitting(sitting_id: int) -> ResponseReturnValue:
    """End the sitting now."""
    form = CloseForm()
    return _act(
        sitting_id,
        form,
        lambda sitting: services.close_sitting(
            sitting, actor_id=current_person().id, now=request_now(), **form.facts()
        ),
        lambda done: ngettext(
            "考试结束了，收了 %(num)d 份正在作答的卷子。",
            "考试结束了，收了 %(num)d 份正在作答的卷子。",
            done,
        ),
    )
