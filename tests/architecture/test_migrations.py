"""Migrations lead from an empty database to exactly the tables that the code declares."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from lms.config import ROOT
from lms.db import Base, db
from lms.ops.queries import applied_migration, expected_migration
from tests.conftest import build_app, make_settings


def test_one_head_and_it_is_the_noted_one():
    assert ScriptDirectory(str(ROOT / "migrations")).get_heads() == [expected_migration()]


def test_no_drift(app):
    with app.app_context():
        context = MigrationContext.configure(db.session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        assert applied_migration() == expected_migration()


def test_down_to_nothing_and_up_again(tmp_path):
    app = build_app(make_settings(tmp_path, f"sqlite:///{tmp_path / 'x.sqlite3'}"))
    with app.app_context():
        downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
        upgrade()
        assert set(Base.metadata.tables) <= set(inspect(db.engine).get_table_names())
        db.engine.dispose()
