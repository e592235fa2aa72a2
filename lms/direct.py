"""Short writing transactions straight on the database's driver: for the one request that is sent twenty times an attempt.

A statement is written with SQLAlchemy like every other and compiled once; what is left out are the layers that an
execution goes through, which cost several times what the database does.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, Executable
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql.compiler import SQLCompiler

from lms.db import UtcDateTime, db

Send = Callable[[Any], Any]


class DirectStatement:
    """A statement with its parameters named, compiled for each database when it is first used there.

    Args:
        statement: Any but a query that returns more than one row.
        instants: Which of the returned columns are instants; the others come as the driver gives them.
    """

    def __init__(self, statement: Executable, *, instants: Sequence[int] = ()) -> None:
        self._statement = statement
        self._instants = frozenset(instants)
        self._compiled: dict[str, _Compiled] = {}

    def compiled_for(self, dialect: Dialect) -> "_Compiled":
        """Return the statement as that database's driver takes it."""
        found = self._compiled.get(dialect.name)
        if found is None:
            found = _Compiled(self._statement, self._instants, dialect)
            self._compiled[dialect.name] = found
        return found


class _Compiled:
    def __init__(self, statement: Executable, instants: frozenset[int], dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        assert isinstance(compiled, SQLCompiler)
        self.text = compiled.string
        self._fixed = dict(compiled.params)
        self._send: dict[str, Send] = {}
        for name, bind in compiled.binds.items():
            send = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if send is not None:
                self._send[name] = send
                if self._fixed.get(name) is not None:
                    self._fixed[name] = send(self._fixed[name])
        self._order = tuple(compiled.positiontup or ()) if compiled.positional else None
        self._instants = instants
        self._read = UtcDateTime().dialect_impl(dialect).result_processor(dialect, None)

    def parameters(self, values: Mapping[str, object]) -> Any:  # noqa: ANN401 - as the driver takes them
        filled = self._fixed.copy()
        send = self._send
        for name in filled:
            if name in values:
                value = values[name]
                filled[name] = send[name](value) if name in send else value
        return filled if self._order is None else [filled[name] for name in self._order]

    def read(self, row: Sequence[Any]) -> list[Any]:
        read = self._read
        return [
            read(value) if at in self._instants and read is not None else value
            for at, value in enumerate(row)
        ]


class DirectConnection:
    """A connection of the pool inside a writing transaction."""

    def __init__(self, engine: Engine, cursor: Any) -> None:  # noqa: ANN401 - the driver's
        self._engine = engine
        self._cursor = cursor

    @property
    def dialect(self) -> str:
        """Name of the database."""
        return self._engine.dialect.name

    def run(self, statement: DirectStatement, values: Mapping[str, object]) -> list[Any] | None:
        """Run a statement and return its first row, if it returns any.

        Args:
            statement: What to run.
            values: By the names of its parameters; others are ignored.
        """
        compiled = statement.compiled_for(self._engine.dialect)
        parameters = compiled.parameters(values)
        listeners = self._engine.dispatch.before_cursor_execute
        if listeners:  # whoever counts statements is told of these, too
            for tell in listeners:
                tell(None, self._cursor, compiled.text, parameters, None, False)
        self._cursor.execute(compiled.text, parameters)
        row = self._cursor.fetchone() if self._cursor.description else None
        return None if row is None else compiled.read(row)


@contextmanager
def direct_transaction() -> Iterator[DirectConnection]:
    """Write on a connection of one's own; what is inside is committed at the end, or rolled back.

    Nothing may be open in the session: on SQLite one would wait for oneself. On PostgreSQL each statement inside is
    committed by itself, without asking for a transaction and its end: whoever writes twice writes in one statement.
    """
    engine = db.engine
    is_sqlite = engine.dialect.name == "sqlite"
    connection = engine.raw_connection()
    driver: Any = connection.driver_connection
    try:
        cursor = connection.cursor()
        if is_sqlite:
            cursor.execute("BEGIN IMMEDIATE")
        else:
            driver.autocommit = True
        try:
            yield DirectConnection(engine, cursor)
        except BaseException:
            connection.rollback()
            raise
        if is_sqlite:
            connection.commit()
    finally:
        if not is_sqlite and not driver.closed:
            driver.autocommit = False
        connection.close()


def is_session_idle() -> bool:
    """Say whether the session of this thread has nothing open."""
    return not db.session.registry.has() or not db.session().in_transaction()
