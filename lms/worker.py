"""The scheduler process: the JOBS table and the loop that runs it.

A job is a sweep over rows in a state, safe to run twice, late, or on two machines at once. Several
workers elect one ticking leader: an advisory lock on PostgreSQL, a lock file on SQLite. The operating
system or the database frees the lock when its holder dies, so the next worker takes over by itself.
"""

import datetime as dt
import fcntl
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from lms.certificates import jobs as certificates
from lms.clock import now_utc
from lms.config import Settings
from lms.curriculum import jobs as curriculum
from lms.db import transaction
from lms.errors import NotFound
from lms.notifications import jobs as notifications
from lms.ops.queries import WORKER
from lms.ops.services import beat
from lms.quizzes import jobs as quizzes
from lms.schedule import jobs as schedule

LEADER_LOCK = 0x5A47
"""Key of the advisory lock; any constant that no other program of the same database uses."""

log = structlog.get_logger("worker")
# A sweep that outlasts its interval is skipped on purpose; the scheduler need not say so each time.
logging.getLogger("apscheduler").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Job:
    """A named sweep and how often it runs.

    Attributes:
        name: As in ``lms jobs run NAME``.
        every: Interval between two runs.
        run: Takes the present instant, does all rows that are due, each in its own transaction, and
            returns how many it did.
    """

    name: str
    every: dt.timedelta
    run: Callable[[dt.datetime], int]


def _heartbeat(now: dt.datetime) -> int:
    with transaction():
        beat(WORKER, now)
    return 1


JOBS: tuple[Job, ...] = (
    Job("heartbeat", dt.timedelta(seconds=20), _heartbeat),
    Job("close-attempts", dt.timedelta(seconds=5), quizzes.close_overdue_attempts),
    Job("announce-sittings", dt.timedelta(seconds=20), quizzes.announce_sittings),
    Job("remind-sittings", dt.timedelta(minutes=1), quizzes.remind_candidates),
    Job("note-closings", dt.timedelta(minutes=1), quizzes.note_closings),
    Job("measure-items", dt.timedelta(hours=6), quizzes.measure_difficulties),
    Job("make-series-sittings", dt.timedelta(minutes=10), quizzes.make_series_sittings),
    Job("render-certificates", dt.timedelta(seconds=3), certificates.issue_and_render),
    Job("deliver-outbox", dt.timedelta(seconds=10), notifications.deliver_outbox),
    Job("forget-shifts", dt.timedelta(hours=6), schedule.forget_shifts),
    Job("due-reminders", dt.timedelta(minutes=10), curriculum.remind_due),
)


def get_job(name: str) -> Job:
    """Return the job ``name``.

    Raises:
        NotFound: There is none.
    """
    for job in JOBS:
        if job.name == name:
            return job
    raise NotFound("job", name=name, known=", ".join(job.name for job in JOBS))


def run_job(app: Flask, job: Job) -> int:
    """Run one job now inside its own application context and say how many rows it did."""
    with app.app_context():
        return job.run(now_utc())


@contextmanager
def leadership(settings: Settings, stop: threading.Event) -> Iterator[bool]:
    """Wait until this process leads (True) or ``stop`` is set (False); the lock is held inside."""
    if settings.is_sqlite:
        with _file_lock(settings, stop) as held:
            yield held
    else:
        with _advisory_lock(settings, stop) as held:
            yield held


@contextmanager
def _file_lock(settings: Settings, stop: threading.Event) -> Iterator[bool]:
    with (settings.data_dir / "worker.lock").open("a") as handle:
        while not stop.is_set():
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                stop.wait(0.3)
            else:
                yield True
                return
        yield False


@contextmanager
def _advisory_lock(settings: Settings, stop: threading.Event) -> Iterator[bool]:
    # A connection of its own, outside every pool: the lock lives exactly as long as this process.
    engine: Engine = create_engine(
        settings.database_url, poolclass=NullPool, isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        while not stop.is_set():
            got = connection.scalar(text("SELECT pg_try_advisory_lock(:k)"), {"k": LEADER_LOCK})
            if got:
                yield True
                return
            stop.wait(0.3)
        yield False


def run_worker(app: Flask, settings: Settings) -> None:
    """Run until SIGTERM or SIGINT: become leader, then tick the JOBS table."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_args: stop.set())
    log.info("worker started", pid=os.getpid())
    with leadership(settings, stop) as leads:
        if not leads:
            return
        log.info("worker leads", pid=os.getpid())
        scheduler = BackgroundScheduler(timezone=dt.UTC)
        for job in JOBS:
            scheduler.add_job(
                _tick,
                IntervalTrigger(seconds=int(job.every.total_seconds())),
                args=(app, job),
                id=job.name,
                next_run_time=now_utc(),
                coalesce=True,
                # A machine that slept must not lose the run, only the repetitions.
                misfire_grace_time=None,
                max_instances=1,
            )
        scheduler.start()
        stop.wait()
        scheduler.shutdown(wait=True)


def _tick(app: Flask, job: Job) -> None:
    try:
        done = run_job(app, job)
    except Exception:
        # One broken sweep must not stop the others; the next tick tries again.
        log.exception("job failed", job=job.name)
    else:
        if done and job.name != "heartbeat":
            log.info("job done", job=job.name, rows=done)
