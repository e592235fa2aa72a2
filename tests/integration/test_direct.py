"""Short ways to the database: direct transactions, reading beside the writers, inserting what is not there yet.

On a real engine: fixture ``app`` has one connection for everything, these take connections of their own.
"""

import datetime as dt
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import bindparam, delete, event, insert, select

from lms.db import db, insert_once, reading, will_write
from lms.direct import DirectConnection, DirectStatement, direct_transaction, is_session_idle
from lms.people.models import PERSON, ROLE, Person, Role
from tests.conftest import NOON
from tests.integration.quizzes.statements import count_statements

PREFIX = "direct-"
ADD = DirectStatement(
    insert(ROLE).values(name=bindparam("called"), description="fixed").returning(ROLE.c.id)
)
DESCRIBE = DirectStatement(
    ROLE.update()
    .where(ROLE.c.name == bindparam("called"))
    .values(description=bindparam("words", "as usual"))
)
FIND_PERSON = DirectStatement(
    select(PERSON.c.name, PERSON.c.created_at).where(
        PERSON.c.created_at == bindparam("at", type_=PERSON.c.created_at.type)
    ),
    instants=(1,),
)


@pytest.fixture
def real(migrated_app: Flask) -> Iterator[Flask]:
    """The application on its own engine, in its context; what a test added is taken away again."""
    with migrated_app.app_context():
        db.session.remove()
        yield migrated_app
        db.session.remove()
        db.session.execute(delete(Person).where(Person.username.startswith(PREFIX)))
        db.session.execute(delete(Role).where(Role.name.startswith(PREFIX)))
        db.session.commit()
        db.session.remove()


@pytest.fixture
def name() -> str:
    return f"{PREFIX}{secrets.token_hex(8)}"


def is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def find_role(name: str) -> tuple[int, str] | None:
    """Return id and description, as another connection sees them."""
    token = will_write.set(False)  # beside whoever writes
    try:
        with db.engine.connect() as connection:
            row = connection.execute(
                select(ROLE.c.id, ROLE.c.description).where(ROLE.c.name == name)
            ).one_or_none()
    finally:
        will_write.reset(token)
    return None if row is None else (row.id, row.description)


@contextmanager
def watch() -> Iterator[list[str]]:
    """Collect the transactions that are begun inside."""
    begun: list[str] = []

    def note(_connection: object, _cursor: object, text: str, *_rest: object) -> None:
        if text.startswith("BEGIN"):
            begun.append(text)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield begun
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


# --- direct statements --------------------------------------------------------------------------------


def test_what_is_run_is_committed_at_the_end(real: Flask, name: str) -> None:
    with direct_transaction() as connection:
        assert connection.dialect == db.engine.dialect.name
        added = connection.run(ADD, {"called": name, "ignored": object()})
        assert added is not None
        if is_sqlite():
            assert find_role(name) is None
    assert find_role(name) == (added[0], "fixed")


def test_parameters_have_the_values_they_were_written_with(real: Flask, name: str) -> None:
    with direct_transaction() as connection:
        connection.run(ADD, {"called": name})
        assert connection.run(DESCRIBE, {"called": name}) is None
    assert (find_role(name) or ())[1:] == ("as usual",)
    with direct_transaction() as connection:
        connection.run(DESCRIBE, {"called": name, "words": "otherwise"})
    assert (find_role(name) or ())[1:] == ("otherwise",)
    with direct_transaction() as connection:  # nothing stays of the last time
        connection.run(DESCRIBE, {"called": name})
    assert (find_role(name) or ())[1:] == ("as usual",)


def test_an_error_takes_back_what_was_not_committed(real: Flask, name: str) -> None:
    """On PostgreSQL each statement is committed by itself."""

    def write(connection: DirectConnection) -> None:
        connection.run(ADD, {"called": name})
        raise LookupError

    with pytest.raises(LookupError), direct_transaction() as connection:
        write(connection)
    assert (find_role(name) is None) == is_sqlite()


def test_a_refused_statement_leaves_the_connection_usable(real: Flask, name: str) -> None:
    with direct_transaction() as connection:
        connection.run(ADD, {"called": name})
    refused = db.engine.dialect.loaded_dbapi.IntegrityError
    for _ in range(12):  # more often than the pool has connections
        with pytest.raises(refused), direct_transaction() as connection:
            connection.run(ADD, {"called": name})
    # Given back as they were: the session's transactions are transactions.
    db.session.add(Role(name=f"{name}-2", description=""))
    db.session.flush()
    db.session.rollback()
    assert find_role(f"{name}-2") is None
    with direct_transaction() as connection:
        connection.run(DESCRIBE, {"called": name, "words": "written"})
    assert (find_role(name) or ())[1:] == ("written",)


def test_instants_come_back_with_their_zone(real: Flask, name: str) -> None:
    at = NOON.replace(microsecond=secrets.randbelow(10**6))
    person = {
        "name": "林小满",
        "username": name,
        "fs_uniquifier": name,
        "post": "",
        "created_at": at,
        "locale": "zh_Hans",
        "active": True,
    }
    db.session.add(Person(**person))
    db.session.commit()
    east = at.astimezone(dt.timezone(dt.timedelta(hours=8)))
    with direct_transaction() as connection:
        for asked in (at, east):
            assert connection.run(FIND_PERSON, {"at": asked}) == ["林小满", at]
        found = connection.run(FIND_PERSON, {"at": at})
        assert found is not None
        assert found[1].utcoffset() == dt.timedelta(0)
        assert connection.run(FIND_PERSON, {"at": at + dt.timedelta(microseconds=1)}) is None
        with pytest.raises(ValueError, match="time zone"):
            connection.run(FIND_PERSON, {"at": at.replace(tzinfo=None)})


