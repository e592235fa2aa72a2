"""The ``lms`` command: ``python -m lms`` or ``.venv/bin/lms``."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
from flask import Flask

from lms.app import create_app
from lms.clock import now_utc
from lms.config import ROOT, Settings
from lms.content.cli import content
from lms.db import transaction
from lms.errors import LmsError
from lms.ops.queries import check_readiness
from lms.people.cli import people
from lms.questions.cli import questions
from lms.setup import fill_with_demo, set_up
from lms.worker import JOBS, get_job, run_job, run_worker


def make_settings() -> Settings:
    """Read the settings, or end with one clear line."""
    try:
        return Settings.from_env(os.environ)
    except LmsError as error:
        click.echo(f"settings: {error}", err=True)
        sys.exit(2)


def make_app() -> tuple[Flask, Settings]:
    """Build the application from the environment."""
    settings = make_settings()
    return create_app(settings), settings


@click.group()
@click.pass_context
def main(context: click.Context) -> None:
    """Shanggang (上岗): onboarding, exams, probation defense, certificates."""
    context.obj = make_app


main.add_command(content)
main.add_command(people)
main.add_command(questions)


@main.command()
@click.option(
    "--demo-if-new", is_flag=True, help="fill an empty database with the demo organisation"
)
def init(*, demo_if_new: bool) -> None:
    """Migrate the database, sync the content, make the first admin; safe to repeat."""
    app, settings = make_app()
    _or_exit(lambda: set_up(app, settings, demo_if_new=demo_if_new, say=click.echo))


@main.command()
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


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=os.cpu_count() or 1, show_default=True, help="web processes")
def serve(host: str, port: int, workers: int) -> None:
    """Run web and worker under one supervisor."""
    make_settings()
    commands = {
        "web": [
            sys.executable,
            "-m",
            "lms",
            "web",
            f"--host={host}",
            f"--port={port}",
            f"--workers={workers}",
        ],
        "worker": [sys.executable, "-m", "lms", "worker"],
    }
    sys.exit(_supervise(commands))


def _supervise(commands: dict[str, list[str]]) -> int:
    """Keep each command running; end all of them on SIGTERM or SIGINT."""
    running: dict[str, subprocess.Popen[bytes]] = {}
    stopping = False

    def stop(*_args: object) -> None:
        nonlocal stopping
        stopping = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    while not stopping:
        for name, command in commands.items():
            process = running.get(name)
            if process is None or process.poll() is not None:
                if process is not None:
                    click.echo(
                        f"{name} ended with {process.returncode}; starting it again", err=True
                    )
                    time.sleep(1)
                # A session of its own: Ctrl-C reaches us alone, and we end the children in order.
                running[name] = subprocess.Popen(command, cwd=ROOT, start_new_session=True)  # noqa: S603
        time.sleep(0.3)
    for process in running.values():
        process.terminate()
    for process in running.values():
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
    return 0


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=os.cpu_count() or 1, show_default=True)
def web(host: str, port: int, workers: int) -> None:
    """Run the web half."""
    settings = make_settings()
    threads = 1 if settings.is_sqlite else 4
    granian = str(Path(sys.executable).with_name("granian"))
    arguments = [
        granian, "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", str(workers),
        "--blocking-threads", str(threads), "--respawn-failed-workers", "--log-level", "warning",
        "wsgi:app",
    ]  # fmt: skip
    os.chdir(ROOT)
    os.execv(granian, arguments)  # noqa: S606 - the program is our own environment's


@main.command()
def worker() -> None:
    """Run the worker half."""
    app, settings = make_app()
    run_worker(app, settings)


@main.group()
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


@main.command()
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
