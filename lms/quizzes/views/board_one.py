"""One candidate on the exam day: how it goes, what happened, and what the trainer can do."""

import datetime as dt
from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from lms.errors import InvalidState, NotFound
from lms.people.access import TRAINER, current_person, requires
from lms.quizzes import queries, services
from lms.quizzes.domain.board import BoardRow, BoardState, seconds_left, signs_of
from lms.quizzes.domain.sittings import SittingState
from lms.quizzes.forms.board import (
    ActForm,
    AdmitForm,
    CloseForm,
    MoreTimeForm,
    PauseForm,
    ReopenForm,
    ResumeForm,
    refusal_words,
)
from lms.quizzes.models import Attempt, Sitting
from lms.quizzes.queries.board import list_happenings
from lms.quizzes.services.board_one import find_reopen_problem
from lms.quizzes.views.board import clock_text, live_state
from lms.quizzes.views.board_words import board_words, ended_words, event_words, sign_words
from lms.quizzes.views.frame import blueprint
from lms.web.access import request_now

_FORMS: dict[str, type[ActForm]] = {
    form.name: form
    for form in (MoreTimeForm, PauseForm, ResumeForm, CloseForm, ReopenForm, AdmitForm)
}


@blueprint.get("/sittings/<int:sitting_id>/candidates/<int:person_id>")
@requires(TRAINER)
def show_candidate(sitting_id: int, person_id: int) -> ResponseReturnValue:
    """Show how one candidate stands, what happened, and what can be done."""
    return _candidate_page(sitting_id, person_id)


def _candidate_page(
    sitting_id: int, person_id: int, failed: ActForm | None = None, status: int = 200
) -> ResponseReturnValue:
    now = request_now()
    sitting = queries.get_sitting(sitting_id)
    row = next((one for one in queries.list_board(sitting) if one.person_id == person_id), None)
    if row is None:
        raise NotFound("person", id=person_id)
    acts, problem = _list_acts(sitting, row, now)
    forms = {name: _FORMS[name]() for name in acts}
    if failed is not None:
        forms[failed.name] = failed
    return render_template(
        "quizzes/show_candidate.html",
        sitting=sitting,
        row=row,
        acts=acts,
        problem=refusal_words()[problem] if problem else "",
        forms=forms,
        failed="" if failed is None else failed.name,
        states=board_words(),
        signs=signs_of(row, now),
        sign_words=sign_words(),
        ended_words=ended_words(),
        left=clock_text(seconds_left(row, now)),
        happenings=list_happenings(sitting_id, person_id),
        event_words=event_words(),
    ), status


def _list_acts(sitting: Sitting, row: BoardRow, now: dt.datetime) -> tuple[tuple[str, ...], str]:
    """Return what can be done for a candidate now, and why an ended attempt cannot be opened again."""
    if row.state is BoardState.RUNNING:
        return ("extend", "pause", "close"), ""
    if row.state is BoardState.PAUSED:
        alone = () if sitting.paused_at else ("resume",)
        return (*alone, "extend", "close"), ""
    if row.attempt_id is None:
        is_late = live_state(sitting, now) is SittingState.CLOSED
        return (("admit",) if is_late else ()), ""
    problem = find_reopen_problem(queries.get_attempt(row.attempt_id))
    return (() if problem else ("reopen",)), problem


def _act(
    attempt_id: int, form: ActForm, do: Callable[[ActForm], None], words: Callable[[str], str]
) -> ResponseReturnValue:
    """Do an act on an attempt that a form asks for, and lead back to the candidate."""
    attempt: Attempt = queries.get_attempt(attempt_id)
    sitting_id, person_id, name = attempt.sitting_id, attempt.person_id, attempt.person.name
    if form.validate():
        try:
            do(form)
        except InvalidState as error:
            form.refuse(error)
        else:
            flash(words(name), "success")
            there = url_for("quizzes.show_candidate", sitting_id=sitting_id, person_id=person_id)
            return redirect(there, 303)
    return _candidate_page(sitting_id, person_id, form, 422)


