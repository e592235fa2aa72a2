"""The statements that store answers: the present one of each position, and the log of all that were acknowledged.

Built once: composing a statement costs more than running it.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Executable,
    Insert,
    Integer,
    String,
    and_,
    bindparam,
    exists,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from lms.db import BigId, Json, UtcDateTime, db
from lms.quizzes.domain.attempts import AttemptState
from lms.quizzes.models import ATTEMPT, RESPONSE, RESPONSE_EVENT
from lms.quizzes.queries.answering import SIGNED_IN

_attempt = ATTEMPT.c
_response = RESPONSE.c
_event = RESPONSE_EVENT.c
_COLUMNS = ("attempt_id", "position", "seq", "answer", "saved_at")
_LOGGED = (*_COLUMNS, "device")

_ID = bindparam("attempt_id", type_=BigId)
_KNOWN_START = bindparam("known_start", type_=UtcDateTime)
_PERSON_ID = bindparam("person_id", type_=BigId)
_SENT = (
    bindparam("position", type_=Integer),
    bindparam("seq", type_=BigInteger),
    bindparam("answer", type_=Json),
    bindparam("saved_at", type_=UtcDateTime),
)
_DEVICE = bindparam("device", type_=String)

# If and only if the attempt is the person's, open, in time, its clock runs, and the place was not left for good.
_TAKES = and_(
    SIGNED_IN,
    or_(_KNOWN_START.is_(None), _attempt.started_at == _KNOWN_START),
    _attempt.id == _ID,
    _attempt.person_id == _PERSON_ID,
    _attempt.state == AttemptState.OPEN.value,
    _attempt.paused_at.is_(None),
    _attempt.deadline_at > _SENT[-1],
    _attempt.reached <= _SENT[0],
)
# A browser from which no answer came yet, while some came from another.
_IS_NEW_DEVICE = and_(
    _DEVICE != "",
    exists().where(_event.attempt_id == _ID, _event.device != _DEVICE, _event.device != ""),
    ~exists().where(_event.attempt_id == _ID, _event.device == _DEVICE),
)


@dataclass(frozen=True, slots=True)
class Row:
    """An answer to be stored.

    Attributes:
        position: From 1.
        seq: The browser's number.
        answer: In the shape of its item's type.
    """

    position: int
    seq: int
    answer: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Source:
    """Where answers come from, and when.

    Attributes:
        attempt_id: The attempt.
        person_id: Whose it must be.
        device: The browser's random name; empty when it sent none.
        now: The instant of the request.
        session_key: What the browser's session knows the person by; empty where nobody has to be signed in.
        started_at: When the attempt started that the answers were read against; it tells one from another with the
            same number in a restored database. None where that is looked at afterwards.
    """

    attempt_id: int
    person_id: int
    device: str
    now: dt.datetime
    session_key: str = ""
    started_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What came back from storing an answer.

    Attributes:
        started_at: Of the attempt.
        deadline_at: Of the attempt, as it is now.
        is_new_device: Whether it came from a browser that was not seen before, after others; only where asked for.
        paper: As frozen; only where asked for, and on SQLite.
    """

    started_at: dt.datetime
    deadline_at: dt.datetime
    is_new_device: bool = False
    paper: Sequence[Mapping[str, object]] | None = None


def _newer(insert: Any) -> Any:  # noqa: ANN401 - the same method of two dialects' statements
    return insert.on_conflict_do_update(
        index_elements=["attempt_id", "position"],
        set_={name: insert.excluded[name] for name in _COLUMNS[2:]},
        where=_response.seq < insert.excluded.seq,
    )


def _sqlite_write(*, asks: bool) -> Executable:
    """One table a statement: the log is written by another. There is one writer at a time."""

    def of_attempt(column: Any) -> Any:  # noqa: ANN401 - a column of any type
        return select(column).where(_attempt.id == _ID).scalar_subquery()

    source = select(_attempt.id, *_SENT).where(_TAKES)
    more = (_IS_NEW_DEVICE, of_attempt(_attempt.paper)) if asks else ()
    upsert = _newer(sqlite.insert(RESPONSE).from_select(_COLUMNS, source))
    return upsert.returning(  # type: ignore[no-any-return]  # an upsert
        of_attempt(_attempt.started_at), of_attempt(_attempt.deadline_at), *more
    )


