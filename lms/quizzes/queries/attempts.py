"""Reading attempts and answers."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import JSON, String, and_, bindparam, false, literal, or_, select, union_all
from sqlalchemy.orm import defer, joinedload

from lms.curriculum.models import Enrolment, Programme, Stage
from lms.db import BigId, db
from lms.errors import NotFound
from lms.quizzes.domain.attempts import AttemptState
from lms.quizzes.domain.paper import Paper, paper_from_json
from lms.quizzes.domain.rekeying import Correction, Corrections
from lms.quizzes.models import (
    ATTEMPT,
    ITEM_REKEY,
    RESPONSE,
    SITTING,
    Attempt,
    Response,
    Sitting,
)

_attempt = ATTEMPT.c
_response = RESPONSE.c
_rekey = ITEM_REKEY.c


@dataclass(frozen=True, slots=True)
class AnsweredItem:
    """What must be known of one position before an answer to it is saved.

    Attributes:
        state: State of the attempt.
        started_at: Its start.
        deadline_at: Its end.
        item: The frozen place of the paper; None when the paper has no such position.
        seq: Number of the answer stored; None when there is none.
        answer: The answer stored.
        saved_at: When it was stored.
    """

    state: AttemptState
    started_at: dt.datetime
    deadline_at: dt.datetime
    item: Mapping[str, object] | None
    seq: int | None
    answer: Mapping[str, object] | None
    saved_at: dt.datetime | None


# The statements of the exam are built once: composing one costs more than running it.
_ITEM_ANSWER = (
    select(
        _attempt.state,
        _attempt.started_at,
        _attempt.deadline_at,
        _attempt.paper[bindparam("place", type_=JSON.JSONIntIndexType())],
        _response.seq,
        _response.answer,
        _response.saved_at,
    )
    .select_from(ATTEMPT)
    .outerjoin(
        RESPONSE,
        (_response.attempt_id == _attempt.id) & (_response.position == bindparam("position")),
    )
    .where(_attempt.id == bindparam("attempt_id"), _attempt.person_id == bindparam("person_id"))
)


def find_item_answer(attempt_id: int, position: int, person_id: int) -> AnsweredItem | None:
    """Return one position of the person's own attempt in one statement; None for another's attempt."""
    row = (
        db.session.connection()
        .execute(
            _ITEM_ANSWER,
            {
                "attempt_id": attempt_id,
                "person_id": person_id,
                "position": position,
                "place": position - 1,
            },
        )
        .first()
    )
    if row is None:
        return None
    state, started_at, deadline_at, item, seq, answer, saved_at = row
    return AnsweredItem(AttemptState(state), started_at, deadline_at, item, seq, answer, saved_at)


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The answer stored at a position: its number, the raw answer, and when it was stored."""

    seq: int
    answer: Mapping[str, object]
    saved_at: dt.datetime


@dataclass(frozen=True, slots=True)
class OwnAttempt:
    """State of an attempt with the answers stored, without the paper."""

    state: AttemptState
    started_at: dt.datetime
    deadline_at: dt.datetime
    answers: Mapping[int, StoredAnswer]


def get_own_state(attempt_id: int, person_id: int) -> OwnAttempt:
    """Return the state of the person's own attempt and every stored answer, in one statement.

    Raises:
        NotFound: There is none, or it is somebody else's.
    """
    rows = db.session.execute(
        select(
            Attempt.state,
            Attempt.started_at,
            Attempt.deadline_at,
            Response.position,
            Response.seq,
            Response.answer,
            Response.saved_at,
        )
        .outerjoin(Response, Response.attempt_id == Attempt.id)
        .where(Attempt.id == attempt_id, Attempt.person_id == person_id)
        .order_by(Response.position)
    ).all()
    if not rows:
        raise NotFound("attempt", id=attempt_id)
    return OwnAttempt(
        state=AttemptState(rows[0].state),
        started_at=rows[0].started_at,
        deadline_at=rows[0].deadline_at,
        answers={
            row.position: StoredAnswer(row.seq, row.answer, row.saved_at)
            for row in rows
            if row.position is not None
        },
    )


