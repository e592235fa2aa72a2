"""Ending attempts: submitted or closed, marked, entered in the ledger."""

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from lms.curriculum.services import pass_gate
from lms.db import db
from lms.errors import InvalidState, NotFound
from lms.notifications.services import post
from lms.people.models import Person
from lms.quizzes.domain.attempts import AttemptState
from lms.quizzes.domain.events import EventKind
from lms.quizzes.domain.grading import (
    Grade,
    ItemResult,
    awaiting_as_json,
    grade,
    grade_as_json,
    mark_paper,
)
from lms.quizzes.domain.marking import waiting_positions
from lms.quizzes.domain.rekeying import remark
from lms.quizzes.domain.rules import rules_from_json
from lms.quizzes.domain.timing import ending_of
from lms.quizzes.models import Attempt
from lms.quizzes.queries import Marking, get_marking, lock_open_attempt, timing_of
from lms.quizzes.services.essay_places import await_marking
from lms.quizzes.services.events import note_event
from lms.quizzes.services.item_results import store_item_results
from lms.quizzes.services.ledger import enter_in_ledger
from lms.quizzes.services.papers import read_items
from lms.units import Points


def submit_attempt(
    attempt_id: int, *, person_id: int, now: dt.datetime, is_before_end: bool = False
) -> bool:
    """End the person's own attempt and mark it; True if this call ended it, False if it had ended before.

    Two submissions are one: only the one that finds the attempt open marks it. A submission at or after the
    deadline counts as the deadline's end, with the answers saved until then; unless it was made before, on a device
    without a line, and arrives within the grace of the sitting.

    Args:
        attempt_id: The attempt.
        person_id: Whose it must be.
        now: The instant of the request.
        is_before_end: Whether the candidate submitted before the deadline, by the page's clock.

    Raises:
        NotFound: There is none, or it is somebody else's.
        InvalidState: ``attempt_paused``.
    """
    attempt = lock_open_attempt(attempt_id, person_id)
    if attempt is None:
        known = select(Attempt.id).where(Attempt.id == attempt_id, Attempt.person_id == person_id)
        if db.session.scalar(known) is None:
            raise NotFound("attempt", id=attempt_id)
        return False
    if attempt.paused_at is not None:
        raise InvalidState("attempt_paused", state=attempt.state, paused=True)
    end_attempt(attempt, now, is_before_end=is_before_end)
    return True


def close_attempt(attempt_id: int, *, now: dt.datetime) -> bool:
    """Close an attempt whose deadline and grace have passed with what was saved, and tell the candidate.

    Returns:
        False when it is not overdue, paused, ended already, or another worker is closing it.
    """
    attempt = lock_open_attempt(attempt_id, None)
    if attempt is None or not timing_of(attempt).is_due(now):
        return False
    end_attempt(attempt, now)
    return True


def end_attempt(attempt: Attempt, now: dt.datetime, *, is_before_end: bool = False) -> None:
    """Mark a locked open attempt and write what follows from it, all in the caller's transaction.

    An attempt with answers that only people can mark has no result yet: ``services.marking`` goes on from there. One
    that was abandoned has none at all.

    Args:
        attempt: Locked, with its sitting.
        now: The instant.
        is_before_end: Whether the candidate submitted before the deadline, on a device without a line.
    """
    marking = get_marking(attempt.id)
    ending = ending_of(
        timing_of(attempt),
        now,
        rule=rules_from_json(attempt.sitting.rules).timeout,
        is_before_end=is_before_end,
        last_saved_at=max(marking.saved_at.values(), default=None),
    )
    attempt.state = ending.state.value
    attempt.submitted_at = ending.at
    if ending.late_seconds:
        note_event(
            attempt.id,
            EventKind.SUBMITTED_LATE,
            actor_id=None,
            now=now,
            seconds=ending.late_seconds,
        )
    results = mark_with(marking)
    if ending.state is AttemptState.ABANDONED:
        attempt.passed = False
        attempt.outcome = awaiting_as_json(results, marking.answers)
        db.session.flush()
        tell_abandoned(attempt, now)
        return
    is_told = ending.state is AttemptState.EXPIRED
    if waiting_positions(results):
        await_marking(attempt, marking, results)
        db.session.flush()
        if is_told:
            tell_awaiting(attempt, now)
        return
    result = enter_result(attempt, marking, results, now)
    if is_told:
        # Who submitted has the result on the screen; who did not should hear of it.
        tell_result(attempt, result, now)