def _postgresql_write(*, asks: bool) -> Executable:
    """Everything at once. FOR SHARE: an answer being saved and the end of its attempt wait for each other.

    So the marking sees every answer that was acknowledged.
    """
    own = (
        select(_attempt.id, _attempt.started_at, _attempt.deadline_at)
        .where(_TAKES)
        .with_for_update(read=True)
        .cte("own")
    )
    insert = postgresql.insert(RESPONSE).from_select(_COLUMNS, select(own.c.id, *_SENT))
    stored = _newer(insert).returning(_response.attempt_id, *(_response[n] for n in _COLUMNS[1:]))
    stored = stored.cte("stored")
    logged = (
        postgresql.insert(RESPONSE_EVENT)
        .from_select(_LOGGED, select(*(stored.c[name] for name in _COLUMNS), _DEVICE))
        .on_conflict_do_nothing()
        .cte("logged")
    )
    more = (_IS_NEW_DEVICE,) if asks else ()
    return (
        select(own.c.started_at, own.c.deadline_at, *more)
        .join(stored, stored.c.attempt_id == own.c.id)
        .add_cte(logged)
    )


WRITES: dict[tuple[bool, bool], Executable] = {
    (is_postgresql, asks): _postgresql_write(asks=asks)
    if is_postgresql
    else _sqlite_write(asks=asks)
    for is_postgresql in (True, False)
    for asks in (True, False)
}


_placed = {"attempt_id": _ID, **dict(zip(_COLUMNS[1:], _SENT, strict=True))}
_UPSERTS: dict[str, Insert] = {
    "sqlite": _newer(sqlite.insert(RESPONSE).values(_placed)),
    "postgresql": _newer(postgresql.insert(RESPONSE).values(_placed)),
}
LOGS: dict[str, Insert] = {
    "sqlite": sqlite.insert(RESPONSE_EVENT)
    .values({**_placed, "device": _DEVICE})
    .on_conflict_do_nothing(),
    "postgresql": postgresql.insert(RESPONSE_EVENT)
    .values({**_placed, "device": _DEVICE})
    .on_conflict_do_nothing(),
}
_REWRITE = (
    update(RESPONSE)
    .where(
        _response.attempt_id == bindparam("of_attempt", type_=BigId),
        _response.position == bindparam("at_position"),
    )
    .values(answer=bindparam("new_answer", type_=Json))
)
_ISSIGNED_IN = select(SIGNED_IN.label("is_signed_in"))
_HAS_NEW_DEVICE = select(_IS_NEW_DEVICE.label("is_new")).select_from(
    select(literal_column("1")).subquery("one")
)


def values_of(source: Source, row: Row) -> dict[str, object]:
    """Return what the statements that store an answer are given."""
    return {
        "attempt_id": source.attempt_id,
        "person_id": source.person_id,
        "position": row.position,
        "seq": row.seq,
        "answer": row.answer,
        "saved_at": source.now,
        "device": source.device,
        "session_key": source.session_key,
        "known_start": source.started_at,
    }


class AnswerRows:
    """Where the answers of one attempt are stored, on the connection of the present transaction."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._connection = db.session.connection()
        self._dialect = self._connection.dialect.name

    @property
    def writes_log(self) -> bool:
        """Whether ``write`` stores the line in the log as well; where it does not, ``log`` does."""
        return self._dialect == "postgresql"

    def write(self, row: Row, *, asks: bool) -> Written | None:
        """Store an answer if the attempt takes it and none as new is there; None when it was not stored.

        One statement checks owner, state, deadline, pause and order.

        Args:
            row: The answer.
            asks: Whether to find out, in the same statement, what a process does not know of the attempt.
        """
        statement = WRITES[self.writes_log, asks]
        found = self._connection.execute(statement, values_of(self._source, row)).first()
        return None if found is None else Written(*found)

    def log(self, rows: Sequence[Row]) -> None:
        """Add acknowledged answers to the log, one statement for all."""
        self._connection.execute(
            LOGS[self._dialect], [values_of(self._source, row) for row in rows]
        )

    def put(self, rows: Sequence[Row]) -> None:
        """Store answers of an attempt that the caller has locked and looked at, one statement for all."""
        self._connection.execute(
            _UPSERTS[self._dialect], [values_of(self._source, row) for row in rows]
        )

    def rewrite(self, row: Row) -> None:
        """Put a stored answer in another shape."""
        place = {"of_attempt": self._source.attempt_id, "at_position": row.position}
        self._connection.execute(_REWRITE, {**place, "new_answer": row.answer})

    def is_new_device(self) -> bool:
        """Say whether answers of the attempt came from other browsers only, so far."""
        ids = {"attempt_id": self._source.attempt_id, "device": self._source.device}
        return bool(self._connection.execute(_HAS_NEW_DEVICE, ids).scalar())
