"""Sweeps of certificates."""

import datetime as dt


def issue_and_render(now: dt.datetime) -> int:
    """Issue credentials for positive decisions and render what is pending."""
    return 0