def mark_with(
    marking: Marking, given: Mapping[int, Points] | None = None
) -> tuple[ItemResult, ...]:
    """Return every place of a paper, marked with the corrections in force and with what people have given."""
    marked = mark_paper(marking.paper, marking.answers, given, read_items(marking.paper))
    # A key that was corrected while somebody sat there counts for them as it does for those before them.
    return remark(marking.paper, marked, marking.answers, marking.corrections)


def enter_result(
    attempt: Attempt, marking: Marking, results: Sequence[ItemResult], now: dt.datetime
) -> Grade:
    """Write the result of an ended attempt of which every place is marked: attempt, statistics, ledger, gate."""
    sitting, quiz = attempt.sitting, attempt.sitting.quiz
    result = grade(results, cut_percent=sitting.cut_percent, red_line_all=sitting.red_line_all)
    attempt.awaits_marking = False
    attempt.points = result.points
    attempt.max_points = result.max_points
    attempt.passed = result.passed
    attempt.outcome = grade_as_json(result, results, marking.answers)
    store_item_results(attempt, sitting.cohort_id, marking, results)
    enter_in_ledger(
        attempt,
        points=result.points,
        max_points=result.max_points,
        passed=result.passed,
        now=now,
        sitting_id=sitting.id,
        number=attempt.number,
        red_line_missed=len(result.red_line_missed),
        state=attempt.state,
    )
    if result.passed:
        pass_gate(
            attempt.enrolment_id,
            kind=quiz.kind,
            key=quiz.gate_key,
            percent=result.percent,
            evidence={"table": "attempt", "id": attempt.id},
            now=now,
        )
    db.session.flush()
    return result


def tell_abandoned(attempt: Attempt, now: dt.datetime) -> None:
    """Tell a candidate that an attempt was not submitted in time and does not count, by the sitting's rule."""
    quiz = attempt.sitting.quiz
    post(
        "quizzes.abandoned",
        to=db.session.get_one(Person, attempt.person_id),
        key=_once("abandoned", attempt),
        now=now,
        link=f"/attempts/{attempt.id}/result",
        title=quiz.title,
        title_en=quiz.title_en,
    )


def tell_awaiting(attempt: Attempt, now: dt.datetime) -> None:
    """Tell a candidate whose time ran out that the paper is in and waits to be marked; nothing of a result."""
    quiz = attempt.sitting.quiz
    items = (attempt.outcome or {})["items"]
    post(
        "quizzes.awaits_marking",
        to=db.session.get_one(Person, attempt.person_id),
        key=_once("awaits", attempt),
        now=now,
        link=f"/attempts/{attempt.id}/result",
        title=quiz.title,
        title_en=quiz.title_en,
        answered=(attempt.outcome or {})["answered"],
        total=len(items),
    )


def tell_result(
    attempt: Attempt, result: Grade, now: dt.datetime, *, was_marked: bool = False
) -> None:
    """Tell a candidate the result.

    Args:
        attempt: With its result.
        result: The same.
        now: The instant.
        was_marked: Whether people have just marked it; else the time ran out.
    """
    person = db.session.get_one(Person, attempt.person_id)
    quiz = attempt.sitting.quiz
    post(
        "quizzes.result",
        to=person,
        key=_once("result", attempt),
        now=now,
        link=f"/attempts/{attempt.id}/result",
        title=quiz.title,
        title_en=quiz.title_en,
        points=f"{result.points.normalize():f}",
        max_points=f"{result.max_points.normalize():f}",
        cut_percent=f"{attempt.sitting.cut_percent.normalize():f}",
        passed=result.passed,
        answered=result.answered,
        total=len((attempt.outcome or {})["items"]),
        was_marked=was_marked,
    )


def _once(name: str, attempt: Attempt) -> str:
    """Return the key of a message that is sent once for each end of an attempt."""
    again = f":{attempt.reopened}" if attempt.reopened else ""
    return f"{name}:{attempt.id}{again}"
