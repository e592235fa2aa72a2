"""A server of our own for the load driver: a database with candidates, the web processes, and what CPU they use."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from flask import Flask
from sqlalchemy import text

from lms.config import ROOT, Settings
from lms.db import db
from lms.serving import allow_connections, granian_arguments
from tests.conftest import build_app
from tests.faults.server import Server, environment, free_port

TABLE = (
    "CREATE TABLE IF NOT EXISTS bench_upsert (attempt_id INTEGER NOT NULL, position INTEGER NOT NULL, "
    "seq BIGINT NOT NULL, answer TEXT NOT NULL, PRIMARY KEY (attempt_id, position))"
)
"""What the bare upsert of ``benchmarks.exam_served`` writes to."""


@dataclass
class Own(Server):
    """Web processes on a database of their own."""

    app: Flask | None = None
    settings: Settings | None = None
    target: str = "benchmarks.exam_served:served"
    database: psutil.Process | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it as ``lms web`` does."""
        assert self.settings is not None
        allow_connections()
        command = granian_arguments("127.0.0.1", self.port, self.workers, self.target)
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.env, start_new_session=True)
        self.wait_until_it_answers()

    def cpu(self) -> float:
        """Return the CPU seconds that the web processes and their PostgreSQL have used."""
        assert self.process is not None
        trees = [psutil.Process(self.process.pid), *([self.database] if self.database else [])]
        return sum(_cpu_of(one) for tree in trees for one in [tree, *tree.children(recursive=True)])

    def rss_mb(self) -> float:
        """Return the memory of all web processes together."""
        assert self.process is not None
        tree = psutil.Process(self.process.pid)
        return sum(_rss_of(one) for one in [tree, *tree.children(recursive=True)]) / 2**20


def _cpu_of(process: psutil.Process) -> float:
    """CPU of a process and of its children that have ended."""
    try:
        return sum(process.cpu_times()[:4])
    except psutil.NoSuchProcess:
        return 0.0


def _rss_of(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


@contextmanager
def own_server(folder: Path, url: str, workers: int) -> Iterator[Own]:
    """Migrate a database and serve it; the processes end with the block."""
    port = free_port()
    env = environment(folder, url, port)
    settings = Settings.from_env({k: v for k, v in env.items() if k.startswith("LMS_")})
    app = build_app(settings)
    own = Own(env, port, workers, app=app, settings=settings)
    with app.app_context():
        db.session.execute(text(TABLE))
        db.session.commit()
        if not settings.is_sqlite:
            pid = db.session.scalar(text("SELECT pg_backend_pid()"))
            own.database = psutil.Process(int(str(pid))).parent()
        db.session.remove()
    own.start()
    try:
        yield own
    finally:
        own.kill()
        with app.app_context():
            db.engine.dispose()
