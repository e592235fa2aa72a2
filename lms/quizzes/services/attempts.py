"""Starting and ending attempts."""

import datetime as dt
import secrets

from sqlalchemy import Insert, select
from sqlalchemy.dialects import postgresql, sqlite

from lms.curriculum.services import pass_gate
from lms.db import db
from lms.errors import InvalidState, NotFound
from lms.gradebook.services import record_result
from lms.notifications.services import post
from lms.people.models import Person
from lms.questions.services import mark_presented
from lms.quizzes.domain.attempts import AttemptState, StartReason, deadline_of
from lms.quizzes.domain.grading import Grade, grade, grade_as_json, mark_paper
from lms.quizzes.domain.paper import SEED_BITS, draw_paper, paper_as_json
from lms.quizzes.domain.rekeying import remark
from lms.quizzes.domain.specification import banks_of, points_total, sections_from_json
from lms.quizzes.models import ATTEMPT, Attempt
from lms.quizzes.queries import (
    OwnSitting,
    get_marking,
    get_own_sitting,
    list_pools,
    lock_open_attempt,
    window_of,
)
from lms.quizzes.services.item_results import store_item_results


def start_attempt(
    sitting_id: int, *, person_id: int, now: dt.datetime, seed: int | None = None
) -> int:
    """Start an attempt, or return the one that runs: a double click starts one.

    The paper is drawn and stored with the attempt in one insert. No audit event is written: the row itself
    says who began what when, with the seed and every word of the paper.

    Args:
        sitting_id: The sitting.
        person_id: The candidate.
        now: The instant of the request; the window is judged by it, no job opens a sitting.
        seed: For tests; a random one otherwise.

    Returns:
        The attempt's id.

    Raises:
        NotFound: No such sitting for this person.
        InvalidState: ``may_not_start`` with the ``reason`` (a ``StartReason``) and ``at``.
        InvalidState: ``pool_too_small``: a bank shrank since the sitting was scheduled.
    """
    own = _after_overdue(sitting_id, person_id, now)
    if own.verdict.running is not None:
        return own.verdict.running.attempt_id
    if own.verdict.reason is not StartReason.FREE:
        raise InvalidState("may_not_start", reason=own.verdict.reason.value, at=own.verdict.at)
    sections = sections_from_json(own.sitting.sections)
    pools, unseen = list_pools(banks_of(sections))
    seed = secrets.randbits(SEED_BITS) if seed is None else seed
    paper = draw_paper(sections, pools, seed)
    number = len(own.attempts) + 1
    attempt_id = (
        db.session.connection()
        .execute(
            _insert_attempt(),
            {
                "sitting_id": sitting_id,
                "enrolment_id": own.enrolment_id,
                "person_id": person_id,
                "number": number,
                "seed": seed,
                "started_at": now,
                "deadline_at": deadline_of(window_of(own.sitting), now),
                "state": AttemptState.OPEN.value,
                "max_points": points_total(sections),
                "paper": paper_as_json(paper),
            },
        )
        .scalar()
    )
    if attempt_id is None:
        # The other click of two at once was faster; PostgreSQL let us wait for it.
        return _get_attempt_id(sitting_id, person_id, number)
    fresh = unseen.intersection(item.item_version_id for item in paper)
    if fresh:
        mark_presented(fresh, now)
    return int(attempt_id)


def _after_overdue(sitting_id: int, person_id: int, now: dt.datetime) -> OwnSitting:
    """Return the candidate's sitting, after closing an attempt that the worker has not come to yet."""
    own = get_own_sitting(sitting_id, person_id, now, lock=True)
    running = own.verdict.running
    if running is None or now < running.deadline_at:
        return own
    attempt = lock_open_attempt(running.attempt_id, person_id)
    if attempt is not None:
        _end(attempt, now)
    return get_own_sitting(sitting_id, person_id, now)


def _insert_attempt() -> Insert:
    return _INSERTS[db.session.get_bind().dialect.name]


_INSERTS: dict[str, Insert] = {
    "sqlite": sqlite.insert(ATTEMPT).on_conflict_do_nothing().returning(ATTEMPT.c.id),
    "postgresql": postgresql.insert(ATTEMPT).on_conflict_do_nothing().returning(ATTEMPT.c.id),
}


def _get_attempt_id(sitting_id: int, person_id: int, number: int) -> int:
    return db.session.scalars(
        select(Attempt.id).where(
            Attempt.sitting_id == sitting_id,
            Attempt.person_id == person_id,
            Attempt.number == number,
        )
    ).one()


def submit_attempt(attempt_id: int, *, person_id: int, now: dt.datetime) -> bool:
    """End the person's own attempt and mark it; True if this call ended it, False if it had ended before.

    Two submissions are one: only the one that finds the attempt open marks it. A submission at or after the
    deadline counts as the deadline's end, with the answers saved until then.

    Raises:
        NotFound: There is none, or it is somebody else's.
    """
    attempt = lock_open_attempt(attempt_id, person_id)
    if attempt is None:
        known = select(Attempt.id).where(Attempt.id == attempt_id, Attempt.person_id == person_id)
        if db.session.scalar(known) is None:
            raise NotFound("attempt", id=attempt_id)
        return False
    _end(attempt, now)
    return True


def close_attempt(attempt_id: int, *, now: dt.datetime) -> bool:
    """Close an attempt whose deadline has passed with what was saved, and tell the candidate.

    Returns:
        False when it is not overdue, ended already, or another worker is closing it.
    """
    attempt = lock_open_attempt(attempt_id, None)
    if attempt is None or now < attempt.deadline_at:
        return False
    _end(attempt, now)
    return True


def _end(attempt: Attempt, now: dt.datetime) -> None:
    """Mark a locked open attempt and write what follows from it, all in the caller's transaction."""
    sitting, quiz = attempt.sitting, attempt.sitting.quiz
    in_time = now < attempt.deadline_at
    marking = get_marking(attempt.id)
    marked = mark_paper(marking.paper, marking.answers)
    # A key that was corrected while somebody sat there counts for them as it does for those before them.
    results = remark(marking.paper, marked, marking.answers, marking.corrections)
    result = grade(results, cut_percent=sitting.cut_percent, red_line_all=sitting.red_line_all)
    attempt.state = (AttemptState.SUBMITTED if in_time else AttemptState.EXPIRED).value
    # A server clock set back must not end an attempt before it began.
    attempt.submitted_at = max(now, attempt.started_at) if in_time else attempt.deadline_at
    attempt.points = result.points
    attempt.max_points = result.max_points
    attempt.passed = result.passed
    attempt.outcome = grade_as_json(result, results, marking.answers)
    store_item_results(attempt, sitting.cohort_id, marking, results)
    record_result(
        enrolment_id=attempt.enrolment_id,
        kind="quiz",
        key=quiz.key,
        source=f"attempt:{attempt.id}",
        points=result.points,
        max_points=result.max_points,
        cut_percent=sitting.cut_percent,
        passed=result.passed,
        now=now,
        actor_id=None,
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
    if not in_time:
        # Who submitted has the result on the screen; who did not should hear of it.
        _tell(attempt, result, now)


def _tell(attempt: Attempt, result: Grade, now: dt.datetime) -> None:
    person = db.session.get_one(Person, attempt.person_id)
    quiz = attempt.sitting.quiz
    post(
        "quizzes.result",
        to=person,
        key=f"result:{attempt.id}",
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
    )
