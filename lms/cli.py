"""The ``lms`` command: ``python -m lms``."""

from collections.abc import Mapping
from importlib import import_module

import click
from typing_extensions import override

COMMANDS: Mapping[str, str] = {
    "content": "lms.content.cli",
    "demo": "lms.commands",
    "doctor": "lms.commands",
    "init": "lms.commands",
    "jobs": "lms.commands",
    "people": "lms.people.cli",
    "questions": "lms.questions.cli",
    "serve": "lms.serving",
    "web": "lms.serving",
    "worker": "lms.commands",
}
"""Where each command is. Its module is imported when it is asked for: serving needs none of the application."""


class _Commands(click.Group):
    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(COMMANDS[cmd_name]), cmd_name)
        assert isinstance(command, click.Command)
        return command


def _make_app() -> object:
    return import_module("lms.commands").make_app()


@click.group(cls=_Commands)
@click.pass_context
def main(context: click.Context) -> None:
    """Shanggang (上岗): onboarding, exams, probation defense, certificates."""
    context.obj = _make_app
