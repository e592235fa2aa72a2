"""The connection of a test's outer transaction, for code that asks the engine for one of its own."""

import sqlite3
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection


class SharedConnection:
    """What ``engine.raw_connection()`` gives in tests: the outer transaction's connection, in a savepoint of its own."""

    def __init__(self, connection: Connection) -> None:
        self._driver: Any = connection.connection
        self._is_open = True
        #: What is set on it concerns the driver of a connection of one's own.
        self.driver_connection = SimpleNamespace(closed=False, autocommit=False)
        self._driver.cursor().execute("SAVEPOINT direct")

    def cursor(self) -> Any:  # noqa: ANN401
        cursor = self._driver.cursor()
        return _WithoutBegin(cursor) if isinstance(cursor, sqlite3.Cursor) else cursor

    def commit(self) -> None:
        """It is kept when the connection is given back."""

    def rollback(self) -> None:
        self._driver.cursor().execute("ROLLBACK TO SAVEPOINT direct")
        self.close()

    def close(self) -> None:
        """The connection itself stays open: the test goes on with it."""
        if self._is_open:
            self._driver.cursor().execute("RELEASE SAVEPOINT direct")
        self._is_open = False


class _WithoutBegin:
    """A cursor whose transaction has begun already."""

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._cursor = cursor

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._cursor, name)

    def execute(self, statement: str, *values: Any) -> None:  # noqa: ANN401
        if statement != "BEGIN IMMEDIATE":
            self._cursor.execute(statement, *values)
