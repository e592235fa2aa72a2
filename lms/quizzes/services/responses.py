"""Saving answers: the hottest path of the product."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from lms.db import db
from lms.errors import InvalidInput, InvalidState, NotAllowed, NotFound
from lms.questions.domain.items import FieldError, answer_as_json, is_omitted, parse_response
from lms.quizzes.domain.attempts import remaining_seconds
from lms.quizzes.domain.events import EventKind
from lms.quizzes.domain.timing import Timing
from lms.quizzes.queries import (
    StoredAnswer,
    get_own_answer,
    get_own_paper,
    get_own_state,
)
from lms.quizzes.services.events import note_event
from lms.quizzes.services.papers import KnownPaper, find_paper, keep_paper
from lms.quizzes.services.response_rows import (
    AnswerRows,
    Row,
    Source,
)

MAX_SEQ = 2**53 - 1
"""What a browser counts exactly."""

MAX_POSITION = 1000
"""No paper is longer; beyond it a database need not be asked."""


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
    attempt_id: int,
    position: int,
    *,
    person_id: int,
    seq: object,
    raw: object,
    now: dt.datetime,
    device: str = "",
    session_key: str = "",
) -> Saved:
    """Store one answer, unless a newer one is stored already, and a line in the log of answers.

    Sending the same again changes nothing, so a browser may repeat what was not acknowledged. The guarded upsert
    decides; only for the words of a refusal is anything read.

    Args:
        attempt_id: The attempt.
        position: From 1.
        person_id: Who sends it.
        seq: The browser's counter, 1 to ``MAX_SEQ``; the higher number wins.
        raw: The answer, in the shape of its item's type; ``{}`` and the empty shape take an answer back.
        now: The instant of the request.
        device: Random name that the page keeps in its browser; an attempt that goes on from another is noted.
        session_key: What the browser's session knows the person by, when that was not looked up just now.

    Raises:
        NotAllowed: ``session_ended``: the account was closed, or every session of the person was ended.
        NotFound: No such attempt of this person, or no such position.
        InvalidState: ``attempt_closed`` with the ``state``, ``attempt_paused``, or ``item_left`` with the first position
            ``reached`` from which answers are still taken.
        InvalidInput: ``response_malformed`` with the ``field``.
    """
    number = check_seq(seq)
    if not 1 <= position <= MAX_POSITION:
        raise NotFound("position", position=position)
    source = Source(attempt_id, person_id, device, now, session_key)
    paper = find_paper(attempt_id, person_id)
    rows = AnswerRows(source)
    if paper is None:
        if not rows.writes_log:
            # If the answer turns out to be none, nothing of it stays, whatever the caller does.
            with db.session.begin_nested():
                return _save_unseen(source, position, number, raw)
        paper = keep_paper(attempt_id, person_id, *get_own_paper(attempt_id, person_id))
    try:
        row = Row(position, number, read_answer(paper, position, raw))
    except (InvalidInput, NotFound):
        check_takes(get_own_answer(attempt_id, position, person_id).timing, now)
        raise
    is_known = paper.knows(device)
    written = rows.write(row, asks=not is_known)
    if written is None:
        return explain(source, row)
    if written.started_at != paper.started_at:
        # A database was restored below a running process: what it knew was of another attempt.
        paper = keep_paper(attempt_id, person_id, *get_own_paper(attempt_id, person_id))
        read_answer(paper, position, raw)
    if not rows.writes_log:
        rows.log([row])
    if not is_known:
        note_device(source, paper, is_new=written.is_new_device)
    return saved_as(source, row, started_at=written.started_at, deadline_at=written.deadline_at)


def _save_unseen(source: Source, position: int, seq: int, raw: object) -> Saved:
    """Save an answer to a paper that this process does not know: it comes back from the statement that stores it."""
    sent = raw if isinstance(raw, Mapping) and not is_omitted(raw) else {}
    row = Row(position, seq, sent)
    rows = AnswerRows(source)  # inside: the savepoint begins when its connection is asked for
    written = rows.write(row, asks=True)
    if written is None:
        return explain(source, row)
    paper = keep_paper(source.attempt_id, source.person_id, written.started_at, written.paper or ())
    answer = read_answer(paper, position, raw)
    if answer != sent:
        row = Row(position, seq, answer)
        rows.rewrite(row)
    rows.log([row])
    note_device(source, paper, is_new=written.is_new_device)
    return saved_as(source, row, started_at=written.started_at, deadline_at=written.deadline_at)


def check_seq(seq: object) -> int:
    """Return the browser's number of an answer.

    Raises:
        InvalidInput: ``response_malformed``.
    """
    if isinstance(seq, bool) or not isinstance(seq, int) or not 1 <= seq <= MAX_SEQ:
        raise InvalidInput("response_malformed", field="seq")
    return seq


def read_answer(paper: KnownPaper, position: int, raw: object) -> dict[str, object]:
    """Return an answer in the shape in which it is stored.

    Raises:
        NotFound: The paper has no such position.
        InvalidInput: ``response_malformed`` with the ``field``.
    """
    if not 1 <= position <= len(paper.items):
        raise NotFound("position", position=position)
    try:
        return answer_as_json(parse_response(paper.items[position - 1], raw))
    except FieldError as error:
        field = error.field if error.field == "response" else f"response.{error.field}"
        raise InvalidInput("response_malformed", field=field, problem=error.problem) from error


def check_takes(timing: Timing, now: dt.datetime, *, is_before_end: bool = False) -> None:
    """Refuse what comes after the end or during a pause; the worker may not have noticed the end yet.

    Raises:
        InvalidState: ``attempt_closed`` with the ``state``, or ``attempt_paused``.
    """
    if timing.is_paused:
        raise InvalidState("attempt_paused", state=timing.state.value, paused=True)
    if not timing.takes(now, is_before_end=is_before_end):
        raise InvalidState("attempt_closed", state=timing.state_at(now).value)


def check_reached(position: int, reached: int) -> None:
    """Refuse an answer to a place that was left for good.

    Raises:
        InvalidState: ``item_left``.
    """
    if position < reached:
        raise InvalidState("item_left", reached=reached)


def note_device(source: Source, paper: KnownPaper, *, is_new: bool) -> None:
    """Remember where answers come from; keep in the attempt's story that another device goes on with it."""
    paper.remember(source.device)
    if is_new:
        note_event(source.attempt_id, EventKind.NEW_DEVICE, actor_id=None, now=source.now)


