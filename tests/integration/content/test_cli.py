"""``lms content diff`` and ``sync`` against a database."""

import json

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import text

from lms.app import create_app
from lms.content.cli import content
from lms.curriculum.queries import get_programme
from lms.db import db
from tests.conftest import make_settings
from tests.unit.content.trees import CONDITIONS, COURSE, write


@pytest.fixture
def run(app: Flask):
    def call(*arguments):
        settings = app.extensions["settings"]
        words = [str(each) for each in arguments]
        return CliRunner().invoke(content, words, obj=lambda: (app, settings))

    return call


def test_diff_then_sync_then_nothing(app, run, tmp_path):
    root = write(tmp_path)
    before = run("diff", root)
    assert before.exit_code == 1
    assert "+ lesson one-a (new)" in before.output
    synced = run("sync", root)
    assert synced.exit_code == 0
    assert "synced: 14 changes" in synced.output
    with app.app_context():
        assert get_programme("demo").title == "示例方案"
    after = run("diff", root)
    assert (after.exit_code, after.output) == (0, "")
    assert json.loads(run("diff", root, "--json").output) == {
        "may_run": True,
        "actions": [],
        "issues": [],
    }


def test_sync_of_broken_files_says_where_and_exits_1(run, tmp_path):
    result = run("sync", write(tmp_path, course_yml=COURSE + "colour: red\n"))
    assert result.exit_code == 1
    assert "courses/demo/course.yml:5" in result.output
    assert "nothing was changed" in result.output
    assert "Traceback" not in result.output


def run_at(folder, database_url, *arguments):
    settings = make_settings(folder, database_url)
    app = create_app(settings)
    result = CliRunner().invoke(content, [*arguments], obj=lambda: (app, settings))
    with app.app_context():
        db.engine.dispose()
    return result


@pytest.mark.parametrize("command", ["diff", "sync"])
def test_without_a_database_one_line_says_so_and_nothing_is_made(tmp_path, command):
    root = str(write(tmp_path / "root"))
    file = tmp_path / "lms.sqlite3"
    result = run_at(tmp_path / "data", f"sqlite:///{file}", command, root)
    assert (result.exit_code, result.output) == (2, "no database yet: run lms init\n")
    assert not file.exists()


def test_an_empty_database_is_none_yet(tmp_path):
    file = tmp_path / "lms.sqlite3"
    file.touch()
    result = run_at(tmp_path / "data", f"sqlite:///{file}", "diff", str(write(tmp_path / "root")))
    assert (result.exit_code, result.output) == (2, "no database yet: run lms init\n")


def test_a_database_out_of_reach(tmp_path):
    url = "postgresql+psycopg://127.0.0.1:1/x"
    result = run_at(tmp_path / "data", url, "diff", str(write(tmp_path / "root")))
    assert result.exit_code == 2
    assert result.output.startswith("the database cannot be reached: ")
    assert len(result.output.splitlines()) == 1


def test_a_database_of_another_version(app, run, tmp_path):
    with app.app_context():
        db.session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
        db.session.commit()
    result = run("diff", write(tmp_path))
    assert result.exit_code == 2
    assert "(0000): run lms init" in result.output


def test_a_version_raised_alone_is_the_same_error_in_diff_and_sync(run, tmp_path):
    run("sync", write(tmp_path))
    write(tmp_path, conditions_yml=CONDITIONS.replace("version: 1", "version: 2"))
    for command in ("diff", "sync"):
        result = run(command, tmp_path)
        assert result.exit_code == 1
        assert (
            "conditions.yml:1 [version]: version 2: text unchanged since version 1" in result.output
        )
    write(tmp_path)
    assert run("diff", tmp_path).exit_code == 0
