"""``lms content``: check the files, show what a sync would do, sync."""

import datetime as dt
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click
from flask import Flask
from sqlalchemy.exc import OperationalError

from lms.clock import local_date, now_utc
from lms.config import ROOT, Settings
from lms.content.domain.plan import Action
from lms.content.queries import find_migration
from lms.content.services import Planned, check_files, plan_sync, sync_content
from lms.db import transaction
from lms.issues import Issue, Severity, has_errors
from lms.ops.queries import expected_migration

MakeApp = Callable[[], tuple[Flask, Settings]]
"""What the ``lms`` command puts into ``ctx.obj``: ``check`` runs without application and database."""

_PATH = click.argument(
    "path",
    required=False,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=ROOT,
)
_JSON = click.option("--json", "as_json", is_flag=True, help="print one JSON object")
EASTERNMOST = dt.timedelta(hours=14)
"""Without settings there is no zone: a date is ahead only when it is so everywhere."""
_SIGNS = {"create": "+", "revise": "~", "retire": "-"}


@click.group()
def content() -> None:
    """Courses and item banks as files: PATH holds courses/ and question_banks/."""


@content.command()
@_PATH
@_JSON
def check(path: Path, *, as_json: bool) -> None:
    """Check the files below PATH; needs no database. Exit 0: no errors, 1: errors."""
    today = (now_utc() + EASTERNMOST).date()
    read, issues = check_files(path.resolve(), today=today)
    counts = {
        "courses": len(read.courses),
        "lessons": len(read.lessons),
        "cards": len(read.cards),
        "banks": len(read.banks),
        "items": len(read.items),
        "quizzes": sum(len(course.quizzes) for course in read.courses),
    }
    if as_json:
        _print_json({**counts, "issues": [issue.as_json() for issue in issues]})
    else:
        _print_issues(issues)
        click.echo(", ".join(f"{count} {name}" for name, count in counts.items()))
    sys.exit(1 if has_errors(issues) else 0)


@content.command()
@_PATH
@_JSON
@click.pass_obj
def diff(make_app: MakeApp, path: Path, *, as_json: bool) -> None:
    """Show what a sync of PATH would change. Exit 0: nothing, 1: something, or errors, 2: no database."""
    app, settings = make_app()
    with app.app_context():
        _require_database()
        today = local_date(now_utc(), settings.zone)
        planned, _ = plan_sync(path.resolve(), today=today)
    _print_planned(planned, as_json=as_json)
    sys.exit(1 if planned.actions or not planned.may_run else 0)


@content.command()
@_PATH
@_JSON
@click.pass_obj
def sync(make_app: MakeApp, path: Path, *, as_json: bool) -> None:
    """Write the files below PATH into the database. Errors change nothing and exit 1, no database 2."""
    app, settings = make_app()
    with app.app_context(), transaction():
        _require_database()
        now = now_utc()
        planned = sync_content(path.resolve(), today=local_date(now, settings.zone), now=now)
    _print_planned(planned, as_json=as_json)
    if not as_json and planned.may_run:
        click.echo(f"synced: {len(planned.actions)} changes")
    sys.exit(0 if planned.may_run else 1)


def _require_database() -> None:
    """End with one clear line unless the database is there and of this version of the code."""
    try:
        applied = find_migration()
    except OperationalError as error:
        problem = f"the database cannot be reached: {str(error.orig).splitlines()[0]}"
    else:
        if applied == expected_migration():
            return
        problem = (
            f"the database is of another version of the product ({applied}): run lms init"
            if applied
            else "no database yet: run lms init"
        )
    click.echo(problem, err=True)
    sys.exit(2)


def _print_planned(planned: Planned, *, as_json: bool) -> None:
    if as_json:
        _print_json(
            {
                "may_run": planned.may_run,
                "actions": [action.as_json() for action in planned.actions],
                "issues": [issue.as_json() for issue in planned.issues],
            }
        )
        return
    _print_issues(planned.issues)
    for action in planned.actions:
        click.echo(_line(action))
    if not planned.may_run:
        click.echo("nothing was changed: mend the errors first", err=True)


def _line(action: Action) -> str:
    sign = _SIGNS[action.verb.value]
    return f"{sign} {action.kind.value} {action.key} ({', '.join(action.why)})"


def _print_issues(issues: Sequence[Issue]) -> None:
    for issue in sorted(issues, key=lambda one: one.severity is not Severity.ERROR):
        click.echo(f"{issue.severity.value}: {issue.where}: {issue.message} [{issue.code}]")


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))
