"""Sweeps of the curriculum."""

import datetime as dt


def remind_due(now: dt.datetime) -> int:
    """Remind learners of due dates (D-3, D-1, D+1), one digest a day."""
    return 0
