"""The exam itself: the paper, saving answers, submitting."""

from contextlib import suppress

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import generate_csrf

from lms.errors import InvalidState, LmsError
from lms.people.access import LEARNER, current_person, requires
from lms.quizzes import queries, services
from lms.quizzes.domain.attempts import AttemptState, remaining_seconds
from lms.quizzes.domain.paper import paper_from_json
from lms.quizzes.domain.presentation import present
from lms.quizzes.views.frame import blueprint, organisation_zone
from lms.web.access import request_now

MAX_SAVE_BYTES = 16 * 1024


@blueprint.get("/attempts/<int:attempt_id>")
@requires(LEARNER)
def paper(attempt_id: int) -> ResponseReturnValue:
    """Show the paper with the answers saved so far, on whatever device."""
    now = request_now()
    attempt = queries.get_own_attempt(attempt_id, current_person().id)
    if attempt.state != AttemptState.OPEN or now >= attempt.deadline_at:
        return redirect(url_for("quizzes.result", attempt_id=attempt_id), 302)
    return render_template(
        "quizzes/paper.html",
        attempt=attempt,
        quiz=attempt.sitting.quiz,
        items=present(paper_from_json(attempt.paper)),
        answers=queries.list_answers(attempt_id),
        zone=organisation_zone().key,
        remaining_s=remaining_seconds(
            started_at=attempt.started_at, deadline_at=attempt.deadline_at, now=now
        ),
    )


@blueprint.get("/attempts/<int:attempt_id>/state")
@requires(LEARNER)
def attempt_state(attempt_id: int) -> ResponseReturnValue:
    """Say how the attempt stands: for a page that comes back from sleep or lost its token."""
    own = queries.get_own_state(attempt_id, current_person().id)
    now = request_now()
    is_over = own.state is AttemptState.OPEN and now >= own.deadline_at
    return jsonify(
        state=(AttemptState.EXPIRED if is_over else own.state).value,
        remaining_s=remaining_seconds(
            started_at=own.started_at, deadline_at=own.deadline_at, now=now
        ),
        responses={
            position: {"seq": one.seq, "response": one.answer}
            for position, one in own.answers.items()
        },
        csrf_token=generate_csrf(),
    )


@blueprint.put("/attempts/<int:attempt_id>/responses/<int:position>")
@requires(LEARNER)
def save_response(attempt_id: int, position: int) -> ResponseReturnValue:
    """Save one answer. The reply leaves after the commit, so what is acknowledged is stored.

    Always answers in JSON, whatever the client says it accepts.
    """
    request.max_content_length = MAX_SAVE_BYTES
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        return jsonify(code="response_malformed", field="body"), 422
    try:
        saved = services.save_response(
            attempt_id,
            position,
            person_id=current_person().id,
            seq=body.get("seq"),
            raw=body.get("response"),
            now=request_now(),
        )
    except LmsError as error:
        return jsonify(code=error.code, **error.facts), error.status
    reply: dict[str, object] = {
        "seq": saved.seq,
        "saved_at": saved.saved_at.isoformat(),
        "remaining_s": saved.remaining_s,
    }
    if saved.kept is not None:
        reply["response"] = saved.kept
    return jsonify(reply)


@blueprint.post("/attempts/<int:attempt_id>/responses")
@requires(LEARNER)
def save_form(attempt_id: int) -> ResponseReturnValue:
    """Save the answers of the whole page: the way without script."""
    try:
        _save_page(attempt_id)
    except InvalidState:
        flash(gettext("时间到，后来的改动没有保存；之前保存的答案都在。"), "warning")
        return redirect(url_for("quizzes.result", attempt_id=attempt_id), 303)
    flash(gettext("答案已保存。"), "success")
    return redirect(url_for("quizzes.paper", attempt_id=attempt_id), 303)


@blueprint.post("/attempts/<int:attempt_id>/submit")
@requires(LEARNER)
def submit(attempt_id: int) -> ResponseReturnValue:
    """End the attempt. Pressed twice, it ends once."""
    person = current_person()
    # Too late for answers? What was saved before counts.
    with suppress(InvalidState):
        _save_page(attempt_id)
    services.submit_attempt(attempt_id, person_id=person.id, now=request_now())
    return redirect(url_for("quizzes.result", attempt_id=attempt_id), 303)


def _save_page(attempt_id: int) -> None:
    """Save the answers that came with a form; the script sends none, it has saved them already."""
    if request.form.get("with_answers") != "1":
        return
    answers = {
        int(name.removeprefix("r")): {"chosen": sorted(set(request.form.getlist(name)) - {""})}
        for name in request.form
        if name.startswith("r") and name[1:].isdecimal() and len(name) <= len("r1000")
    }
    services.save_form(attempt_id, answers, person_id=current_person().id, now=request_now())
