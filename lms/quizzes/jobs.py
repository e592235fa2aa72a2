"""Sweeps of quizzes."""

import datetime as dt


def close_overdue_attempts(now: dt.datetime) -> int:
    """Close attempts past their deadline with what they have."""
    return 0


def announce_sittings(now: dt.datetime) -> int:
    """Tell candidates that a sitting has opened."""
    return 0
