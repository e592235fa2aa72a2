"""Sweeps of quizzes."""

import datetime as dt
from collections.abc import Callable, Iterable
from zoneinfo import ZoneInfo

import structlog
from flask import current_app

from lms.db import transaction, will_write
from lms.quizzes.queries import (
    list_closed_unnoted,
    list_overdue_attempt_ids,
    list_to_remind,
    list_unannounced_sittings,
)
from lms.quizzes.queries.measures import list_measures
from lms.quizzes.queries.series import list_due_series
from lms.quizzes.services import (
    announce_sitting,
    close_attempt,
    find_due_reminder,
    make_sittings,
    note_closing,
    remind_sitting,
    store_measures,
)
from lms.quizzes.services.series import AHEAD

log = structlog.get_logger("quizzes")


def close_overdue_attempts(now: dt.datetime) -> int:
    """Close attempts past their deadline with what they have, one transaction each."""
    with transaction():
        overdue = list_overdue_attempt_ids(now)
    return _each(overdue, lambda attempt_id: close_attempt(attempt_id, now=now))


def announce_sittings(now: dt.datetime) -> int:
    """Tell candidates that a sitting has opened, one transaction a sitting."""
    with transaction():
        opened = list_unannounced_sittings(now)
    return _each(opened, lambda sitting_id: announce_sitting(sitting_id, now=now))


def remind_candidates(now: dt.datetime) -> int:
    """Remind candidates of what opens or closes soon, one transaction a sitting."""
    with transaction():
        due = [one.id for one in list_to_remind(now) if find_due_reminder(one, now) is not None]
    return _each(due, lambda sitting_id: remind_sitting(sitting_id, now=now))


def note_closings(now: dt.datetime) -> int:
    """Note which sittings are over, and offer make-ups, one transaction a sitting."""
    with transaction():
        closed = list_closed_unnoted(now)
    zone = _zone()
    return _each(closed, lambda sitting_id: note_closing(sitting_id, zone=zone, now=now))


def make_series_sittings(now: dt.datetime) -> int:
    """Make the sittings of repetitions that open in the next days, one transaction a repetition."""
    zone = _zone()
    with transaction():
        due = list_due_series(now, AHEAD, zone)
    return _each(due, lambda series_id: make_sittings(series_id, zone=zone, now=now))


def _zone() -> ZoneInfo:
    zone: ZoneInfo = current_app.extensions["settings"].zone
    return zone


def measure_difficulties(now: dt.datetime) -> int:
    """Add up how difficult items proved to be, for papers that replace others."""
    # Counting ten million rows takes seconds, during which nobody's answer may wait.
    reading = will_write.set(False)
    try:
        with transaction():
            measures = list_measures()
    finally:
        will_write.reset(reading)
    with transaction():
        store_measures(measures, now=now)
    return len(measures)


def _each(ids: Iterable[int], do: Callable[[int], bool]) -> int:
    done = 0
    for number in ids:
        try:
            with transaction():
                done += do(number)
        except Exception:
            # One damaged row must not keep the others open; it stays and is reported at every sweep.
            log.exception("sweep failed on a row", id=number)
    return done
