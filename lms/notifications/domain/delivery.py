"""When a message that could not be delivered is tried again."""

import datetime as dt

LEASE = dt.timedelta(minutes=15)
"""How long a worker may hold a message before another believes it dead. Longer than any delivery can take."""

_PAUSES = (
    dt.timedelta(minutes=1),
    dt.timedelta(minutes=5),
    dt.timedelta(minutes=30),
    dt.timedelta(hours=2),
    dt.timedelta(hours=12),
)
MAX_TRIES = len(_PAUSES) + 1


def next_try_at(tries: int, now: dt.datetime) -> dt.datetime | None:
    """Return when to try again after ``tries`` attempts in vain, or None when it is time to give up.

    Args:
        tries: Attempts made, at least 1.
        now: The present instant.
    """
    if not 1 <= tries < MAX_TRIES:
        return None
    return now + _PAUSES[tries - 1]
