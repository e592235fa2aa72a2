"""Health of the database and of the worker."""

import datetime as dt

from sqlalchemy import text

from lms.config import ROOT
from lms.db import db
from lms.ops.models import Heartbeat

WORKER = "worker"
WORKER_SILENCE = dt.timedelta(seconds=90)


def expected_migration() -> str:
    """Return the newest migration that this code knows, from ``migrations/.current-head``."""
    return (ROOT / "migrations" / ".current-head").read_text(encoding="ascii").strip()


def applied_migration() -> str:
    """Return the migration that the database is at; empty for a database without one."""
    return db.session.scalar(text("SELECT version_num FROM alembic_version")) or ""


def find_heartbeat(name: str) -> Heartbeat | None:
    """Return the last heartbeat of a process kind."""
    return db.session.get(Heartbeat, name)


def check_readiness(now: dt.datetime) -> dict[str, str]:
    """Return what keeps the product from serving fully: problem -> detail; empty when ready."""
    problems: dict[str, str] = {}
    applied = applied_migration()
    if applied != expected_migration():
        problems["migrations"] = (
            f"database at {applied or 'nothing'}, code at {expected_migration()}"
        )
    beat = find_heartbeat(WORKER)
    if beat is None:
        problems["worker"] = "no heartbeat yet"
    elif now - beat.beat_at > WORKER_SILENCE:
        problems["worker"] = f"silent since {beat.beat_at.isoformat()}"
    return problems
