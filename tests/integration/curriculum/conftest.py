"""Counting statements."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from flask import Flask
from sqlalchemy import event

from lms.db import db


@pytest.fixture
def count_queries(app: Flask) -> Callable[[list[str]], AbstractContextManager[None]]:
    """Return a context manager that appends every statement sent meanwhile to a list."""

    @contextmanager
    def counting(seen: list[str]) -> Iterator[None]:
        def note(_connection, _cursor, statement, *_rest):  # type: ignore[no-untyped-def]
            seen.append(statement)

        engine = db.session.connection()
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return counting