def get_attempt(attempt_id: int) -> Attempt:
    """Return any attempt with its sitting, quiz and person, for staff.

    Raises:
        NotFound: There is none.
    """
    attempt = db.session.scalars(
        select(Attempt)
        .where(Attempt.id == attempt_id)
        .options(
            joinedload(Attempt.sitting).joinedload(Sitting.quiz),
            joinedload(Attempt.sitting).joinedload(Sitting.cohort),
            joinedload(Attempt.person),
        )
    ).first()
    if attempt is None:
        raise NotFound("attempt", id=attempt_id)
    return attempt


_OWN = (
    select(Attempt)
    .where(
        Attempt.id == bindparam("attempt_id", type_=BigId),
        Attempt.person_id == bindparam("person_id", type_=BigId),
    )
    .options(joinedload(Attempt.sitting).joinedload(Sitting.quiz))
)


def get_own_attempt(attempt_id: int, person_id: int) -> Attempt:
    """Return the person's own attempt with its sitting and quiz.

    Raises:
        NotFound: There is none, or it is somebody else's: whose it is, is nobody's business.
    """
    ids = {"attempt_id": attempt_id, "person_id": person_id}
    attempt = db.session.scalars(_OWN, ids).first()
    if attempt is None:
        raise NotFound("attempt", id=attempt_id)
    return attempt


_GATES = (
    joinedload(Attempt.enrolment)
    .joinedload(Enrolment.programme)
    .joinedload(Programme.stages)
    .joinedload(Stage.modules)
)
_OPEN = (
    select(Attempt)
    .where(
        Attempt.id == bindparam("attempt_id", type_=BigId),
        Attempt.state == AttemptState.OPEN.value,
    )
    .options(
        defer(Attempt.paper, raiseload=True),
        joinedload(Attempt.sitting).joinedload(Sitting.quiz),
        _GATES,
    )
    .execution_options(populate_existing=True)
)
_OPEN_OF = _OPEN.where(Attempt.person_id == bindparam("person_id", type_=BigId)).with_for_update(
    of=Attempt
)
_OPEN_OF_ANYBODY = _OPEN.with_for_update(of=Attempt, skip_locked=True)


def lock_open_attempt(attempt_id: int, person_id: int | None) -> Attempt | None:
    """Return an open attempt, locked until the transaction ends; None when it is not open any more.

    On PostgreSQL the lock waits for answers just being saved and lets later ones see the end; on SQLite the
    writing transaction as a whole is that lock. With the attempt come its sitting, its quiz and the
    programme's gates, so that passing one asks for nothing more; the paper does not, ``get_marking`` has it.

    Args:
        attempt_id: Its row.
        person_id: Whose it must be. None for the worker, which does not wait for a transaction that is
            ending the attempt already and gets None.
    """
    if person_id is None:
        found = db.session.scalars(_OPEN_OF_ANYBODY, {"attempt_id": attempt_id})
    else:
        found = db.session.scalars(_OPEN_OF, {"attempt_id": attempt_id, "person_id": person_id})
    return found.unique().first()


@dataclass(frozen=True, slots=True)
class Marking:
    """What marking an attempt takes.

    Attributes:
        paper: As frozen.
        answers: The raw answers by position.
        saved_at: When each was last saved.
        is_first: Whether the person has no earlier attempt at this quiz, in any sitting.
        corrections: Of how item versions are marked, in force now; not only those of the paper.
    """

    paper: Paper
    answers: Mapping[int, Mapping[str, object]]
    saved_at: Mapping[int, dt.datetime]
    is_first: bool
    corrections: Corrections


