"""Answers that waited on a device without a line, brought at once, with the submission that waited behind them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.db import db
from lms.errors import InvalidInput, LmsError, NotFound
from lms.quizzes.domain.attempts import AttemptState
from lms.quizzes.models import Attempt
from lms.quizzes.queries import (
    LockedAttempt,
    StoredAnswer,
    get_own_paper,
    list_answers,
    lock_own_attempt,
)
from lms.quizzes.services.ending import submit_attempt
from lms.quizzes.services.paging import store_reached
from lms.quizzes.services.papers import KnownPaper, find_paper, keep_paper
from lms.quizzes.services.response_rows import AnswerRows, Row, Source
from lms.quizzes.services.responses import (
    Saved,
    check_reached,
    check_seq,
    check_takes,
    is_other,
    note_device,
    read_answer,
)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of a batch.

    Attributes:
        results: For each answer in the order sent: its position as sent, and what is stored now or why it was refused.
        remaining_s: Whole seconds left.
        state: Of the attempt, after all.
        reached: The first position from which answers are taken now.
    """

    results: Sequence[tuple[object, Saved | LmsError]]
    remaining_s: int
    state: AttemptState
    reached: int


def save_responses(
    attempt_id: int,
    entries: Sequence[object],
    *,
    person_id: int,
    submits: bool,
    is_before_end: bool,
    now: dt.datetime,
    device: str = "",
    moves_to: object = None,
) -> Replayed:
    """Store answers one after the other as ``save_response`` does, move on and submit if asked to; all or nothing.

    Sent again it changes nothing. The number of statements does not depend on the number of answers.

    Args:
        attempt_id: The attempt.
        entries: ``{"position", "seq", "response", "before_end"?}`` as sent; at most as many as the paper has places.
            ``before_end`` says that the answer was given before the end by the page's clock: then it is taken within
            the sitting's grace.
        person_id: Who sends them.
        submits: Whether to submit after them.
        is_before_end: Whether the candidate submitted before the end.
        now: The instant of the request.
        device: As in ``save_response``.
        moves_to: The position that the candidate went on to after these answers, if any; what is before it is left
            for good where the sitting knows no way back.

    Raises:
        NotFound: No such attempt of this person.
        InvalidState: ``attempt_closed`` with the ``state``, or ``attempt_paused``; nothing was stored.
        InvalidInput: ``response_malformed``: more answers than places, or ``moves_to`` is no position.
    """
    locked = lock_own_attempt(attempt_id, person_id)
    timing = locked.timing
    check_takes(timing, now, is_before_end=True)
    paper = find_paper(attempt_id, person_id)
    if paper is None or paper.started_at != timing.started_at:
        paper = keep_paper(attempt_id, person_id, *get_own_paper(attempt_id, person_id))
    if len(entries) > len(paper.items):
        raise InvalidInput("response_malformed", field="responses")
    batch = _Batch(locked, paper, now, list_answers(attempt_id) if entries else {})
    results = [batch.take(entry) for entry in entries]
    _store(Source(attempt_id, person_id, device, now), paper, batch.rows)
    reached = locked.reached
    if moves_to is not None:
        reached = store_reached(attempt_id, locked, moves_to, places=len(paper.items))
    state = timing.state
    if submits:
        submit_attempt(attempt_id, person_id=person_id, now=now, is_before_end=is_before_end)
        state = AttemptState(db.session.get_one(Attempt, attempt_id).state)
    return Replayed(results, timing.remaining_s(now), state, reached)


class _Batch:
    """Answers being looked at in turn, each in the light of those before it."""

    def __init__(
        self,
        locked: LockedAttempt,
        paper: KnownPaper,
        now: dt.datetime,
        stored: dict[int, StoredAnswer],
    ) -> None:
        self.rows: list[Row] = []
        self._timing = locked.timing
        self._reached = locked.reached
        self._paper = paper
        self._now = now
        self._stored = stored

    def take(self, entry: object) -> tuple[object, Saved | LmsError]:
        said: Mapping[str, object] = entry if isinstance(entry, Mapping) else {}
        try:
            return said.get("position"), self._take(said)
        except LmsError as refused:
            return said.get("position"), refused

    def _take(self, said: Mapping[str, object]) -> Saved:
        position = said.get("position")
        if isinstance(position, bool) or not isinstance(position, int):
            raise InvalidInput("response_malformed", field="position")
        seq = check_seq(said.get("seq"))
        check_takes(self._timing, self._now, is_before_end=said.get("before_end") is True)
        if not 1 <= position <= len(self._paper.items):
            raise NotFound("position", position=position)
        row = Row(position, seq, read_answer(self._paper, position, said.get("response")))
        stored = self._stored.get(position)
        left = self._timing.remaining_s(self._now)
        if stored is not None and stored.seq >= seq:
            kept = stored.answer if is_other(stored, row) else None
            return Saved(stored.seq, stored.saved_at, left, kept)
        check_reached(position, self._reached)
        self.rows.append(row)
        self._stored[position] = StoredAnswer(seq, row.answer, self._now)
        return Saved(seq, self._now, left)


def _store(source: Source, paper: KnownPaper, rows: Sequence[Row]) -> None:
    if not rows:
        return
    stored = AnswerRows(source)
    if not paper.knows(source.device):
        note_device(source, paper, is_new=stored.is_new_device())
    stored.put(rows)
    stored.log(rows)
