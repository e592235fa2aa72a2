"""An application of its own for tests in which several act at the same moment."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from flask import Flask

from lms.db import db
from tests.conftest import build_app, make_settings
from tests.postgres import start_postgres


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def real_app(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """An application whose commits are commits."""
    folder = tmp_path_factory.mktemp("races")
    with ExitStack() as stack:
        url = f"sqlite:///{folder / 'lms.sqlite3'}"
        if request.param == "postgresql":
            url = stack.enter_context(start_postgres(tmp_path_factory.mktemp("pg-races")))
        app = build_app(make_settings(folder, url))
        yield app
        with app.app_context():
            db.engine.dispose()
