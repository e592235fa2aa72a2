"""Saving answers: the hottest path of the product."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    Select,
    bindparam,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from lms.db import Json, UtcDateTime, db
from lms.errors import InvalidInput, InvalidState, NotFound
from lms.questions.domain.items import FieldError, answer_as_json, is_omitted, parse_response
from lms.quizzes.domain.attempts import AttemptState, remaining_seconds
from lms.quizzes.domain.paper import paper_item_from_json
from lms.quizzes.models import ATTEMPT, RESPONSE
from lms.quizzes.queries import AnsweredItem, find_item_answer, get_own_state

MAX_SEQ = 2**53 - 1
"""What a browser counts exactly."""

MAX_POSITION = 1000
"""No paper is longer; beyond it a database need not be asked."""

_attempt = ATTEMPT.c
_response = RESPONSE.c
_COLUMNS = ("attempt_id", "position", "seq", "answer", "saved_at")


@dataclass(frozen=True, slots=True)
class Saved:
    """What is stored at a position after a save.

    Attributes:
        seq: Number of the answer stored: the one sent, or a newer one.
        saved_at: When that was stored.
        remaining_s: Whole seconds left.
        kept: The answer stored, when it is not the one sent.
    """

    seq: int
    saved_at: dt.datetime
    remaining_s: int
    kept: Mapping[str, object] | None = None


def save_response(
    attempt_id: int, position: int, *, person_id: int, seq: object, raw: object, now: dt.datetime
) -> Saved:
    """Store one answer, unless a newer one is stored already.

    Sending the same again changes nothing, so a browser may repeat what was not acknowledged. The guarded
    upsert decides; what was read before only finds the words for a refusal.

    Args:
        attempt_id: The attempt.
        position: From 1.
        person_id: Who sends it.
        seq: The browser's counter, 1 to ``MAX_SEQ``; the higher number wins.
        raw: The answer, in the shape of its item's type; ``{}`` and the empty shape take an answer back.
        now: The instant of the request.

    Raises:
        NotFound: No such attempt of this person, or no such position.
        InvalidState: ``attempt_closed`` with the ``state``.
        InvalidInput: ``response_malformed`` with the ``field``.
    """
    found = _get_item(attempt_id, position, person_id, now)
    number = _check_seq(seq)
    answer = _check_answer(found, raw)
    if found.seq is not None and found.seq >= number:
        return _kept(found, number, answer, now)
    if not _upsert(attempt_id, position, person_id, number, answer, now):
        # Between the look and the write the attempt ended or a newer answer came.
        found = _get_item(attempt_id, position, person_id, now)
        return _kept(found, number, answer, now)
    return Saved(seq=number, saved_at=now, remaining_s=_remaining(found, now))


def _get_item(attempt_id: int, position: int, person_id: int, now: dt.datetime) -> AnsweredItem:
    if not 1 <= position <= MAX_POSITION:
        raise NotFound("position", position=position)
    found = find_item_answer(attempt_id, position, person_id)
    if found is None:
        raise NotFound("attempt", id=attempt_id)
    check_open(found.state, found.deadline_at, now)
    if found.item is None:
        raise NotFound("position", position=position)
    return found


def check_open(state: AttemptState, deadline_at: dt.datetime, now: dt.datetime) -> None:
    """Refuse what comes after the end; the worker may not have noticed the end yet.

    Raises:
        InvalidState: ``attempt_closed`` with the ``state``.
    """
    if state is not AttemptState.OPEN:
        raise InvalidState("attempt_closed", state=state.value)
    if now >= deadline_at:
        raise InvalidState("attempt_closed", state=AttemptState.EXPIRED.value)


def _check_seq(seq: object) -> int:
    if isinstance(seq, bool) or not isinstance(seq, int) or not 1 <= seq <= MAX_SEQ:
        raise InvalidInput("response_malformed", field="seq")
    return seq


def _check_answer(found: AnsweredItem, raw: object) -> dict[str, object]:
    placed = paper_item_from_json(found.item or {})
    try:
        return answer_as_json(parse_response(placed.item, raw))
    except FieldError as error:
        field = error.field if error.field == "response" else f"response.{error.field}"
        raise InvalidInput("response_malformed", field=field, problem=error.problem) from error


def _kept(found: AnsweredItem, seq: int, answer: Mapping[str, object], now: dt.datetime) -> Saved:
    if (
        found.seq is None or found.saved_at is None
    ):  # pragma: no cover - refused only if one is there
        raise InvalidState("response_refused")
    is_mine = found.seq == seq and found.answer == answer
    return Saved(
        seq=found.seq,
        saved_at=found.saved_at,
        remaining_s=_remaining(found, now),
        kept=None if is_mine else found.answer,
    )


def _remaining(found: AnsweredItem, now: dt.datetime) -> int:
    return remaining_seconds(started_at=found.started_at, deadline_at=found.deadline_at, now=now)


def _guarded_source() -> Select[Any]:
    """The row to store, if and only if the attempt is the person's, open and in time.

    FOR SHARE (PostgreSQL): an answer being saved and the end of the attempt wait for each other, so the
    marking sees every answer that was acknowledged. SQLite has one writer at a time anyway.
    """
    return (
        select(
            _attempt.id,
            bindparam("position", type_=Integer),
            bindparam("seq", type_=BigInteger),
            bindparam("answer", type_=Json),
            bindparam("saved_at", type_=UtcDateTime),
        )
        .where(
            _attempt.id == bindparam("attempt_id"),
            _attempt.person_id == bindparam("person_id"),
            _attempt.state == AttemptState.OPEN.value,
            _attempt.deadline_at > bindparam("saved_at", type_=UtcDateTime),
        )
        .with_for_update(read=True)
    )


# Built once: composing a statement costs more than running it.
_sqlite = sqlite.insert(RESPONSE).from_select(_COLUMNS, _guarded_source())
_postgresql = postgresql.insert(RESPONSE).from_select(_COLUMNS, _guarded_source())
_UPSERTS = {
    "sqlite": _sqlite.on_conflict_do_update(
        index_elements=["attempt_id", "position"],
        set_={name: _sqlite.excluded[name] for name in _COLUMNS[2:]},
        where=_response.seq < _sqlite.excluded.seq,
    ).returning(_response.seq),
    "postgresql": _postgresql.on_conflict_do_update(
        index_elements=["attempt_id", "position"],
        set_={name: _postgresql.excluded[name] for name in _COLUMNS[2:]},
        where=_response.seq < _postgresql.excluded.seq,
    ).returning(_response.seq),
}


def _upsert(
    attempt_id: int,
    position: int,
    person_id: int,
    seq: int,
    answer: Mapping[str, object],
    now: dt.datetime,
) -> bool:
    """Store the answer in one statement that checks owner, state, deadline and order; say whether it did."""
    connection = db.session.connection()
    row = connection.execute(
        _UPSERTS[connection.dialect.name],
        {
            "attempt_id": attempt_id,
            "position": position,
            "person_id": person_id,
            "seq": seq,
            "answer": dict(answer),
            "saved_at": now,
        },
    ).first()
    return row is not None


def save_form(
    attempt_id: int, answers: Mapping[int, object], *, person_id: int, now: dt.datetime
) -> int:
    """Store the answers of a whole page, sent without script; return how many changed.

    Only answers that differ from what is stored are written, each under the next number.

    Args:
        attempt_id: The attempt.
        answers: Raw answers by position.
        person_id: Who sends them.
        now: The instant of the request.

    Raises:
        NotFound, InvalidState, InvalidInput: As ``save_response``.
    """
    own = get_own_state(attempt_id, person_id)
    check_open(own.state, own.deadline_at, now)
    changed = 0
    for position, raw in answers.items():
        stored = own.answers.get(position)
        before = None if stored is None else stored.answer
        if before == raw or (is_omitted(before) and is_omitted(raw)):
            continue
        last = 0 if stored is None else stored.seq
        seq = min(MAX_SEQ, max(last + 1, int(now.timestamp() * 1000)))
        save_response(attempt_id, position, person_id=person_id, seq=seq, raw=raw, now=now)
        changed += 1
    return changed
