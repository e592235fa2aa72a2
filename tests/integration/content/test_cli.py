"""``lms content diff`` and ``sync`` against a database."""

import json

import pytest
from click.testing import CliRunner
from flask import Flask

from lms.content.cli import content
from lms.curriculum.queries import get_programme
from tests.unit.content.trees import COURSE, write


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
