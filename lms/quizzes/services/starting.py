"""Starting attempts: may this person start, and with which paper."""

import datetime as dt
import secrets
from collections.abc import Callable

from sqlalchemy import Insert, select
from sqlalchemy.dialects import postgresql, sqlite

from lms.db import db
from lms.errors import InvalidState
from lms.questions.services import mark_presented
from lms.quizzes.domain.attempts import AttemptState, StartReason, deadline_of
from lms.quizzes.domain.history import History
from lms.quizzes.domain.paper import SEED_BITS, draw_paper, paper_as_json
from lms.quizzes.domain.rules import rules_from_json
from lms.quizzes.domain.specification import banks_of, points_total, sections_from_json
from lms.quizzes.models import ATTEMPT, Attempt
from lms.quizzes.queries import (
    OwnSitting,
    get_own_sitting,
    get_stock,
    lock_open_attempt,
    timing_of,
)
from lms.quizzes.services.ending import end_attempt


def start_attempt(
    sitting_id: int,
    *,
    person_id: int,
    now: dt.datetime,
    seed: int | None = None,
    admit: Callable[[OwnSitting], None] | None = None,
) -> int:
    """Start an attempt, or return the one that runs: a double click starts one.

    The paper is drawn and stored with the attempt in one insert. No audit event is written: the row itself
    says who began what when, with the seed and every word of the paper. What the person had at this quiz before,
    in this sitting or another, is drawn last; with ``retake_on_missed``, points missed come first.

    Args:
        sitting_id: The sitting.
        person_id: The candidate.
        now: The instant of the request; the window is judged by it, no job opens a sitting.
        seed: For tests; a random one otherwise.
        admit: Asked before anything starts or goes on; refuses by raising (``services.admission``).

    Returns:
        The attempt's id.

    Raises:
        NotFound: No such sitting for this person.
        InvalidState: ``may_not_start`` with the ``reason`` (a ``StartReason``) and ``at``.
        InvalidState: ``pool_too_small``: a bank shrank since the sitting was scheduled.
    """
    own = _after_overdue(sitting_id, person_id, now)
    if admit is not None:
        admit(own)
    if own.verdict.running is not None:
        return own.verdict.running.attempt_id
    if own.verdict.reason is not StartReason.FREE:
        raise InvalidState("may_not_start", reason=own.verdict.reason.value, at=own.verdict.at)
    sections = sections_from_json(own.sitting.sections)
    quiz_id = own.sitting.quiz_id
    stock = get_stock(banks_of(sections), quiz_id=quiz_id, person_id=person_id)
    rules = rules_from_json(own.sitting.rules)
    history = History(stock.past, prefers_missed=rules.retake_on_missed)
    seed = secrets.randbits(SEED_BITS) if seed is None else seed
    paper = draw_paper(sections, stock.pools, seed, history)
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
                "deadline_at": deadline_of(own.window, now),
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
    fresh = stock.unseen.intersection(item.item_version_id for item in paper)
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
        if not timing_of(attempt).is_due(now):
            return own  # paused, or within its grace
        end_attempt(attempt, now)
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
