"""What a browser reports, and the page on which a trainer reads what was recorded in a sitting."""

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from lms.errors import InvalidState, LmsError
from lms.people.access import LEARNER, TRAINER, current_person, requires
from lms.people.limits import limiter
from lms.quizzes import queries, services
from lms.quizzes.domain import records
from lms.quizzes.domain.review import matrix_from_stored
from lms.quizzes.models import Sitting
from lms.quizzes.views.event_words import duration_words
from lms.quizzes.views.frame import blueprint
from lms.web.access import request_now
from lms.web.listing import Column, as_xlsx, search_words

EVENT_LIMIT = "40 per minute"
"""Events of one person's browser; a page that leaves and comes back every three seconds makes as many."""

MAX_EVENT_BYTES = 1024


def _who_reports() -> str:
    return f"events {current_person().id}"


@blueprint.post("/attempts/<int:attempt_id>/events")
@requires(LEARNER)
@limiter.limit(EVENT_LIMIT, key_func=_who_reports)
def note_event(attempt_id: int) -> ResponseReturnValue:
    """Keep what the browser of a candidate reports. Always answers in JSON; nobody waits for it."""
    request.max_content_length = MAX_EVENT_BYTES
    said = request.get_json(silent=True)
    if not isinstance(said, dict):
        return jsonify(code="event_malformed", field="body"), 422
    try:
        is_kept = services.note_from_browser(
            attempt_id, said, person_id=current_person().id, now=request_now()
        )
    except LmsError as error:
        return jsonify(code=error.code, **error.facts), error.status
    return jsonify(kept=is_kept)


@blueprint.get("/sittings/<int:sitting_id>/records")
@requires(TRAINER)
def sitting_records(sitting_id: int) -> ResponseReturnValue:
    """Show what was recorded in a sitting and what in its answers is worth a look; no verdict."""
    sitting = queries.get_sitting(sitting_id)
    noted = queries.list_noted(sitting_id)
    if request.args.get("format") == "xlsx":
        return _sheet(sitting, noted)
    words = search_words()
    rows = queries.list_answer_rows(sitting_id)
    quick = {row.item_version_id for row in rows if row.is_right and row.seconds is not None}
    return render_template(
        "quizzes/records.html",
        sitting=sitting,
        words=words,
        noted=[one for one in noted if one.is_noted and _matches(one, words)],
        total=len(noted),
        by_attempt={one.attempt_id: one for one in noted},
        fast=records.find_fast(rows, queries.find_usual_seconds(quick)),
        twins=records.find_twins(rows),
        limits=records,
        away_words=_away_words,
    )


def _matches(one: queries.NotedAttempt, words: str) -> bool:
    return words.casefold() in f"{one.name} {one.employee_no}".casefold()


def _away_words(seconds: int) -> str:
    return duration_words(gettext("共"), seconds) if seconds else ""


def _sheet(sitting: Sitting, noted: list[queries.NotedAttempt]) -> Response:
    columns: list[Column[queries.NotedAttempt]] = [
        Column(gettext("姓名"), lambda one: one.name, 14),
        Column(gettext("工号"), lambda one: one.employee_no, 14),
        Column(gettext("第几次"), lambda one: one.number, 8),
        Column(gettext("离开页面（次）"), lambda one: one.left, 14),
        Column(gettext("离开共（秒）"), lambda one: one.away_seconds, 14),
        Column(gettext("换设备（次）"), lambda one: one.devices, 12),
        Column(gettext("粘贴（次）"), lambda one: one.pasted, 12),
    ]
    title = f"{sitting.quiz.title} {sitting.cohort.name} {gettext('过程记录')}"
    return as_xlsx(noted, columns, title)


@blueprint.post("/sittings/<int:sitting_id>/release")
@requires(TRAINER)
def release_results(sitting_id: int) -> ResponseReturnValue:
    """Show candidates what waits for a trainer's hand, and tell them."""
    sitting = queries.get_sitting(sitting_id)
    try:
        told = services.release_results(sitting, actor_id=current_person().id, now=request_now())
    except InvalidState:
        flash(gettext("还有人没考完，现在公布会让他们看到答案。等全场结束后再公布。"), "warning")
    else:
        flash(
            ngettext("已公布，并通知了 %(num)s 位学员。", "已公布，并通知了 %(num)s 位学员。", told)
            if told
            else gettext("结果已经公布。"),
            "success",
        )
    return redirect(url_for("quizzes.show_sitting", sitting_id=sitting_id), 303)


def _release_state(sitting: Sitting) -> str:
    """Say where the release by hand stands: not asked for, too early, due, done."""
    if sitting.cancelled_at is not None:
        return ""
    if not matrix_from_stored(sitting.review).waits_for_release:
        return ""
    if sitting.released_at is not None:
        return "done"
    now = request_now()
    return "due" if now >= queries.get_last_end(sitting, now) else "early"


@blueprint.context_processor
def _names() -> dict[str, object]:
    return {"release_state": _release_state}
