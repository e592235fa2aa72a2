"""The board of a sitting: who has not started, who is in, who is through."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, func, select

from lms.curriculum.domain.path import GateKind
from lms.curriculum.queries import list_progressions
from lms.db import BigId, db
from lms.errors import NotFound
from lms.people.models import Person
from lms.quizzes.domain.attempts import AttemptState
from lms.quizzes.domain.board import BoardRow, BoardState
from lms.quizzes.domain.events import EventKind
from lms.quizzes.domain.specification import items_total, sections_from_json
from lms.quizzes.models import ATTEMPT, RESPONSE, SITTING, Attempt, AttemptEvent, Sitting
from lms.quizzes.queries.candidates import list_candidates
from lms.units import as_percent

__all__ = [
    "BoardRow",
    "BoardState",
    "Happening",
    "Moving",
    "count_board",
    "count_running",
    "get_moving",
    "list_board",
    "list_happenings",
]

_attempt, _response, _sitting = ATTEMPT.c, RESPONSE.c, SITTING.c
_SITTING_ID = bindparam("sitting_id", type_=BigId)
_OURS = select(_attempt.id).where(_attempt.sitting_id == _SITTING_ID)

_saved = (
    select(
        _response.attempt_id,
        func.max(_response.saved_at).label("saved_at"),
        # Without the answers that were taken back.
        func.count().filter(_response.answer != {}, _response.answer != {"chosen": []}).label("n"),
    )
    .where(_response.attempt_id.in_(_OURS))
    .group_by(_response.attempt_id)
    .subquery("saved")
)


def _times(kind: EventKind) -> ColumnElement[int]:
    return func.count().filter(AttemptEvent.kind == kind.value)


def _last(*kinds: EventKind) -> ColumnElement[dt.datetime]:
    return func.max(AttemptEvent.at).filter(AttemptEvent.kind.in_([one.value for one in kinds]))


_noted = (
    select(
        AttemptEvent.attempt_id,
        _times(EventKind.LEFT_PAGE).label("left_page"),
        _last(EventKind.LEFT_PAGE).label("left_at"),
        _last(EventKind.CAME_BACK).label("back_at"),
        _times(EventKind.NEW_DEVICE).label("new_devices"),
        _times(EventKind.PASTED).label("pasted"),
        _last(EventKind.RESUMED, EventKind.REOPENED).label("resumed_at"),
    )
    .where(AttemptEvent.attempt_id.in_(_OURS))
    .group_by(AttemptEvent.attempt_id)
    .subquery("noted")
)

# All that moves on a board while candidates are in, in one statement: the sitting, its attempts, what each has saved
# and what was noted of it. Built once: a board asks every few seconds.
_MOVING = (
    select(
        _sitting.opens_at,
        _sitting.closes_at,
        _sitting.cancelled_at,
        _sitting.paused_at.label("sitting_paused_at"),
        _attempt.id,
        _attempt.person_id,
        _attempt.number,
        _attempt.state,
        _attempt.started_at,
        _attempt.deadline_at,
        _attempt.submitted_at,
        _attempt.paused_at,
        _attempt.awaits_marking,
        _attempt.reopened,
        _attempt.points,
        _attempt.max_points,
        _attempt.passed,
        Person.name,
        Person.employee_no,
        _saved.c.saved_at,
        _saved.c.n.label("answered"),
        *(_noted.c[name] for name in ("left_page", "left_at", "back_at", "new_devices")),
        _noted.c.pasted,
        _noted.c.resumed_at,
    )
    .select_from(SITTING)
    .outerjoin(ATTEMPT, _attempt.sitting_id == _sitting.id)
    .outerjoin(Person, Person.id == _attempt.person_id)
    .outerjoin(_saved, _saved.c.attempt_id == _attempt.id)
    .outerjoin(_noted, _noted.c.attempt_id == _attempt.id)
    .where(_sitting.id == _SITTING_ID)
    .order_by(_attempt.number)
)


@dataclass(frozen=True, slots=True)
class Moving:
    """What changes on a board while candidates are in.

    Attributes:
        opens_at: When the sitting opens.
        closes_at: When it closes.
        paused_at: Since when it stands still for everybody.
        is_cancelled: Whether it was called off.
        rows: A row for each person who has begun, by the newest attempt or the one passed.
    """

    opens_at: dt.datetime
    closes_at: dt.datetime
    paused_at: dt.datetime | None
    is_cancelled: bool
    rows: tuple[BoardRow, ...]


def get_moving(sitting_id: int, items: int = 0) -> Moving:
    """Return what changes on a board, in one statement whatever the number of candidates.

    Args:
        sitting_id: The sitting.
        items: How many items its papers have.

    Raises:
        NotFound: There is none.
    """
    found = db.session.execute(_MOVING, {"sitting_id": sitting_id}).all()
    if not found:
        raise NotFound("sitting", id=sitting_id)
    rows: dict[int, BoardRow] = {}
    for one in found:
        if one.id is None:
            continue
        before = rows.get(one.person_id)
        if before is None or before.state is not BoardState.PASSED:
            rows[one.person_id] = _as_row(one, items)
    first = found[0]
    return Moving(
        opens_at=first.opens_at,
        closes_at=first.closes_at,
        paused_at=first.sitting_paused_at,
        is_cancelled=first.cancelled_at is not None,
        rows=tuple(rows.values()),
    )


def _as_row(one: Row[*tuple[Any, ...]], items: int) -> BoardRow:
    signs_of_life = (one.started_at, one.saved_at, one.resumed_at)
    return BoardRow(
        person_id=one.person_id,
        name=one.name,
        employee_no=one.employee_no or "",
        state=_state(one),
        attempt_id=one.id,
        attempts=one.number,
        answered=one.answered or 0,
        items=items,
        started_at=one.started_at,
        deadline_at=one.deadline_at,
        paused_at=one.paused_at,
        last_saved_at=one.saved_at,
        heard_at=max(at for at in signs_of_life if at is not None),
        ended_at=one.submitted_at,
        was_expired=one.state == AttemptState.EXPIRED.value,
        is_abandoned=one.state == AttemptState.ABANDONED.value,
        reopened=one.reopened,
        percent=None if one.points is None else as_percent(one.points, one.max_points),
        points=one.points,
        max_points=one.max_points,
        left_page=one.left_page or 0,
        is_away=_is_away(one),
        new_devices=one.new_devices or 0,
        pasted=one.pasted or 0,
    )


def _is_away(one: Row[*tuple[Any, ...]]) -> bool:
    """Say whether the page is left now: an answer or a return since then says that it is not."""
    if one.left_at is None:
        return False
    since = [at for at in (one.back_at, one.saved_at) if at is not None]
    return all(at < one.left_at for at in since)


def _state(one: Row[*tuple[Any, ...]]) -> BoardState:
    if one.state == AttemptState.OPEN.value:
        return BoardState.RUNNING if one.paused_at is None else BoardState.PAUSED
    if one.awaits_marking:
        return BoardState.MARKING
    return BoardState.PASSED if one.passed else BoardState.FAILED


def list_board(sitting: Sitting) -> list[BoardRow]:
    """Return every candidate of the sitting by name, in a fixed number of statements.

    Somebody who began and then left the cohort stays on the board.
    """
    board = {row.person_id: row for row in _list_not_begun(sitting)}
    moving = get_moving(sitting.id, items_total(sections_from_json(sitting.sections)))
    board.update((row.person_id, row) for row in moving.rows)
    return sorted(board.values(), key=lambda row: (row.name, row.person_id))


def count_board(board: Sequence[BoardRow]) -> dict[BoardState, int]:
    """Return how many candidates stand where; every state is there."""
    counted = Counter(row.state for row in board)
    return {state: counted[state] for state in BoardState}


def _list_not_begun(sitting: Sitting) -> Iterator[BoardRow]:
    """Yield a row for each candidate, as if none had begun."""
    candidates = list_candidates(sitting)
    progressions = list_progressions([one.id for one in candidates])
    kind = GateKind(sitting.quiz.kind)
    for one in candidates:
        waits_for = progressions[one.id].missing_before(kind, sitting.quiz.gate_key)
        yield BoardRow(
            person_id=one.person_id,
            name=one.person.name,
            employee_no=one.person.employee_no or "",
            state=BoardState.LOCKED if waits_for else BoardState.ABSENT,
            waits_for=waits_for,
        )


def count_running(sitting_id: int) -> int:
    """Return how many attempts of a sitting are open, paused ones too."""
    query = select(func.count()).where(
        Attempt.sitting_id == sitting_id, Attempt.state == AttemptState.OPEN.value
    )
    return db.session.scalar(query) or 0


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to an attempt, as staff reads it.

    Attributes:
        at: When.
        kind: What.
        number: Of which attempt: 1, 2, …
        actor: Name of who did it; empty for the candidate's browser and the worker.
        facts: What else is known.
    """

    at: dt.datetime
    kind: EventKind
    number: int
    actor: str
    facts: dict[str, Any]


def list_happenings(sitting_id: int, person_id: int) -> list[Happening]:
    """Return what happened to the attempts of one person in a sitting, newest first."""
    rows = db.session.execute(
        select(AttemptEvent, Attempt.number, Person.name)
        .join(Attempt, Attempt.id == AttemptEvent.attempt_id)
        .outerjoin(Person, Person.id == AttemptEvent.actor_id)
        .where(Attempt.sitting_id == sitting_id, Attempt.person_id == person_id)
        .order_by(AttemptEvent.at.desc(), AttemptEvent.id.desc())
    )
    return [
        Happening(event.at, EventKind(event.kind), number, name or "", dict(event.facts))
        for event, number, name in rows
    ]
