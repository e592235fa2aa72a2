"""Commands of ``lms`` that work with the whole application."""

import json
import sys
from collections.abc import Callable

import click
from flask import Flask

from lms.app import create_app
from lms.clock import now_utc
from lms.config import Settings
from lms.db import transaction
from lms.errors import LmsError
from lms.ops.queries import check_readiness
from lms.serving import make_settings
from lms.setup import fill_with_demo, set_up
from lms.worker import JOBS, get_job, run_job, run_worker


def make_app() -> tuple[Flask, Settings]:
    """Build the application from the environment."""
    settings = make_settings()
    return create_app(settings), settings


@click.command()
@click.option(
    "--demo-if-new", is_flag=True, help="fill an empty database with the demo organisation"
)
def init(*, demo_if_new: bool) -> None:
    """Migrate the database, sync the content, make the first admin; safe to repeat."""
    app, settings = make_app()
    _or_exit(lambda: set_up(app, settings, demo_if_new=demo_if_new, say=click.echo))


@click.command()
def demo() -> None:
    """Fill an empty database with a demo organisation in every state of the journey."""
    app, settings = make_app()
    with app.app_context():
        _or_exit(lambda: fill_with_demo(settings, click.echo))


def _or_exit(work: Callable[[], None]) -> None:
    try:
        work()
    except LmsError as error:
        click.echo(str(error), err=True)
        sys.exit(1)


@click.command()
def worker() -> None:
    """Run the worker half."""
    app, settings = make_app()
    run_worker(app, settings)


@click.group()
def jobs() -> None:
    """Sweeps of the worker."""


@jobs.command("list")
def jobs_list() -> None:
    """List the sweeps."""
    for job in JOBS:
        click.echo(f"{job.name:24} every {job.every}")


@jobs.command("run")
@click.argument("name")
def jobs_run(name: str) -> None:
    """Run one sweep now."""
    app, _ = make_app()
    try:
        job = get_job(name)
    except LmsError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    click.echo(f"{name}: {run_job(app, job)}")


@click.command()
@click.option("--json", "as_json", is_flag=True)
def doctor(*, as_json: bool) -> None:
    """Check database, migrations, worker, fonts, disk and mail."""
    app, _ = make_app()
    with app.app_context(), transaction():
        problems = check_readiness(now_utc())
    if as_json:
        click.echo(json.dumps(problems, ensure_ascii=False))
    else:
        for name, detail in problems.items():
            click.echo(f"✗ {name}: {detail}")
        if not problems:
            click.echo("✓ all in order")
    sys.exit(1 if problems else 0)
