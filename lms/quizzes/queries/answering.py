"""Reading what saving an answer depends on; the statements are built once, composing one costs more than running it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, bindparam, exists, or_, select

from lms.db import BigId, db
from lms.errors import NotFound
from lms.people.models import PERSON
from lms.quizzes.domain.attempts import AttemptState
from lms.quizzes.domain.rules import PagingRule, SittingRules, rules_from_json
from lms.quizzes.domain.timing import Timing, grace_of
from lms.quizzes.models import ATTEMPT, QUIZ, RESPONSE, SITTING, Attempt

_attempt = ATTEMPT.c
_response = RESPONSE.c


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The answer stored at a position: its number, the raw answer, and when it was stored."""

    seq: int
    answer: Mapping[str, object]
    saved_at: dt.datetime


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """An attempt's clock, and what is stored at one of its positions; nothing when it was not answered.

    ``reached`` is the first position from which answers are taken, ``is_signed_in`` whether the session that was asked
    about still is the person's.
    """

    timing: Timing
    reached: int
    stored: StoredAnswer | None
    is_signed_in: bool


@dataclass(frozen=True, slots=True)
class OwnAttempt:
    """An attempt's clock with the answers stored, without the paper; ``reached`` as in ``OwnAnswer``."""

    timing: Timing
    reached: int
    answers: Mapping[int, StoredAnswer]


