"""The database: base class of all tables, UTC and exact-decimal columns, and transactions."""

import datetime as dt
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from typing import Any

import orjson
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ColumnDefault,
    DateTime,
    Engine,
    Executable,
    Integer,
    MetaData,
    String,
    Table,
    event,
    insert,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator
from typing_extensions import override

from lms.units import Percent, Points

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

JsonObject = dict[str, Any]
JsonList = list[Any]
Id = int


class UtcDateTime(TypeDecorator[dt.datetime]):
    """An instant: timezone-aware in Python, UTC in the database. A naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(dt.UTC)

    @override
    def process_result_value(
        self, value: dt.datetime | None, dialect: Dialect
    ) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Hundredths(TypeDecorator[Decimal]):
    """An exact decimal with two places, stored as an integer: SQLite has no decimal type."""

    impl = Integer
    cache_ok = True

    @override
    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        hundredths = value * 100
        if hundredths != int(hundredths):
            raise ValueError(f"{value} has more than two decimal places")
        return int(hundredths)

    @override
    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-2)


BigId = BigInteger().with_variant(Integer, "sqlite")
Json = JSON().with_variant(JSONB(), "postgresql")


class json_rows(FunctionElement[Any]):  # noqa: N801 - named as it is written in a query
    """All rows of a query as a JSON array of arrays, in no order: what else would be a statement of its own."""

    type = Json
    inherit_cache = True


@compiles(json_rows, "sqlite")
def _json_rows_sqlite(element: json_rows, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401
    columns = ((compiler.process(one, **kw), one.type) for one in element.clauses)
    # JSON is kept as text; said to be JSON, it goes in as what it means.
    said = (f"json({text})" if isinstance(type_, JSON) else text for text, type_ in columns)
    return f"json_group_array(json_array({', '.join(said)}))"


@compiles(json_rows, "postgresql")
def _json_rows_postgresql(element: json_rows, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401
    return f"jsonb_agg(jsonb_build_array({compiler.process(element.clauses, **kw)}))"


COLUMN_TYPES: dict[Any, Any] = {
    int: BigId,
    str: String,
    dt.datetime: UtcDateTime,
    Decimal: Hundredths,
    Points: Hundredths,
    Percent: Hundredths,
    JsonObject: Json,
    JsonList: Json,
}


class Base(DeclarativeBase):
    """Base of all tables. Subclass this, not ``db.Model``, so that strict typing works."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMES), type_annotation_map=COLUMN_TYPES
    )


def _json_text(value: object) -> str:
    return orjson.dumps(value).decode()


db = SQLAlchemy(
    model_class=Base,
    # JSON columns are written and read by the thousand.
    engine_options={"json_serializer": _json_text, "json_deserializer": orjson.loads},
)

will_write: ContextVar[bool] = ContextVar("will_write", default=True)
"""Whether the transaction about to begin may write; the web kit sets it False for GET.

SQLite upgrades a reading transaction to a writing one only if nobody wrote meanwhile, else it fails at
once in spite of the busy timeout. So writers say BEGIN IMMEDIATE and queue.
"""


def tune_sqlite(engine: Engine) -> None:
    """Make SQLite durable enough, concurrent and strict on every connection of ``engine``."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:  # noqa: ANN401 - DBAPI connection
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA busy_timeout=20000")
        cursor.execute("PRAGMA foreign_keys=ON")
        # Pages are read where they lie: searches look at thousands of them, all connections at the same.
        cursor.execute("PRAGMA mmap_size=268435456")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:  # noqa: ANN401 - SQLAlchemy passes its Connection
        connection.exec_driver_sql("BEGIN IMMEDIATE" if will_write.get() else "BEGIN")


IDLE_S = 1.0
"""A connection that lay longer is asked whether it still stands before it is used again."""


def tune_postgresql(engine: Engine) -> None:
    """Ask connections of ``engine`` that lay idle whether they still stand; the busy ones need not be asked."""

    @event.listens_for(engine, "checkin")
    def on_checkin(_connection: Any, record: Any) -> None:  # noqa: ANN401 - of the driver and the pool
        record.info["idle_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def on_checkout(connection: Any, record: Any, _proxy: object) -> None:  # noqa: ANN401
        since = record.info.get("idle_since")
        if since is None or time.monotonic() - since < IDLE_S:
            return
        dialect = engine.dialect
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            # The pool opens another, and asks those that are as old.
            raise InvalidatePoolError from error


@contextmanager
def reading() -> Iterator[bool]:
    """Read outside the queue of writers, where there is one: on SQLite one request writes at a time.

    What was read belongs to no session afterwards: it stays as it was, and whoever writes by it makes sure, in the
    statement that writes, that it still is so.

    Yields:
        Whether the reading stands apart; not on PostgreSQL, and not where the session is in use.
    """
    session = db.session()
    is_used = session.in_transaction() or len(session.identity_map) > 0
    if is_used or session.get_bind().dialect.name != "sqlite":
        yield False
        return
    before = will_write.set(False)
    try:
        yield True
    finally:
        session.close()
        will_write.reset(before)


def insert_rows(table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert many rows that name the same columns, in the session's transaction.

    PostgreSQL takes them as one stream: a statement for each of ten thousand rows costs it seconds.

    Args:
        table: Where they go; columns that the rows do not name get their defaults.
        rows: Values by column.
    """
    if not rows:
        return
    connection = db.session.connection()
    if connection.dialect.name == "sqlite":
        connection.execute(insert(table), rows)
        return
    dialect, named = connection.dialect, rows[0].keys()
    unnamed = {column.name: _default_of(column) for column in table.c if column.name not in named}
    defaults = {name: value for name, value in unnamed.items() if value is not None}
    columns = [table.c[name] for name in (*named, *defaults)]
    as_sent = [each.type.dialect_impl(dialect).bind_processor(dialect) for each in columns]
    names = ", ".join(dialect.identifier_preparer.format_column(each) for each in columns)
    into = dialect.identifier_preparer.format_table(table)
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY {into} ({names}) FROM STDIN") as stream:
        for row in rows:
            values = (*(row[name] for name in named), *defaults.values())
            stream.write_row(
                [send(one) if send else one for send, one in zip(as_sent, values, strict=True)]
            )
    cursor.close()


def insert_once(table: Table, values: Mapping[str, object]) -> int | None:
    """Insert a row in the session's transaction unless one with the same key is there; return its id, or None.

    One statement, where looking first and inserting in a savepoint takes four.

    Args:
        table: Has an ``id`` and a unique key beside it; the rows that it refers to are flushed.
        values: Of every column that has no default.
    """
    connection = db.session.connection()
    known = (table, connection.dialect.name)
    statement = _ONCE.get(known)
    if statement is None:
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        statement = dialect.insert(table).on_conflict_do_nothing().returning(table.c.id)
        _ONCE[known] = statement
    found: int | None = connection.execute(statement, values).scalar()
    return found


_ONCE: dict[tuple[Table, str], Executable] = {}


def _default_of(column: Column[Any]) -> object:
    default = column.default
    if not isinstance(default, ColumnDefault):
        return None
    return default.arg(None) if default.is_callable else default.arg


@contextmanager
def transaction() -> Iterator[None]:
    """Commit what happens inside, or roll it back: for jobs and the command line.

    Web requests do not use this; the application commits once after a response below 400.
    """
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
