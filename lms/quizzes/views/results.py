"""Pages after an attempt: the result for its owner, the answer sheet for staff."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.errors import NotFound
from lms.people.access import HR, LEARNER, TRAINER, current_person, requires
from lms.quizzes import queries
from lms.quizzes.domain.attempts import AttemptState, next_attempt_at
from lms.quizzes.domain.grading import results_from_json
from lms.quizzes.domain.paper import paper_from_json
from lms.quizzes.domain.presentation import ReviewedItem, review
from lms.quizzes.domain.review import ReviewRule, Shown, what_is_shown
from lms.quizzes.models import Attempt
from lms.quizzes.views.frame import blueprint
from lms.web.access import request_now


@blueprint.get("/attempts/<int:attempt_id>/result")
@requires(LEARNER)
def result(attempt_id: int) -> ResponseReturnValue:
    """Show the own result, as far as the review rule allows."""
    now = request_now()
    attempt = queries.get_own_attempt(attempt_id, current_person().id)
    if attempt.state == AttemptState.OPEN:
        if now < attempt.deadline_at:
            return redirect(url_for("quizzes.paper", attempt_id=attempt_id), 302)
        return render_template("quizzes/closing.html", attempt=attempt, quiz=attempt.sitting.quiz)
    sitting = attempt.sitting
    own = queries.get_own_sitting(sitting.id, attempt.person_id, now)
    shown = what_is_shown(ReviewRule(sitting.review), closes_at=sitting.closes_at, now=now)
    if own.verdict.running is not None:
        # The next paper may hold the same items: no keys beside it.
        shown = Shown(responses=False, keys=False)
    return render_template(
        "quizzes/result.html",
        own=own,
        next_at=next_attempt_at(queries.window_of(sitting), own.attempts),
        **_sheet(attempt, shown),
    )


@blueprint.get("/sittings/<int:sitting_id>/attempts/<int:attempt_id>")
@requires(TRAINER | HR)
def show_attempt(sitting_id: int, attempt_id: int) -> ResponseReturnValue:
    """Show one candidate's answer sheet with keys, to staff, once the attempt has ended."""
    attempt = queries.get_attempt(attempt_id)
    if attempt.sitting_id != sitting_id:
        raise NotFound("attempt", id=attempt_id)
    if attempt.state == AttemptState.OPEN:
        return redirect(url_for("quizzes.show_sitting", sitting_id=sitting_id), 302)
    return render_template(
        "quizzes/show_attempt.html", mine=False, **_sheet(attempt, Shown(responses=True, keys=True))
    )


def _sheet(attempt: Attempt, shown: Shown) -> dict[str, object]:
    """Return what both pages show of an ended attempt, from the attempt alone."""
    outcome: Mapping[str, Any] = attempt.outcome or {}
    answers = {
        position: item["answer"]
        for position, item in enumerate(outcome["items"], start=1)
        if item["answer"] is not None
    }
    paper = paper_from_json(attempt.paper)
    items: tuple[ReviewedItem, ...] = review(
        paper, results_from_json(paper, outcome["items"]), answers, shown
    )
    return {
        "attempt": attempt,
        "sitting": attempt.sitting,
        "quiz": attempt.sitting.quiz,
        "percent": Decimal(outcome["percent"]),
        "outcome": outcome,
        "items": items,
        "shown": shown,
        "study": outcome["study"],
        "lessons": queries.list_lesson_titles([one["lesson_key"] for one in outcome["study"]]),
    }