def is_other(stored: StoredAnswer, row: Row) -> bool:
    """Say whether what is stored is another answer than the one sent."""
    return stored.seq != row.seq or stored.answer != row.answer


def explain(source: Source, row: Row) -> Saved:
    """Say why an answer was not stored: it is there already, a newer one is, or none is taken.

    Raises:
        As ``save_response``.
    """
    own = get_own_answer(source.attempt_id, row.position, source.person_id, source.session_key)
    if not own.is_signed_in:
        raise NotAllowed("session_ended")
    check_takes(own.timing, source.now)
    if own.stored is None or own.stored.seq < row.seq:
        check_reached(row.position, own.reached)
        # It would be taken now: more time was given, or a pause ended, between the write and the look.
        raise InvalidState("response_refused")
    return Saved(
        seq=own.stored.seq,
        saved_at=own.stored.saved_at,
        remaining_s=own.timing.remaining_s(source.now),
        kept=own.stored.answer if is_other(own.stored, row) else None,
    )


def saved_as(
    source: Source, row: Row, *, started_at: dt.datetime, deadline_at: dt.datetime
) -> Saved:
    """Return what is said of an answer that was stored just now."""
    left = remaining_seconds(started_at=started_at, deadline_at=deadline_at, now=source.now)
    return Saved(seq=row.seq, saved_at=source.now, remaining_s=left)


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
    check_takes(own.timing, now)
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
