"""Starting attempts: may this person start, and with which paper."""

import datetime as dt
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Executable, Insert, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from lms.db import db, reading
from lms.errors import InvalidState, NotAllowed
from lms.people.recent import note_checked
from lms.questions.services import mark_presented
from lms.quizzes.domain.attempts import AttemptState, StartReason, deadline_of
from lms.quizzes.domain.history import History
from lms.quizzes.domain.paper import SEED_BITS, draw_paper, paper_as_json
from lms.quizzes.domain.rules import rules_from_json
from lms.quizzes.domain.specification import banks_of, points_total, sections_from_json
from lms.quizzes.models import ATTEMPT, SITTING, Attempt
from lms.quizzes.queries import (
    OwnSitting,
    get_own_sitting,
    get_stock,
    lock_open_attempt,
    timing_of,
)
from lms.quizzes.queries.answering import SIGNED_IN
from lms.quizzes.services.ending import end_attempt


def start_attempt(
    sitting_id: int,
    *,
    person_id: int,
    now: dt.datetime,
    seed: int | None = None,
    admit: Callable[[OwnSitting], None] | None = None,
    session_key: str = "",
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
        session_key: What the browser's session knows the person by, when that was not looked up just now: nothing
            starts where it does not any more.

    Returns:
        The attempt's id.

    Raises:
        NotFound: No such sitting for this person.
        NotAllowed: ``session_ended``.
        InvalidState: ``may_not_start`` with the ``reason`` (a ``StartReason``) and ``at``.
        InvalidState: ``pool_too_small``: a bank shrank since the sitting was scheduled.
    """
    drawn: _Drawn | int | None = None
    with reading() as is_apart:
        if is_apart:
            # Looking and drawing take far longer than the one insert: a thousand do it beside each other.
            own = get_own_sitting(sitting_id, person_id, now)
            if not _is_overdue(own, now):
                drawn = _draw(own, person_id, now, seed, admit)
    if isinstance(drawn, _Drawn):
        drawn = _store(drawn, now, session_key) or _find_attempt_id(drawn)
    if drawn is None:
        drawn = _draw(_after_overdue(sitting_id, person_id, now), person_id, now, seed, admit)
    if isinstance(drawn, _Drawn):
        # On PostgreSQL the other click of two at once was faster, and let us wait for it.
        drawn = _store(drawn, now, session_key) or _find_attempt_id(drawn)
    if drawn is None:
        raise NotAllowed("session_ended")
    return drawn


@dataclass(frozen=True, slots=True)
class _Drawn:
    """An attempt that may start.

    Attributes:
        row: As it is to be stored.
        unseen: Versions on it that nobody has seen yet.
        stands: The sitting's columns that it rests on.
    """

    row: dict[str, object]
    unseen: frozenset[int]
    stands: Mapping[str, object]


def _draw(
    own: OwnSitting,
    person_id: int,
    now: dt.datetime,
    seed: int | None,
    admit: Callable[[OwnSitting], None] | None,
) -> _Drawn | int:
    """Return what is to be stored, or the id of the attempt that runs."""
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
    row = {
        "sitting_id": own.sitting.id,
        "enrolment_id": own.enrolment_id,
        "person_id": person_id,
        "number": len(own.attempts) + 1,
        "seed": seed,
        "started_at": now,
        "deadline_at": deadline_of(own.window, now),
        "state": AttemptState.OPEN.value,
        "max_points": points_total(sections),
        "paper": paper_as_json(paper),
    }
    unseen = stock.unseen.intersection(item.item_version_id for item in paper)
    return _Drawn(row, unseen, {name: getattr(own.sitting, name) for name in _STANDS})


def _store(drawn: _Drawn, now: dt.datetime, session_key: str) -> int | None:
    """Store an attempt; None where one with its number is there, or what it rests on was changed meanwhile."""
    connection = db.session.connection()
    stands = {f"was_{name}": value for name, value in drawn.stands.items()}
    attempt_id: int | None = connection.execute(
        _INSERTS[connection.dialect.name], {**drawn.row, **stands, "session_key": session_key}
    ).scalar()
    if attempt_id is None:
        return None
    if session_key:
        note_checked(session_key)
    if drawn.unseen:
        mark_presented(drawn.unseen, now)
    return attempt_id


def _is_overdue(own: OwnSitting, now: dt.datetime) -> bool:
    running = own.verdict.running
    return running is not None and now >= running.deadline_at


def _after_overdue(sitting_id: int, person_id: int, now: dt.datetime) -> OwnSitting:
    """Return the candidate's sitting, after closing an attempt that the worker has not come to yet."""
    own = get_own_sitting(sitting_id, person_id, now, lock=True)
    running = own.verdict.running
    if running is None or not _is_overdue(own, now):
        return own
    attempt = lock_open_attempt(running.attempt_id, person_id)
    if attempt is not None:
        if not timing_of(attempt).is_due(now):
            return own  # paused, or within its grace
        end_attempt(attempt, now)
    return get_own_sitting(sitting_id, person_id, now)


#: What the board changes of a sitting that people start in.
_STANDS = ("opens_at", "closes_at", "minutes", "paused_at", "cancelled_at")


def _insert(dialect: Any) -> Executable:  # noqa: ANN401 - the module of one
    columns = [
        ATTEMPT.c[name]
        for name in (
            "sitting_id", "enrolment_id", "person_id", "number", "seed", "started_at", "deadline_at", "state",
            "max_points", "paper",
        )
    ]  # fmt: skip
    values = [bindparam(column.name, type_=column.type) for column in columns]
    stands = [
        SITTING.c[name].is_not_distinct_from(bindparam(f"was_{name}", type_=SITTING.c[name].type))
        for name in _STANDS
    ]
    source = select(*values).where(
        SITTING.c.id == bindparam("sitting_id", type_=SITTING.c.id.type), SIGNED_IN, *stands
    )
    insert: Insert = dialect.insert(ATTEMPT).from_select([one.name for one in columns], source)
    return insert.on_conflict_do_nothing().returning(ATTEMPT.c.id)  # type: ignore[attr-defined, no-any-return]


_INSERTS = {"sqlite": _insert(sqlite), "postgresql": _insert(postgresql)}


def _find_attempt_id(drawn: _Drawn) -> int | None:
    return db.session.scalars(
        select(Attempt.id).where(
            Attempt.sitting_id == drawn.row["sitting_id"],
            Attempt.person_id == drawn.row["person_id"],
            Attempt.number == drawn.row["number"],
        )
    ).one_or_none()
