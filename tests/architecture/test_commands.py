"""The ``lms`` command finds its commands, and starting the servers does not wait for the application."""

import subprocess
import sys

import click
import pytest

from lms.cli import COMMANDS, main
from lms.config import ROOT


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_where_it_is_said_to_be(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.name == name
    assert command.help


def test_an_unknown_command_is_refused() -> None:
    assert main.get_command(click.Context(main), "nothing") is None


@pytest.mark.parametrize("name", ["serve", "web"])
def test_starting_the_servers_does_not_load_the_application(name: str) -> None:
    code = f"""
import sys
from lms.cli import main
main([{name!r}, "--help"], standalone_mode=False)
print(sorted(one for one in sys.modules if one.split(".")[0] in ("flask", "sqlalchemy", "weasyprint")))
"""
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ended.stdout.splitlines()[-1] == "[]"