@blueprint.post("/attempts/<int:attempt_id>/extend")
@requires(TRAINER)
def extend_attempt(attempt_id: int) -> ResponseReturnValue:
    """Give one candidate more time."""
    form = MoreTimeForm()
    return _act(
        attempt_id,
        form,
        lambda said: services.extend_attempt(
            attempt_id, actor_id=current_person().id, now=request_now(), **said.facts()
        ),
        lambda name: ngettext(
            "已给%(name)s加 %(num)d 分钟。",
            "已给%(name)s加 %(num)d 分钟。",
            form.minutes.data,
            name=name,
        ),
    )


@blueprint.post("/attempts/<int:attempt_id>/pause")
@requires(TRAINER)
def pause_attempt(attempt_id: int) -> ResponseReturnValue:
    """Let the clock of one candidate stand still."""
    return _act(
        attempt_id,
        PauseForm(),
        lambda said: services.pause_attempt(
            attempt_id, actor_id=current_person().id, now=request_now(), **said.facts()
        ),
        lambda name: gettext("%(name)s的时间停住了，继续之前不能作答。", name=name),
    )


@blueprint.post("/attempts/<int:attempt_id>/resume")
@requires(TRAINER)
def resume_attempt(attempt_id: int) -> ResponseReturnValue:
    """Let one candidate go on."""
    return _act(
        attempt_id,
        ResumeForm(),
        lambda _said: services.resume_attempt(
            attempt_id, actor_id=current_person().id, now=request_now()
        ),
        lambda name: gettext("%(name)s可以接着作答了，停了多久就顺延了多久。", name=name),
    )


@blueprint.post("/attempts/<int:attempt_id>/close")
@requires(TRAINER)
def close_attempt_now(attempt_id: int) -> ResponseReturnValue:
    """End one attempt with the answers it has."""
    return _act(
        attempt_id,
        CloseForm(),
        lambda said: services.close_attempt_now(
            attempt_id, actor_id=current_person().id, now=request_now(), **said.facts()
        ),
        lambda name: gettext("已收%(name)s的卷，保存过的答案都算数。", name=name),
    )


@blueprint.post("/attempts/<int:attempt_id>/reopen")
@requires(TRAINER)
def reopen_attempt(attempt_id: int) -> ResponseReturnValue:
    """Open an ended attempt again."""
    form = ReopenForm()
    return _act(
        attempt_id,
        form,
        lambda said: services.reopen_attempt(
            attempt_id, actor_id=current_person().id, now=request_now(), **said.facts()
        ),
        lambda name: ngettext(
            "已为%(name)s重新打开，从现在起 %(num)d 分钟。",
            "已为%(name)s重新打开，从现在起 %(num)d 分钟。",
            form.minutes.data,
            name=name,
        ),
    )


@blueprint.post("/sittings/<int:sitting_id>/admit")
@requires(TRAINER)
def admit(sitting_id: int) -> ResponseReturnValue:
    """Let a latecomer in after the window has closed."""
    person_id = request.form.get("person", type=int)
    if person_id is None:
        raise NotFound("person")
    form = AdmitForm()
    if form.validate():
        try:
            services.admit(
                queries.get_sitting(sitting_id),
                person_id,
                actor_id=current_person().id,
                now=request_now(),
                **form.facts(),
            )
        except InvalidState as error:
            form.refuse(error)
        else:
            words = ngettext(
                "已通知他，%(num)d 分钟内可以开始。",
                "已通知他，%(num)d 分钟内可以开始。",
                form.minutes.data,
            )
            flash(words, "success")
            there = url_for("quizzes.show_candidate", sitting_id=sitting_id, person_id=person_id)
            return redirect(there, 303)
    return _candidate_page(sitting_id, person_id, form, 422)
