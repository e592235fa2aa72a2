"""``lms content check``: no database, exit codes, JSON."""

import json

import pytest
from click.testing import CliRunner

from lms.content.cli import content
from tests.unit.content.trees import COURSE, write


def run(*arguments):
    return CliRunner().invoke(content, [str(each) for each in arguments])


def test_a_valid_root(tmp_path):
    result = run("check", write(tmp_path))
    assert result.exit_code == 0
    assert "2 lessons" in result.output


def test_findings_name_file_and_line(tmp_path):
    result = run("check", write(tmp_path, course_yml=COURSE + "colour: red\n"))
    assert result.exit_code == 1
    assert "error: courses/demo/course.yml:5 [colour]: colour is not known" in result.output


def test_json(tmp_path):
    result = run("check", write(tmp_path, course_yml=COURSE + "colour: red\n"), "--json")
    found = json.loads(result.output)
    assert found["lessons"] == 2
    assert [(one["code"], one["where"]["line"]) for one in found["issues"]] == [
        ("unknown_field", 5)
    ]


@pytest.mark.parametrize("arguments", [["check", "/nowhere"], ["check", "--loud"], ["juggle"]])
def test_wrong_usage(arguments):
    assert run(*arguments).exit_code == 2
