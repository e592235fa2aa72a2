"""``lms questions``: the shape of its output, and its exit codes."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from lms.db import db
from lms.questions import queries
from lms.questions.cli import questions
from lms.questions.models import Item
from tests.factories.questions import make_bank

TEXT = "1. 谁付退货运费？\nA. 买家\nB. 卖家\n答案：A\n\n2. 没有答案的题\nA. 甲\nB. 乙\n"


@pytest.fixture
def run(app):
    """Return a function that runs the command with this application."""

    def call(*arguments: object):
        obj = lambda: (app, app.extensions["settings"])  # noqa: E731 - what ctx.obj is
        return CliRunner().invoke(questions, [*map(str, arguments)], obj=obj)

    return call


@pytest.fixture
def bank_key(app) -> str:
    with app.app_context():
        return make_bank(0, key="shell").key


def items(app) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Item)) or 0


def test_json_has_the_shape_of_the_contract_and_a_dry_run_saves_nothing(
    app, run, bank_key, tmp_path
):
    file = tmp_path / "题.txt"
    file.write_text(TEXT, encoding="utf-8")
    done = run("import", file, "--bank", bank_key, "--dry-run", "--json")
    found = json.loads(done.output)
    assert done.exit_code == 1
    assert (found["items"], found["by_type"]) == (1, {"single_response": 1})
    (issue,) = [one for one in found["issues"] if one["severity"] == "error"]
    assert set(issue) == {"severity", "code", "where", "message"}
    assert issue["where"]["line"] == 6
    assert found["plan"]["create"] == 1
    assert items(app) == 0


def test_import_export_and_import_again(app, run, bank_key, tmp_path):
    file = tmp_path / "a.gift"
    file.write_text("::q:: Who pays? {=Buyer ~Seller}\n", encoding="utf-8")
    assert run("import", file, "--bank", bank_key).exit_code == 0
    assert items(app) == 1
    out = tmp_path / "out.yml"
    assert run("export", "--bank", bank_key, "--format", "yaml", "-o", out).exit_code == 0
    again = run("import", out, "--bank", bank_key, "--json")
    assert again.exit_code == 0
    assert json.loads(again.output)["plan"]["unchanged"] == 1
    with app.app_context():
        assert queries.get_bank(bank_key).items[0].state == "draft"
    aiken = run(
        "export", "--bank", bank_key, "--format", "aiken", "-o", tmp_path / "a.txt", "--json"
    )
    assert aiken.exit_code == (1 if json.loads(aiken.output)["issues"] else 0)


def test_wrong_use_ends_with_two(app, run, bank_key, tmp_path):
    file = tmp_path / "a.gift"
    file.write_text("x {T}", encoding="utf-8")
    with app.app_context():
        make_bank(0, key="filed", origin="files")
    assert run("import", file, "--bank", "nowhere").exit_code == 2
    assert run("import", file, "--bank", "filed").exit_code == 2
    assert run("import", file, "--bank", bank_key, "--format", "pdf").exit_code == 2
    assert run("import", tmp_path / "none", "--bank", bank_key).exit_code == 2
    assert (
        run("export", "--bank", "nowhere", "--format", "yaml", "-o", tmp_path / "x").exit_code == 2
    )
    assert items(app) == 0


def test_a_file_that_cannot_be_told_is_a_finding(run, bank_key, tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("nothing of the kind", encoding="utf-8")
    done = run("import", file, "--bank", bank_key, "--json")
    assert done.exit_code == 1
    assert json.loads(done.output)["issues"][0]["code"] == "format_unknown"
