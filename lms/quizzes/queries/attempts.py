"""Reading attempts and answers."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import String, and_, bindparam, false, literal, or_, select, union_all
from sqlalchemy.orm import defer, joinedload

from lms.db import BigId, UtcDateTime, db
from lms.errors import NotFound
from lms.quizzes.domain.attempts import AttemptState
from lms.quizzes.domain.paper import Paper, paper_from_json
from lms.quizzes.domain.rekeying import Correction, Corrections
from lms.quizzes.domain.rules import rules_from_json
from lms.quizzes.domain.timing import grace_of
from lms.quizzes.models import (
    ATTEMPT,
    ITEM_REKEY,
    RESPONSE,
    SITTING,
    Attempt,
    Sitting,
)

_attempt = ATTEMPT.c
_response = RESPONSE.c
_rekey = ITEM_REKEY.c


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


_OPEN = (
    select(Attempt)
    .where(
        Attempt.id == bindparam("attempt_id", type_=BigId),
        Attempt.state == AttemptState.OPEN.value,
    )
    .options(
        defer(Attempt.paper, raiseload=True),
        joinedload(Attempt.sitting).joinedload(Sitting.quiz),
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
    writing transaction as a whole is that lock. With the attempt come its sitting and its quiz; the paper does not,
    ``get_marking`` has it.

    Args:
        attempt_id: Its row.
        person_id: Whose it must be. None for the worker, which does not wait for a transaction that is
            ending the attempt already and gets None.
    """
    if person_id is None:
        found = db.session.scalars(_OPEN_OF_ANYBODY, {"attempt_id": attempt_id})
    else:
        found = db.session.scalars(_OPEN_OF, {"attempt_id": attempt_id, "person_id": person_id})
    return found.first()


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


_OVERDUE = and_(
    Attempt.state == AttemptState.OPEN.value,
    Attempt.paused_at.is_(None),
    Attempt.deadline_at <= bindparam("now", type_=UtcDateTime),
)
_CONCERNED = select(Sitting.id, Sitting.rules).where(
    Sitting.id.in_(select(Attempt.sitting_id).where(_OVERDUE))
)


def list_overdue_attempt_ids(now: dt.datetime, limit: int = 500) -> Sequence[int]:
    """Return open attempts whose deadline and grace have passed, the most overdue first.

    One statement when there are none; the rules of the few sittings concerned say how long their grace is.
    """
    graces: dict[dt.timedelta, list[int]] = {}
    for sitting_id, rules in db.session.execute(_CONCERNED, {"now": now}):
        graces.setdefault(grace_of(rules_from_json(rules)), []).append(sitting_id)
    if not graces:
        return ()
    is_due = (
        and_(Attempt.sitting_id.in_(ids), Attempt.deadline_at <= now - grace)
        for grace, ids in graces.items()
    )
    query = select(Attempt.id).where(_OVERDUE, or_(*is_due))
    query = query.order_by(Attempt.deadline_at, Attempt.id).limit(limit)
    return db.session.scalars(query, {"now": now}).all()
