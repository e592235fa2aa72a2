"""A deployment of its own for each fault test: its database is committed to, not rolled back."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from lms.config import Settings
from lms.db import db
from tests.conftest import build_app
from tests.faults.database import Database
from tests.faults.server import Server, environment, free_port
from tests.postgres import start_postgres


@dataclass
class Deployment:
    """An application on a database that other processes share."""

    app: Flask
    settings: Settings
    env: dict[str, str]
    port: int
    server: Server
    postgres: Database | None = None

    @property
    def url(self) -> str:
        """Where browsers connect."""
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture(scope="session")
def server_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database for real processes."""
    folder = tmp_path_factory.mktemp("faultpg")
    with start_postgres(folder) as url:
        yield Database.at(url, folder)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def deployment(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    """A migrated deployment a kind of database; tests use people and sittings of their own."""
    folder: Path = tmp_path_factory.mktemp("deployment")
    port = free_port()
    postgres: Database | None = None
    url = f"sqlite:///{folder / 'lms.sqlite3'}"
    if request.param == "postgresql":
        postgres = request.getfixturevalue("server_postgres")
        url = postgres.url
    env = environment(folder, url, port)
    settings = Settings.from_env({k: v for k, v in env.items() if k.startswith("LMS_")})
    app = build_app(settings)
    made = Deployment(app, settings, env, port, Server(env, port), postgres)
    try:
        yield made
    finally:
        made.server.kill()
        with app.app_context():
            db.engine.dispose()


@pytest.fixture(scope="module")
def running(deployment: Deployment) -> Iterator[Deployment]:
    """The deployment with its server up, for all tests here; others start their own."""
    deployment.server.workers = 1
    deployment.server.start()
    yield deployment
    deployment.server.kill()
