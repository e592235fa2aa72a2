"""Reading what happened to attempts besides answering, and what in their answers is worth a look."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, true

from lms.db import db
from lms.people.models import Person
from lms.quizzes.domain.attempts import AttemptState
from lms.quizzes.domain.events import EventKind
from lms.quizzes.domain.records import TIMES_AT_LEAST, AnswerRow
from lms.quizzes.models import ITEM_RESULT, Attempt, AttemptEvent

_result = ITEM_RESULT.c


def list_events(attempt_id: int) -> Sequence[AttemptEvent]:
    """Return what happened to an attempt, oldest first."""
    return db.session.scalars(
        select(AttemptEvent)
        .where(AttemptEvent.attempt_id == attempt_id)
        .order_by(AttemptEvent.at, AttemptEvent.id)
    ).all()


@dataclass(frozen=True, slots=True)
class NotedAttempt:
    """What was recorded of one attempt.

    Attributes:
        attempt_id: The attempt.
        name: Whose it is.
        employee_no: Empty when there is none.
        number: Which attempt of the person.
        has_ended: Whether it has.
        left: How often the page was left.
        away_seconds: For how long in all, as far as the browser came back to say so.
        devices: How often answers came from a new device.
        pasted: How often text was pasted.
    """

    attempt_id: int
    name: str
    employee_no: str
    number: int
    has_ended: bool
    left: int = 0
    away_seconds: int = 0
    devices: int = 0
    pasted: int = 0

    @property
    def is_noted(self) -> bool:
        """Whether anything was recorded."""
        return bool(self.left or self.devices or self.pasted)


def list_noted(sitting_id: int) -> list[NotedAttempt]:
    """Return every attempt of a sitting with what was recorded of it, by name, in two statements."""
    attempts = db.session.execute(
        select(Attempt.id, Attempt.number, Attempt.state, Person.name, Person.employee_no)
        .join(Person, Person.id == Attempt.person_id)
        .where(Attempt.sitting_id == sitting_id)
        .order_by(Person.name, Attempt.person_id, Attempt.number)
    ).all()
    counted: dict[tuple[int, str], int] = {}
    away: dict[int, int] = {}
    events = db.session.execute(
        select(AttemptEvent.attempt_id, AttemptEvent.kind, AttemptEvent.facts)
        .join(Attempt, Attempt.id == AttemptEvent.attempt_id)
        .where(Attempt.sitting_id == sitting_id)
    )
    for attempt_id, kind, facts in events:
        counted[attempt_id, kind] = counted.get((attempt_id, kind), 0) + 1
        if kind == EventKind.CAME_BACK:
            away[attempt_id] = away.get(attempt_id, 0) + int(facts.get("seconds", 0))
    return [
        NotedAttempt(
            attempt_id=one.id,
            name=one.name,
            employee_no=one.employee_no or "",
            number=one.number,
            has_ended=one.state != AttemptState.OPEN,
            left=counted.get((one.id, EventKind.LEFT_PAGE), 0),
            away_seconds=away.get(one.id, 0),
            devices=counted.get((one.id, EventKind.NEW_DEVICE), 0),
            pasted=counted.get((one.id, EventKind.PASTED), 0),
        )
        for one in attempts
    ]


def list_answer_rows(sitting_id: int) -> list[AnswerRow]:
    """Return every marked place of the ended attempts of a sitting."""
    rows = db.session.execute(
        select(
            _result.attempt_id,
            Attempt.person_id,
            _result.position,
            _result.item_version_id,
            _result.is_right,
            _result.chosen,
            _result.seconds,
        )
        .join(Attempt, Attempt.id == _result.attempt_id)
        .where(Attempt.sitting_id == sitting_id)
        .order_by(_result.attempt_id, _result.position)
    )
    return [AnswerRow(*row) for row in rows]


def find_usual_seconds(version_ids: Collection[int]) -> dict[int, int]:
    """Return the median seconds of first attempts by version, for those with enough times, in one statement."""
    ranked = (
        select(
            _result.item_version_id.label("version_id"),
            _result.seconds.label("seconds"),
            func.row_number()
            .over(partition_by=_result.item_version_id, order_by=_result.seconds)
            .label("place"),
            func.count().over(partition_by=_result.item_version_id).label("n"),
        )
        .where(
            _result.item_version_id.in_(version_ids),
            _result.is_first == true(),
            _result.seconds.is_not(None),
        )
        .subquery()
    )
    rows = db.session.execute(
        select(ranked.c.version_id, ranked.c.seconds).where(
            ranked.c.n >= TIMES_AT_LEAST, ranked.c.place == (ranked.c.n + 1) // 2
        )
    )
    return {version_id: seconds for version_id, seconds in rows}  # noqa: C416 - rows are no pairs to a type checker