_earlier, _own_sitting, _earlier_sitting = ATTEMPT.alias(), SITTING.alias(), SITTING.alias()
_IS_FIRST = ~(
    select(_earlier.c.id)
    .join(_earlier_sitting, _earlier_sitting.c.id == _earlier.c.sitting_id)
    .join(_own_sitting, _own_sitting.c.quiz_id == _earlier_sitting.c.quiz_id)
    .where(
        _own_sitting.c.id == _attempt.sitting_id,
        _earlier.c.person_id == _attempt.person_id,
        or_(
            _earlier.c.started_at < _attempt.started_at,
            and_(_earlier.c.started_at == _attempt.started_at, _earlier.c.id < _attempt.id),
        ),
    )
    .correlate(ATTEMPT)
    .exists()
)
_NO_KIND, _NO_VERSION = literal("", String), literal(0, BigId)
_MARKING = union_all(
    select(
        literal(0, BigId), _attempt.paper, _attempt.started_at, _IS_FIRST, _NO_KIND, _NO_VERSION
    ).where(_attempt.id == bindparam("attempt_id")),
    select(
        _response.position, _response.answer, _response.saved_at, false(), _NO_KIND, _NO_VERSION
    ).where(_response.attempt_id == bindparam("attempt_id")),
    select(
        _rekey.id, _rekey.facts, _rekey.applied_at, false(), _rekey.kind, _rekey.item_version_id
    ).where(_rekey.undone_at.is_(None)),
)


def get_marking(attempt_id: int) -> Marking:
    """Return what marking takes, in one statement.

    Paper, answers and corrections are JSON, so they come as one list: corrections have a kind; of the others,
    positions of answers start at 1, and 0 holds the paper. Corrections are few in a house, so all come.
    """
    paper: Paper = ()
    is_first = False
    answers: dict[int, Mapping[str, object]] = {}
    saved_at: dict[int, dt.datetime] = {}
    found: list[tuple[int, int, Correction]] = []
    rows = db.session.execute(_MARKING, {"attempt_id": attempt_id})
    for number, value, at, first, kind, version_id in rows:
        if kind:
            found.append((number, version_id, Correction.from_stored(kind, value)))
        elif number == 0:
            paper = paper_from_json(value)
            is_first = bool(first)
        else:
            answers[number] = value
            saved_at[number] = at
    corrections: dict[int, list[Correction]] = {}
    for _, version_id, correction in sorted(found, key=lambda one: one[0]):
        corrections.setdefault(version_id, []).append(correction)
    return Marking(paper, answers, saved_at, is_first, corrections)


_ANSWERS = select(_response.position, _response.seq, _response.answer, _response.saved_at).where(
    _response.attempt_id == bindparam("attempt_id")
)


def list_answers(attempt_id: int) -> dict[int, StoredAnswer]:
    """Return the stored answers of an attempt by position."""
    rows = db.session.execute(_ANSWERS, {"attempt_id": attempt_id})
    return {
        position: StoredAnswer(seq, answer, saved_at) for position, seq, answer, saved_at in rows
    }


def list_attempts(enrolment_id: int) -> Sequence[Attempt]:
    """Return the attempts of an enrolment in the order of starting, without their papers."""
    return db.session.scalars(
        select(Attempt)
        .where(Attempt.enrolment_id == enrolment_id)
        .options(
            defer(Attempt.paper, raiseload=True),
            joinedload(Attempt.sitting).joinedload(Sitting.quiz),
        )
        .order_by(Attempt.started_at, Attempt.id)
    ).all()


def list_attempts_of_person(person_id: int) -> Sequence[Attempt]:
    """Return all attempts of a person, newest first, without their papers."""
    return db.session.scalars(
        select(Attempt)
        .where(Attempt.person_id == person_id)
        .options(
            defer(Attempt.paper, raiseload=True),
            joinedload(Attempt.sitting).joinedload(Sitting.quiz),
        )
        .order_by(Attempt.started_at.desc(), Attempt.id.desc())
    ).all()


def list_overdue_attempt_ids(now: dt.datetime, limit: int = 500) -> Sequence[int]:
    """Return open attempts whose deadline has passed, the most overdue first."""
    return db.session.scalars(
        select(Attempt.id)
        .where(Attempt.state == AttemptState.OPEN.value, Attempt.deadline_at <= now)
        .order_by(Attempt.deadline_at, Attempt.id)
        .limit(limit)
    ).all()
