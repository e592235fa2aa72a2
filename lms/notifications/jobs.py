"""Sweeps of notifications."""

import datetime as dt


def deliver_outbox(now: dt.datetime) -> int:
    """Deliver pending messages by e-mail when SMTP is set."""
    return 0
