"""Alembic's environment: our metadata, our engine, batch mode on SQLite."""

from alembic import context
from flask import current_app
from sqlalchemy import JSON

from lms.db import Base, Hundredths, UtcDateTime

engine = current_app.extensions["migrate"].db.engine
is_sqlite = engine.dialect.name == "sqlite"


def render_item(kind: str, item: object, autogen: object) -> str | bool:
    """Write our column types as what they are in the database: a migration must not change when code does."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Hundredths):
        return "sa.Integer()"
    if kind == "type" and isinstance(item, JSON):
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return "sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')"
    return False


def run() -> None:
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=is_sqlite,
            compare_type=True,
            render_item=render_item,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
