"""The exam itself: the paper, saving answers, submitting."""

import re
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import generate_csrf

from lms.errors import InvalidState, LmsError
from lms.people.access import LEARNER, current_person, requires
from lms.people.recent import CHECKED_S, RECENT_S
from lms.questions.domain.filling import response_from_fields
from lms.questions.domain.items import FieldError, is_omitted
from lms.quizzes import queries, services
from lms.quizzes.domain.admission import is_within
from lms.quizzes.domain.attempts import AttemptState
from lms.quizzes.domain.paper import paper_from_json
from lms.quizzes.domain.presentation import pages_of, present
from lms.quizzes.domain.rules import PagingRule
from lms.quizzes.views.fragments import addresses_of
from lms.quizzes.views.frame import blueprint, organisation_zone
from lms.quizzes.views.watermark import watermark_text
from lms.web.access import request_now

MAX_SAVE_BYTES = 64 * 1024
MAX_BATCH_BYTES = 1024 * 1024
_DEVICE = re.compile(r"[A-Za-z0-9-]{8,36}\Z")
_FIELD = re.compile(r"r([0-9]{1,4})(?::(.+))?\Z")
"""A field of the paper: ``r3`` for options of item 3, ``r3:text`` and the like for the other types."""


@blueprint.get("/attempts/<int:attempt_id>")
@requires(LEARNER, recent=RECENT_S)
def paper(attempt_id: int) -> ResponseReturnValue:
    """Show the paper with the answers saved so far, on whatever device; within the grace to bring what waits there."""
    now = request_now()
    person = current_person()
    opened = queries.open_own_paper(attempt_id, person.id)
    timing, rules = opened.timing, opened.rules
    if timing.state_at(now) is not AttemptState.OPEN:
        return redirect(url_for("quizzes.result", attempt_id=attempt_id), 302)
    if not is_within(rules.networks, request.remote_addr or ""):
        return redirect(url_for("quizzes.rules", sitting_id=opened.sitting_id), 302)  # it says why
    known = services.keep_paper(attempt_id, person.id, timing.started_at, opened.rows)
    answers = queries.list_answers(attempt_id)
    items = present(paper_from_json(opened.rows), known.items)
    return render_template(
        "quizzes/paper.html",
        attempt_id=attempt_id,
        addresses=addresses_of(attempt_id),
        deadline_at=timing.deadline_at,
        reached=opened.reached,
        titles={"zh-Hans": opened.title, "en": opened.title_en},
        items=items,
        pages=() if rules.paging is PagingRule.ALL else pages_of(items),
        paging=rules.paging.value,
        answers=answers,
        answered={at for at, stored in answers.items() if not is_omitted(stored.answer)},
        zone=organisation_zone().key,
        remaining_s=timing.remaining_s(now),
        is_paused=timing.is_paused,
        grace_minutes=int(timing.grace.total_seconds()) // 60,
        watermark=watermark_text(person) if rules.watermark else "",
    )


@blueprint.get("/attempts/<int:attempt_id>/state")
@requires(LEARNER, recent=RECENT_S)
def attempt_state(attempt_id: int) -> ResponseReturnValue:
    """Say how the attempt stands: for a page that comes back from sleep, waits in a pause, or lost its token."""
    own = queries.get_own_state(attempt_id, current_person().id)
    now = request_now()
    return jsonify(
        state=own.timing.state_at(now).value,
        paused=own.timing.is_paused,
        remaining_s=own.timing.remaining_s(now),
        reached=own.reached,
        responses={
            position: {"seq": one.seq, "response": one.answer}
            for position, one in own.answers.items()
        },
        csrf_token=generate_csrf(),
    )


@blueprint.put("/attempts/<int:attempt_id>/responses/<int:position>")
@requires(LEARNER, recent=CHECKED_S)
def save_response(attempt_id: int, position: int) -> ResponseReturnValue:
    """Save one answer. The reply leaves after the commit, so what is acknowledged is stored.

    Always answers in JSON, whatever the client says it accepts.
    """
    request.max_content_length = MAX_SAVE_BYTES
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        return jsonify(code="response_malformed", field="body"), 422
    person = current_person()
    save = partial(
        services.save_response,
        attempt_id,
        position,
        person_id=person.id,
        seq=body.get("seq"),
        raw=body.get("response"),
        now=request_now(),
        device=_device(),
        session_key=person.fs_uniquifier,
    )
    try:
        saved = services.save_known(*save.args, **save.keywords) or save()
    except LmsError as error:
        return jsonify(code=error.code, **error.facts), error.status
    return jsonify(**_acknowledged(saved), remaining_s=saved.remaining_s)