def test_direct_statements_are_counted_as_others_are(real: Flask, name: str) -> None:
    with count_statements() as counted, direct_transaction() as connection:
        connection.run(ADD, {"called": name})
        connection.run(DESCRIBE, {"called": name})
    assert [one.split()[0] for one in counted.own] == ["INSERT", "UPDATE"]


def test_a_statement_is_compiled_once_for_a_database(real: Flask) -> None:
    dialect = db.engine.dialect
    assert ADD.compiled_for(dialect) is ADD.compiled_for(dialect)


def test_a_session_is_idle_unless_something_is_open(real: Flask) -> None:
    assert is_session_idle()
    db.session.scalar(select(Role.id).limit(1))
    assert not is_session_idle()
    db.session.commit()
    assert is_session_idle()
    db.session.add(Role(name=f"{PREFIX}x", description=""))
    db.session.flush()
    assert not is_session_idle()
    db.session.rollback()
    assert is_session_idle()
    db.session.remove()
    assert is_session_idle()


# --- reading beside the writers -----------------------------------------------------------------------


@pytest.fixture
def writes() -> Iterator[None]:
    """As in a request that may write."""
    token = will_write.set(True)
    yield
    will_write.reset(token)


def test_reading_stands_in_no_line_of_writers(real: Flask, writes: None) -> None:
    with watch() as begun:
        with reading() as is_apart:
            assert is_apart == is_sqlite()
            db.session.scalar(select(Role.id).limit(1))
            assert not is_session_idle()
        assert is_session_idle() == is_sqlite()
        assert will_write.get()
        db.session.scalar(select(Role.id).limit(1))
    assert begun == (["BEGIN", "BEGIN IMMEDIATE"] if is_sqlite() else [])


def test_others_write_while_one_reads(real: Flask, writes: None, name: str) -> None:
    """On SQLite this would stand still if the reader had begun to write."""
    with reading():
        db.session.scalar(select(Role.id).limit(1))
        with direct_transaction() as connection:
            connection.run(ADD, {"called": name})
    assert find_role(name) is not None


def test_what_was_read_apart_belongs_to_no_session(real: Flask, writes: None, name: str) -> None:
    db.session.add(Role(name=name, description=""))
    db.session.commit()
    db.session.remove()
    with reading() as is_apart:
        role = db.session.scalars(select(Role).where(Role.name == name)).one()
        assert role in db.session
    assert (role in db.session) != is_apart
    assert role.name == name


def test_a_session_in_use_is_left_as_it_is(real: Flask, writes: None, name: str) -> None:
    role = Role(name=name, description="")
    db.session.add(role)
    db.session.flush()
    with reading() as is_apart:
        assert not is_apart
        assert will_write.get()
        assert db.session.scalar(select(Role.id).where(Role.name == name)) == role.id
    assert role in db.session
    db.session.commit()
    assert find_role(name) is not None


def test_a_session_that_holds_rows_is_left_as_it_is(real: Flask, writes: None, name: str) -> None:
    role = Role(name=name, description="")
    db.session.add(role)
    db.session.commit()  # nothing is open now
    with reading() as is_apart:
        assert not is_apart
    assert role in db.session


def test_an_error_while_reading_leaves_a_session_that_writes(real: Flask, writes: None) -> None:
    def read() -> None:
        db.session.scalar(select(Role.id).limit(1))
        raise LookupError

    with watch() as begun:
        with pytest.raises(LookupError), reading():
            read()
        db.session.rollback()
        assert will_write.get()
        db.session.scalar(select(Role.id).limit(1))
    assert begun == (["BEGIN", "BEGIN IMMEDIATE"] if is_sqlite() else [])


# --- inserting what is not there yet ------------------------------------------------------------------


def test_a_row_is_inserted_once(session: None, name: str) -> None:
    first = insert_once(ROLE, {"name": name, "description": "first"})
    assert first is not None
    assert insert_once(ROLE, {"name": name, "description": "second"}) is None
    other = insert_once(ROLE, {"name": f"{name}-2", "description": ""})
    assert other not in (None, first)
    role = db.session.get_one(Role, first)
    assert (role.name, role.description) == (name, "first")


def test_inserting_once_takes_one_statement_and_spoils_nothing(session: None, name: str) -> None:
    """A refused insert would end PostgreSQL's transaction."""
    with count_statements() as counted:
        for _ in range(3):
            insert_once(ROLE, {"name": name, "description": ""})
    assert len(counted.own) == 3
    assert db.session.scalar(select(Role.name).where(Role.name == name)) == name


def test_it_is_part_of_the_sessions_transaction(real: Flask, writes: None, name: str) -> None:
    assert insert_once(ROLE, {"name": name, "description": ""}) is not None
    db.session.rollback()
    assert find_role(name) is None
    assert insert_once(ROLE, {"name": name, "description": ""}) is not None
    db.session.commit()
    assert find_role(name) is not None
