"""The board of a sitting: who has not started, who is in, who is through."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import load_only

from lms.curriculum.domain.path import GateKind, WaitsFor
from lms.curriculum.queries import list_progressions
from lms.db import db
from lms.people.models import Person
from lms.quizzes.domain.attempts import AttemptState
from lms.quizzes.models import Attempt, Response, Sitting
from lms.quizzes.queries.sittings import list_candidates
from lms.units import as_percent


class BoardState(StrEnum):
    """Where a candidate stands in a sitting, by the newest attempt or the one passed."""

    LOCKED = "locked"
    """Not begun, and not yet able to: something that comes before is not passed."""
    ABSENT = "absent"
    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One candidate of a sitting.

    Attributes:
        person_id: The candidate.
        name: The candidate's name.
        employee_no: Empty when there is none.
        state: Where the candidate stands.
        attempt_id: The attempt that the row shows; None before the first.
        attempts: How many attempts there are.
        answered: Items answered so far.
        items: Items on the paper; 0 before the first attempt.
        started_at: Start of the attempt shown.
        deadline_at: Its deadline.
        last_saved_at: When its newest answer arrived.
        ended_at: Its end.
        was_expired: Whether the server closed it at the deadline.
        percent: Its result.
        points: Its points.
        max_points: The points available.
        waits_for: For ``LOCKED``: what must be passed first.
    """

    person_id: int
    name: str
    employee_no: str
    state: BoardState
    attempt_id: int | None = None
    attempts: int = 0
    answered: int = 0
    items: int = 0
    started_at: dt.datetime | None = None
    deadline_at: dt.datetime | None = None
    last_saved_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    was_expired: bool = False
    percent: Decimal | None = None
    points: Decimal | None = None
    max_points: Decimal | None = None
    waits_for: tuple[WaitsFor, ...] = ()


def list_board(sitting: Sitting) -> list[BoardRow]:
    """Return every candidate of the sitting by name, in a fixed number of statements.

    Somebody who began and then left the cohort stays on the board.
    """
    board = {row.person_id: row for row in _list_not_begun(sitting)}
    for row in _list_begun(sitting):
        before = board.get(row.person_id)
        if before is None or before.state is not BoardState.PASSED:
            board[row.person_id] = row
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


def _list_begun(sitting: Sitting) -> list[BoardRow]:
    """Return a row for each attempt of the sitting, by its number."""
    saved = _list_saved(sitting)
    items = sum(int(section["draw"]) for section in sitting.sections)
    rows = db.session.execute(
        select(Attempt, Person.name, Person.employee_no)
        .join(Person, Person.id == Attempt.person_id)
        .options(
            load_only(
                Attempt.number,
                Attempt.person_id,
                Attempt.state,
                Attempt.started_at,
                Attempt.deadline_at,
                Attempt.submitted_at,
                Attempt.points,
                Attempt.max_points,
                Attempt.passed,
                raiseload=True,
            )
        )
        .where(Attempt.sitting_id == sitting.id)
        .order_by(Attempt.number)
    )
    return [
        BoardRow(
            person_id=attempt.person_id,
            name=name,
            employee_no=employee_no or "",
            state=_state(attempt),
            attempt_id=attempt.id,
            attempts=attempt.number,
            answered=saved[attempt.id][1] if attempt.id in saved else 0,
            items=items,
            started_at=attempt.started_at,
            deadline_at=attempt.deadline_at,
            last_saved_at=saved[attempt.id][0] if attempt.id in saved else None,
            ended_at=attempt.submitted_at,
            was_expired=attempt.state == AttemptState.EXPIRED.value,
            percent=_percent(attempt),
            points=attempt.points,
            max_points=attempt.max_points,
        )
        for attempt, name, employee_no in rows
    ]


def _list_saved(sitting: Sitting) -> dict[int, tuple[dt.datetime, int]]:
    """Return the newest save and the number of answers of each attempt, without those taken back."""
    rows = db.session.execute(
        select(
            Response.attempt_id,
            func.max(Response.saved_at),
            func.count().filter(Response.answer != {}, Response.answer != {"chosen": []}),
        )
        .join(Attempt, Attempt.id == Response.attempt_id)
        .where(Attempt.sitting_id == sitting.id)
        .group_by(Response.attempt_id)
    )
    return {attempt_id: (saved_at, answered) for attempt_id, saved_at, answered in rows}


def _state(attempt: Attempt) -> BoardState:
    if attempt.state == AttemptState.OPEN.value:
        return BoardState.RUNNING
    return BoardState.PASSED if attempt.passed else BoardState.FAILED


def _percent(attempt: Attempt) -> Decimal | None:
    if attempt.points is None:
        return None
    return as_percent(attempt.points, attempt.max_points)
