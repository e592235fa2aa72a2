"""SQLite keeps what was acknowledged through power loss: every connection of the served application syncs each commit."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from lms.config import Settings
from lms.db import db
from tests.conftest import build_app
from tests.faults.server import environment

FULL = 2


@pytest.fixture
def served(tmp_path: Path):
    env = environment(tmp_path, f"sqlite:///{tmp_path / 'lms.sqlite3'}", 1)
    app = build_app(Settings.from_env({k: v for k, v in env.items() if k.startswith("LMS_")}))
    yield app
    with app.app_context():
        db.engine.dispose()


def pragma(name: str) -> object:
    return db.session.scalar(text(f"PRAGMA {name}"))


def test_every_connection_syncs_and_waits_its_turn(served) -> None:
    def look(_number: int) -> tuple[object, ...]:
        with served.app_context():
            try:
                names = ("synchronous", "journal_mode", "busy_timeout", "foreign_keys")
                return tuple(pragma(name) for name in names)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(look, range(12))) == {(FULL, "wal", 20000, 1)}
