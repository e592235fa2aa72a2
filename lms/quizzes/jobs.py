"""Sweeps of quizzes."""

import datetime as dt
from collections.abc import Callable, Iterable

import structlog

from lms.db import transaction
from lms.quizzes.queries import list_overdue_attempt_ids, list_unannounced_sittings
from lms.quizzes.services import announce_sitting, close_attempt

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
