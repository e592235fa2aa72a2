"""Keeping what happens to an attempt besides answering."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import insert

from lms.db import db
from lms.quizzes.domain.events import EventKind
from lms.quizzes.models import AttemptEvent


def note_event(
    attempt_id: int, kind: EventKind, *, actor_id: int | None, now: dt.datetime, **facts: object
) -> None:
    """Keep that something happened to an attempt; in the transaction of what did it.

    Args:
        attempt_id: The attempt.
        kind: What happened.
        actor_id: Who did it; None for the candidate's browser and the worker.
        now: When.
        facts: What else is worth knowing: numbers, texts and instants in ISO 8601, as JSON takes them.
    """
    db.session.add(
        AttemptEvent(attempt_id=attempt_id, at=now, kind=kind.value, actor_id=actor_id, facts=facts)
    )
    db.session.flush()


def note_events(
    attempt_ids: Iterable[int],
    kind: EventKind,
    *,
    actor_id: int | None,
    now: dt.datetime,
    **facts: object,
) -> None:
    """Keep that the same happened to many attempts, in one bulk insert."""
    rows = [
        {
            "attempt_id": attempt_id,
            "at": now,
            "kind": kind.value,
            "actor_id": actor_id,
            "facts": facts,
        }
        for attempt_id in attempt_ids
    ]
    if rows:
        db.session.execute(insert(AttemptEvent), rows)