@dataclass(frozen=True, slots=True)
class OwnPaper:
    """An attempt as its candidate opens it.

    Attributes:
        id: Of the attempt.
        sitting_id: Where it is taken.
        timing: Its clock.
        reached: The first position from which answers are taken.
        rules: Of the sitting.
        title: Of the quiz, in Chinese.
        title_en: In English.
        rows: The paper as frozen.
    """

    id: int
    sitting_id: int
    timing: Timing
    reached: int
    rules: SittingRules
    title: str
    title_en: str
    rows: Sequence[Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class LockedAttempt:
    """An attempt that nobody else saves to or ends until the transaction ends.

    Attributes:
        timing: Its clock.
        reached: The first position from which answers are taken.
        paging: How much of the paper is seen at a time.
    """

    timing: Timing
    reached: int
    paging: PagingRule


def timing_of(attempt: Attempt) -> Timing:
    """Return the clock of an attempt whose sitting is loaded."""
    return _timing(
        attempt.state,
        attempt.started_at,
        attempt.deadline_at,
        attempt.paused_at,
        attempt.sitting.rules,
    )


def _timing(
    state: str,
    started_at: dt.datetime,
    deadline_at: dt.datetime,
    paused_at: dt.datetime | None,
    rules: Mapping[str, object],
) -> Timing:
    return Timing(
        AttemptState(state),
        started_at,
        deadline_at,
        paused_at,
        grace_of(rules_from_json(rules)),
    )


def _timing_of_row(row: Row[Any]) -> Timing:
    return _timing(row.state, row.started_at, row.deadline_at, row.paused_at, row.rules)


_CLOCK = (
    _attempt.state,
    _attempt.started_at,
    _attempt.deadline_at,
    _attempt.paused_at,
    _attempt.reached,
    SITTING.c.rules,
)
_STORED = (_response.position, _response.seq, _response.answer, _response.saved_at)
_OWN = (_attempt.id == bindparam("attempt_id")) & (_attempt.person_id == bindparam("person_id"))


def _clock(*more: ColumnElement[Any]) -> Select[Any]:
    columns: tuple[ColumnElement[Any], ...] = (*_CLOCK, *more)
    return select(*columns).join(SITTING, SITTING.c.id == _attempt.sitting_id)


_SESSION = bindparam("session_key", type_=String)
SIGNED_IN = or_(
    _SESSION == "",
    exists().where(
        PERSON.c.id == bindparam("person_id", type_=BigId),
        PERSON.c.fs_uniquifier == _SESSION,
        PERSON.c.active.is_(True),
    ),
)
"""The person's account may be used, and no session of theirs was ended since ``session_key`` was given out."""
_ANSWER = (
    _clock(*_STORED, SIGNED_IN.label("is_signed_in"))
    .outerjoin(
        RESPONSE,
        (_response.attempt_id == _attempt.id) & (_response.position == bindparam("position")),
    )
    .where(_OWN)
)
_STATE = (
    _clock(*_STORED)
    .outerjoin(RESPONSE, _response.attempt_id == _attempt.id)
    .where(_OWN)
    .order_by(_response.position)
)
_LOCK = _clock().where(_OWN).with_for_update(of=ATTEMPT)
_OPENED = (
    _clock(_attempt.id, _attempt.sitting_id, _attempt.paper, QUIZ.c.title, QUIZ.c.title_en)
    .join(QUIZ, QUIZ.c.id == SITTING.c.quiz_id)
    .where(_OWN)
)
_PAPER = select(_attempt.started_at, _attempt.paper).where(_OWN)
_ANSWERS = select(*_STORED).where(_response.attempt_id == bindparam("attempt_id"))


def get_own_answer(
    attempt_id: int, position: int, person_id: int, session_key: str = ""
) -> OwnAnswer:
    """Return the clock of the person's own attempt and the answer at one position, in one statement.

    Args:
        attempt_id: The attempt.
        position: From 1.
        person_id: Whose it must be.
        session_key: What a browser's session knows the person by, to be looked at as well.

    Raises:
        NotFound: There is none, or it is somebody else's.
    """
    ids = {"attempt_id": attempt_id, "person_id": person_id, "position": position}
    row = db.session.connection().execute(_ANSWER, {**ids, "session_key": session_key}).first()
    if row is None:
        raise NotFound("attempt", id=attempt_id)
    has_answer = row.position is not None
    stored = StoredAnswer(row.seq, row.answer, row.saved_at) if has_answer else None
    return OwnAnswer(_timing_of_row(row), row.reached, stored, row.is_signed_in)


def get_own_state(attempt_id: int, person_id: int) -> OwnAttempt:
    """Return the clock of the person's own attempt and every stored answer, in one statement.

    Raises:
        NotFound: There is none, or it is somebody else's.
    """
    rows = db.session.execute(_STATE, {"attempt_id": attempt_id, "person_id": person_id}).all()
    if not rows:
        raise NotFound("attempt", id=attempt_id)
    answers = {
        row.position: StoredAnswer(row.seq, row.answer, row.saved_at)
        for row in rows
        if row.position is not None
    }
    return OwnAttempt(_timing_of_row(rows[0]), rows[0].reached, answers)


def lock_own_attempt(attempt_id: int, person_id: int) -> LockedAttempt:
    """Return the person's own attempt without its paper, locked.

    Raises:
        NotFound: There is none, or it is somebody else's.
    """
    row = db.session.execute(_LOCK, {"attempt_id": attempt_id, "person_id": person_id}).first()
    if row is None:
        raise NotFound("attempt", id=attempt_id)
    return LockedAttempt(_timing_of_row(row), row.reached, rules_from_json(row.rules).paging)


def get_own_paper(
    attempt_id: int, person_id: int
) -> tuple[dt.datetime, Sequence[Mapping[str, object]]]:
    """Return when the person's own attempt started, and its paper as frozen.

    Raises:
        NotFound: There is none, or it is somebody else's.
    """
    ids = {"attempt_id": attempt_id, "person_id": person_id}
    row = db.session.connection().execute(_PAPER, ids).first()
    if row is None:
        raise NotFound("attempt", id=attempt_id)
    started_at, paper = row
    return started_at, paper


def open_own_paper(attempt_id: int, person_id: int) -> OwnPaper:
    """Return the person's own attempt with its paper, in one statement.

    Raises:
        NotFound: There is none, or it is somebody else's: whose it is, is nobody's business.
    """
    ids = {"attempt_id": attempt_id, "person_id": person_id}
    row = db.session.connection().execute(_OPENED, ids).first()
    if row is None:
        raise NotFound("attempt", id=attempt_id)
    return OwnPaper(
        id=row.id,
        sitting_id=row.sitting_id,
        timing=_timing_of_row(row),
        reached=row.reached,
        rules=rules_from_json(row.rules),
        title=row.title,
        title_en=row.title_en,
        rows=row.paper,
    )


def list_answers(attempt_id: int) -> dict[int, StoredAnswer]:
    """Return the stored answers of an attempt by position."""
    rows = db.session.execute(_ANSWERS, {"attempt_id": attempt_id})
    return {
        position: StoredAnswer(seq, answer, saved_at) for position, seq, answer, saved_at in rows
    }