@blueprint.put("/attempts/<int:attempt_id>/responses")
@requires(LEARNER, recent=RECENT_S)
def save_responses(attempt_id: int) -> ResponseReturnValue:
    """Save answers that waited on the device, each with its own result, and submit if the candidate did meanwhile."""
    request.max_content_length = MAX_BATCH_BYTES
    body = request.get_json(silent=True)
    entries = body.get("responses") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(entries, list):
        return jsonify(code="response_malformed", field="responses"), 422
    try:
        replayed = services.save_responses(
            attempt_id,
            entries,
            person_id=current_person().id,
            submits=body.get("submit") is True,
            is_before_end=body.get("before_end") is True,
            now=request_now(),
            device=_device(),
            moves_to=body.get("reached"),
        )
    except LmsError as error:
        return jsonify(code=error.code, **error.facts), error.status
    return jsonify(
        results=[_result(position, one) for position, one in replayed.results],
        remaining_s=replayed.remaining_s,
        state=replayed.state.value,
        reached=replayed.reached,
    )


def _acknowledged(saved: services.Saved) -> dict[str, object]:
    reply: dict[str, object] = {"seq": saved.seq, "saved_at": saved.saved_at.isoformat()}
    if saved.kept is not None:
        reply["response"] = saved.kept
    return reply


def _result(position: object, outcome: services.Saved | LmsError) -> dict[str, object]:
    if isinstance(outcome, LmsError):
        return {**outcome.facts, "position": position, "code": outcome.code}
    return {"position": position, **_acknowledged(outcome)}


def _device() -> str:
    """Return the random name that the page keeps in its browser; empty when it sends none that we know."""
    name = request.headers.get("X-Exam-Device", "")
    return name if _DEVICE.match(name) else ""


@blueprint.post("/attempts/<int:attempt_id>/responses")
@requires(LEARNER, recent=RECENT_S)
def save_form(attempt_id: int) -> ResponseReturnValue:
    """Save the answers of the whole page: the way without script."""
    try:
        incomplete = _save_page(attempt_id)
        if not incomplete and "reached" in request.form:
            _move_on(attempt_id)
    except InvalidState as refused:
        if refused.code == "attempt_paused":
            return _tell_paused(attempt_id)
        if refused.code == "item_left":
            flash(gettext("已经翻过的题不能再改；之前保存的答案都在。"), "warning")
            return redirect(url_for("quizzes.paper", attempt_id=attempt_id), 303)
        flash(gettext("时间到，后来的改动没有保存；之前保存的答案都在。"), "warning")
        return redirect(url_for("quizzes.result", attempt_id=attempt_id), 303)
    if not _tell_incomplete(incomplete):
        flash(gettext("答案已保存。"), "success")
    return redirect(url_for("quizzes.paper", attempt_id=attempt_id), 303)


@blueprint.post("/attempts/<int:attempt_id>/submit")
@requires(LEARNER, recent=RECENT_S)
def submit(attempt_id: int) -> ResponseReturnValue:
    """End the attempt. Pressed twice, it ends once."""
    person = current_person()
    # Too late for answers? What was saved before counts.
    with suppress(InvalidState):
        if _tell_incomplete(_save_page(attempt_id)):
            return redirect(url_for("quizzes.paper", attempt_id=attempt_id), 303)
    try:
        services.submit_attempt(attempt_id, person_id=person.id, now=request_now())
    except InvalidState:
        return _tell_paused(attempt_id)
    return redirect(url_for("quizzes.result", attempt_id=attempt_id), 303)


def _move_on(attempt_id: int) -> None:
    wanted = request.form.get("reached", type=int)
    services.move_on(attempt_id, wanted, person_id=current_person().id, now=request_now())


def _tell_paused(attempt_id: int) -> ResponseReturnValue:
    flash(gettext("考试暂停中，时间也停着。恢复之后再继续，之前保存的答案都在。"), "warning")
    return redirect(url_for("quizzes.paper", attempt_id=attempt_id), 303)


def _tell_incomplete(positions: Sequence[int]) -> bool:
    """Say which orders were not saved because their numbers do not add up; whether there were any."""
    if positions:
        numbers = gettext("、").join(str(position) for position in positions)
        flash(
            gettext(
                "第 %(numbers)s 题没有保存：请给每一步填一个序号，每个序号只用一次。",
                numbers=numbers,
            ),
            "warning",
        )
    return bool(positions)


def _save_page(attempt_id: int) -> Sequence[int]:
    """Save the answers that came with a form; the script sends none, it has saved them already.

    Returns:
        Positions that could not be read as they are.
    """
    if request.form.get("with_answers") != "1":
        return ()
    fields: dict[int, list[tuple[str, str]]] = {}
    for name, value in request.form.items(multi=True):
        match = _FIELD.match(name)
        if match:
            fields.setdefault(int(match[1]), []).append((match[2] or "chosen", value))
    answers: dict[int, object] = {}
    incomplete = []
    for position, said in fields.items():
        try:
            answers[position] = response_from_fields(said)
        except FieldError:
            incomplete.append(position)
    services.save_form(attempt_id, answers, person_id=current_person().id, now=request_now())
    return incomplete
