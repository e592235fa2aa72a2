"""Pages of a candidate before an attempt: own sittings, the rules, the start."""

from flask import Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.errors import InvalidState
from lms.people.access import LEARNER, current_person, requires
from lms.people.limits import limiter
from lms.people.recent import CHECKED_S
from lms.quizzes import queries, services
from lms.quizzes.domain.admission import Refusal, is_within
from lms.quizzes.domain.attempts import StartReason
from lms.quizzes.domain.rules import PASSWORD_AT_MOST, rules_from_json
from lms.quizzes.domain.specification import items_total, points_total, sections_from_json
from lms.quizzes.models import Attempt
from lms.quizzes.services.admission import check_admission
from lms.quizzes.views.frame import blueprint
from lms.quizzes.views.warming import jitter_seconds, paper_scripts
from lms.web.access import request_now

GUESS_LIMIT = "10 per minute; 60 per hour"
"""Wrong passwords of one person: they are read aloud and misheard, but not a hundred times."""


@blueprint.get("/quizzes")
@requires(LEARNER)
def my_sittings() -> ResponseReturnValue:
    """List the own sittings and their results."""
    person = current_person()
    attempts: dict[int, list[Attempt]] = {}
    for attempt in queries.list_attempts_of_person(person.id):
        attempts.setdefault(attempt.sitting_id, []).append(attempt)
    return render_template(
        "quizzes/my_sittings.html",
        own=queries.list_own_sittings(person.id, request_now()),
        attempts=attempts,
    )


@blueprint.get("/sittings/<int:sitting_id>/rules")
@requires(LEARNER)
def rules(sitting_id: int) -> ResponseReturnValue:
    """Say what awaits the candidate, before anything is started."""
    return _rules(sitting_id)


def _rules(sitting_id: int, refusal: str = "") -> str:
    own = queries.get_own_sitting(sitting_id, current_person().id, request_now())
    sections = sections_from_json(own.sitting.sections)
    run_by = rules_from_json(own.sitting.rules)
    return render_template(
        "quizzes/rules.html",
        own=own,
        sitting=own.sitting,
        window=own.window,
        items=items_total(sections),
        points=points_total(sections),
        run_by=run_by,
        # The password itself stays here: the page only needs to know that there is one.
        asks_password=bool(run_by.password),
        is_within=is_within(run_by.networks, _address()),
        refusal=refusal,
        **_warming(own),
    )


def _warming(own: queries.OwnSitting) -> dict[str, object]:
    """Return what the countdown needs; only a page that counts down asks how many wait with it."""
    if own.verdict.reason is not StartReason.NOT_OPEN:
        return {"jitter": 0, "paper_scripts": paper_scripts() if own.verdict.at else []}
    return {
        "jitter": jitter_seconds(len(queries.list_candidates(own.sitting))),
        "paper_scripts": paper_scripts(),
    }


def _address() -> str:
    return request.remote_addr or ""


def _who_starts() -> str:
    return f"start {current_person().id}"


def _says_no_password() -> bool:
    return "password" not in request.form


def _was_wrong(_response: Response) -> bool:
    return bool(g.get("password_was_wrong"))


@blueprint.post("/sittings/<int:sitting_id>/start")
@requires(LEARNER, recent=CHECKED_S)
@limiter.limit(
    GUESS_LIMIT, key_func=_who_starts, exempt_when=_says_no_password, deduct_when=_was_wrong
)
def start(sitting_id: int) -> ResponseReturnValue:
    """Start an attempt, or go on with the one that runs."""
    person = current_person()
    try:
        attempt_id = services.start_attempt(
            sitting_id,
            person_id=person.id,
            now=request_now(),
            admit=_admit,
            session_key=person.fs_uniquifier,
        )
    except InvalidState as error:
        if error.code != "may_not_start":
            raise
        reason = str(error.facts.get("reason"))
        if reason in set(Refusal):
            g.password_was_wrong = reason == Refusal.PASSWORD_WRONG
            return _rules(sitting_id, reason), 422
        # The rules say why, in words and with the time.
        return redirect(url_for("quizzes.rules", sitting_id=sitting_id), 303)
    return redirect(url_for("quizzes.paper", attempt_id=attempt_id), 303)


def _admit(own: queries.OwnSitting) -> None:
    check_admission(
        own,
        password=request.form.get("password", "")[:PASSWORD_AT_MOST],
        pledged=request.form.get("pledged") == "yes",
        address=_address(),
    )
