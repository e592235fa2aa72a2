"""Pages after an attempt: the result for its owner, the answer sheet for staff."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.errors import NotFound
from lms.people.access import HR, LEARNER, TRAINER, current_person, requires
from lms.quizzes import queries
from lms.quizzes.domain.attempts import AttemptState, next_attempt_at
from lms.quizzes.domain.grading import results_from_json
from lms.quizzes.domain.paper import Paper, paper_from_json
from lms.quizzes.domain.presentation import ReviewedItem, review
from lms.quizzes.domain.rekeying import corrected_paper
from lms.quizzes.domain.review import Shown
from lms.quizzes.models import Attempt
from lms.quizzes.queries.corrections import corrections_of, list_in_force
from lms.quizzes.views.frame import blueprint
from lms.quizzes.views.rekey_words import correction_words
from lms.web.access import request_now


@blueprint.get("/attempts/<int:attempt_id>/result")
@requires(LEARNER)
def result(attempt_id: int) -> ResponseReturnValue:
    """Show the own result, as far as the review rule allows."""
    now = request_now()
    seen = queries.get_own_review(attempt_id, current_person().id, now)
    attempt, own = seen.attempt, seen.own
    if attempt.state == AttemptState.OPEN:
        if now < attempt.deadline_at:
            return redirect(url_for("quizzes.paper", attempt_id=attempt_id), 302)
        return render_template("quizzes/closing.html", attempt=attempt, quiz=attempt.sitting.quiz)
    return render_template(
        "quizzes/result.html",
        own=own,
        next_at=next_attempt_at(queries.window_of(attempt.sitting), own.attempts),
        objections=queries.list_objections_of_attempt(attempt.id),
        **_sheet(attempt, seen.shown),
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


def reviewed_items(attempt: Attempt, shown: Shown) -> tuple[ReviewedItem, ...]:
    """Return the places of an ended attempt as far as ``shown`` allows; none when it shows no responses."""
    outcome: Mapping[str, Any] = attempt.outcome or {}
    answers = {
        position: item["answer"]
        for position, item in enumerate(outcome["items"], start=1)
        if item["answer"] is not None
    }
    paper = paper_from_json(attempt.paper)
    results = results_from_json(paper, outcome["items"])
    return review(_with_keys(paper), results, answers, shown)


def _with_keys(paper: Paper) -> Paper:
    """Return a paper with the keys that count now: a corrected item is not shown with the key that was wrong."""
    in_force = list_in_force([placed.item_version_id for placed in paper])
    return corrected_paper(paper, corrections_of(in_force))


@dataclass(frozen=True, slots=True)
class CorrectionNote:
    """What a result says of a correction: since when, of what kind, in which words (none while keys are hidden)."""

    at: dt.datetime
    kind: str
    words: str


def _notes(attempt: Attempt, shown: Shown) -> dict[int, list[CorrectionNote]]:
    """Return the corrections in force by position, oldest first."""
    paper = paper_from_json(attempt.paper)
    in_force = list_in_force([placed.item_version_id for placed in paper])
    return {
        position: [
            CorrectionNote(
                one.applied_at,
                one.correction.kind.value,
                correction_words(placed.item, one.correction, with_texts=True)
                if shown.keys and one.correction.key
                else "",
            )
            for one in in_force[placed.item_version_id]
        ]
        for position, placed in enumerate(paper, start=1)
        if placed.item_version_id in in_force
    }


def _sheet(attempt: Attempt, shown: Shown) -> dict[str, object]:
    """Return what both pages show of an ended attempt, from the attempt alone."""
    outcome: Mapping[str, Any] = attempt.outcome or {}
    return {
        "attempt": attempt,
        "sitting": attempt.sitting,
        "quiz": attempt.sitting.quiz,
        "percent": Decimal(outcome["percent"]),
        "outcome": outcome,
        "items": reviewed_items(attempt, shown),
        "corrections": _notes(attempt, shown),
        "shown": shown,
        "study": outcome["study"],
        "lessons": queries.list_lesson_titles([one["lesson_key"] for one in outcome["study"]]),
    }
