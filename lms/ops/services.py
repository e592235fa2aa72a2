"""Heartbeats."""

import datetime as dt
import os
import socket

from lms.db import db
from lms.ops.models import Heartbeat


def beat(name: str, now: dt.datetime) -> None:
    """Note that the process kind ``name`` lives at ``now``."""
    row = db.session.get(Heartbeat, name)
    if row is None:
        row = Heartbeat(name=name, beat_at=now, host="", pid=0)
        db.session.add(row)
    row.beat_at = now
    row.host = socket.gethostname()
    row.pid = os.getpid()
