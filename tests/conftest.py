"""What every test may use: databases, application, signed-in clients, a frozen clock."""

import datetime as dt
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from playwright.sync_api import Browser, sync_playwright

from lms.app import create_app
from lms.config import Settings
from lms.db import db, will_write
from lms.people.models import Person
from tests.postgres import start_postgres
from tests.shared_connection import SharedConnection

NOON = dt.datetime(2026, 11, 23, 4, 0, tzinfo=dt.UTC)
"""A Monday, 12:00 in Shanghai."""

# No test is timed: a busy machine must not fail one. And whoever changes one thing must not meet a new example of
# another: `make explore` looks for those, with new examples each time.
hypothesis.settings.register_profile(
    "house",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    derandomize="LMS_TESTS_EXPLORE" not in os.environ,
)
hypothesis.settings.load_profile("house")

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a case of bytes by its argument: bytes of a zip hold the time at which it was made."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Refuse every connection that leaves this machine."""
    real = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> object:
        if isinstance(address, tuple) and address[0] not in _LOOPBACK:
            raise RuntimeError(f"a test reached for the network: {address}")
        return real(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    yield
    patch.undo()


def make_settings(folder: Path, database_url: str) -> Settings:
    """Settings of a test application that keeps everything in ``folder``."""
    return Settings.from_env(
        {
            "LMS_DATA_DIR": str(folder),
            "LMS_DATABASE_URL": database_url,
            "LMS_SECRET_KEY": "test-" * 10,
            "LMS_BASE_URL": "http://127.0.0.1:8000",
        }
    )


def build_app(settings: Settings) -> Flask:
    """Build and migrate an application for in-process tests."""
    app = create_app(
        settings, {"TESTING": True, "WTF_CSRF_ENABLED": False, "RATELIMIT_ENABLED": False}
    )
    with app.app_context():
        upgrade()
    return app


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of an empty database on a real PostgreSQL."""
    with start_postgres(tmp_path_factory.mktemp("pg")) as url:
        yield url


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of an empty database; every test that needs one runs on both kinds."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'lms.sqlite3'}"


@pytest.fixture(scope="session")
def migrated_app(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One application a database for the whole run; tests use ``app``, which rolls back."""
    app = build_app(make_settings(tmp_path_factory.mktemp("data"), database_url))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(migrated_app: Flask) -> Iterator[Flask]:
    """The application inside one outer transaction that is rolled back after the test.

    Commits of requests and services become savepoints, so a test sees them and the next test does not.
    """
    token = will_write.set(True)
    with migrated_app.app_context():
        engine = db.engine
        connection = engine.connect()
        outer = connection.begin()
        connection.raw_connection = partial(SharedConnection, connection)  # type: ignore[attr-defined]
        db.engines[None] = connection  # type: ignore[assignment, index]
        db.session.configure(join_transaction_mode="create_savepoint")
    try:
        yield migrated_app
    finally:
        with migrated_app.app_context():
            db.session.remove()
            outer.rollback()
            connection.close()
            db.engines[None] = engine  # type: ignore[index]
        will_write.reset(token)


@pytest.fixture
def session(app: Flask) -> Iterator[None]:
    """An application context for tests of services and queries, without requests."""
    with app.app_context():
        yield


SignIn = Callable[[int], FlaskClient]


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    """Return a function: person id -> a client of its own, signed in as that person.

    Use it outside any ``app.app_context()``: an outer context would keep the first request's user in ``g``.
    """

    def enter(person_id: int) -> FlaskClient:
        with app.app_context():
            person = db.session.get(Person, person_id)
            assert person is not None
            key = person.fs_uniquifier
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = key
            cookie["_fresh"] = True
        return client

    return enter


@contextmanager
def folder_copy(source: Path, target: Path) -> Iterator[Path]:
    """A throw-away copy of a folder, for tests that break files on purpose."""
    shutil.copytree(source, target)
    try:
        yield target
    finally:
        shutil.rmtree(target)


def chromium() -> str:
    """Path of the Chromium that journeys drive."""
    for name in (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name) if name else None
        if found:
            return found
    raise RuntimeError("no Chromium: run `make test`, which installs it, or set CHROMIUM")


LAUNCH = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the run, for journeys and faults: Playwright cannot be started twice."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=list(LAUNCH))
        yield running
        running.close()
