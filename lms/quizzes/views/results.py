"""Pages after an attempt: the result for its owner, the answer sheet for staff."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lms.errors import NotFound
from lms.people.access import HR, LEARNER, TRAINER, current_person, requires
from lms.quizzes import queries
from lms.quizzes.domain.attempts import AttemptState, next_attempt_at
from lms.quizzes.domain.grading import results_from_json
from lms.quizzes.domain.paper import Paper, paper_from_json
from lms.quizzes.domain.presentation import ReviewedItem, review
from lms.quizzes.domain.rekeying import corrected_paper
from lms.quizzes.domain.review import EVERYTHING_SHOWN, Part, Shown
from lms.quizzes.forms.review import part_words
from lms.quizzes.models import Attempt
from lms.quizzes.queries.corrections import corrections_of, list_in_force
from lms.quizzes.queries.marks import list_given
from lms.quizzes.views.event_words import event_lines
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
        if not queries.timing_of(attempt).is_time_up(now):
            return redirect(url_for("quizzes.paper", attempt_id=attempt_id), 302)
        return render_template("quizzes/closing.html", attempt=attempt, quiz=attempt.sitting.quiz)
    shown = seen.shown
    return render_template(
        "quizzes/result.html",
        own=own,
        next_at=next_attempt_at(own.window, own.attempts),
        objections=queries.list_objections_of_attempt(attempt.id),
        comparison=queries.get_comparison(attempt) if shown.comparison else None,
        later=_later(shown),
        events=event_lines(queries.list_events(attempt.id)),
        **_sheet(attempt, shown),
    )


def _later(shown: Shown) -> list[tuple[str, str, dt.datetime | None]]:
    """Return what is not shown now but will be, and until when the rest is: names of parts, which of these, when."""
    names = part_words()
    told: dict[tuple[str, dt.datetime | None], list[str]] = {}
    for part, at in shown.opens_at.items():
        told.setdefault(("opens", at), []).append(names[part])
    for part in Part:
        if part in shown.waits_for_release and part not in shown.opens_at:
            told.setdefault(("waits", None), []).append(names[part])
    for part, at in shown.ends_at.items():
        told.setdefault(("ends", at), []).append(names[part])
    return [(gettext("、").join(parts), kind, at) for (kind, at), parts in told.items()]


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
        "quizzes/show_attempt.html",
        mine=False,
        may_regrade=TRAINER.allows(current_person()) and attempt.person_id != current_person().id,
        events=event_lines(queries.list_events(attempt.id)),
        **_sheet(attempt, EVERYTHING_SHOWN),
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
        "percent": None if outcome["percent"] is None else Decimal(outcome["percent"]),
        "outcome": outcome,
        "items": reviewed_items(attempt, shown),
        "corrections": _notes(attempt, shown),
        "given": list_given(attempt.id) if shown.explanations else {},
        "shown": shown,
        "is_awaited": attempt.awaits_marking,
        "study": outcome["study"],
        "lessons": queries.list_lesson_titles([one["lesson_key"] for one in outcome["study"]]),
    }
