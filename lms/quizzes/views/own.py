"""Pages of a candidate before an attempt: own sittings, the rules, the start."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.errors import InvalidState
from lms.people.access import LEARNER, current_person, requires
from lms.quizzes import queries, services
from lms.quizzes.domain.specification import items_total, points_total, sections_from_json
from lms.quizzes.forms import review_words
from lms.quizzes.models import Attempt
from lms.quizzes.views.frame import blueprint
from lms.web.access import request_now


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
    own = queries.get_own_sitting(sitting_id, current_person().id, request_now())
    sections = sections_from_json(own.sitting.sections)
    return render_template(
        "quizzes/rules.html",
        own=own,
        sitting=own.sitting,
        items=items_total(sections),
        points=points_total(sections),
        review_words=dict(review_words())[own.sitting.review],
    )


@blueprint.post("/sittings/<int:sitting_id>/start")
@requires(LEARNER)
def start(sitting_id: int) -> ResponseReturnValue:
    """Start an attempt, or go on with the one that runs."""
    try:
        attempt_id = services.start_attempt(
            sitting_id, person_id=current_person().id, now=request_now()
        )
    except InvalidState as error:
        if error.code != "may_not_start":
            raise
        # The rules say why, in words and with the time.
        return redirect(url_for("quizzes.rules", sitting_id=sitting_id), 303)
    return redirect(url_for("quizzes.paper", attempt_id=attempt_id), 303)
