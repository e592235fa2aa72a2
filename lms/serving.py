"""Serving: starts the web and worker halves as processes. Knows nothing of the application, so it starts at once."""

import os
import resource
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import click

from lms.config import ROOT, Settings
from lms.errors import LmsError

CONNECTIONS = 8192
"""Open connections that each web process holds. A browser keeps up to six, half a minute each, and at nine o'clock a
thousand come at once: where too few are held, the others wait until some browser lets go."""


THREADS = 10
"""Of each web process. Requests take turns (``lms.turns``); the others are for those that wait for a hash."""


def make_settings() -> Settings:
    """Read the settings, or end with one clear line."""
    try:
        return Settings.from_env(os.environ)
    except LmsError as error:
        click.echo(f"settings: {error}", err=True)
        sys.exit(2)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=os.cpu_count() or 1, show_default=True, help="web processes")
def serve(host: str, port: int, workers: int) -> None:
    """Run web and worker under one supervisor."""
    make_settings()
    _refuse_a_taken_port(host, port)
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


def _refuse_a_taken_port(host: str, port: int) -> None:
    """End with one clear line where another program listens.

    The web server shares its port among its processes, so a second server would start without a word
    and answer every other request, perhaps from another database.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # Connections of a server that just ended do not hold the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            click.echo(
                f"cannot listen on {host} port {port}: {error.strerror}; choose another with --port",
                err=True,
            )
            sys.exit(2)


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


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=os.cpu_count() or 1, show_default=True)
def web(host: str, port: int, workers: int) -> None:
    """Run the web half."""
    make_settings()
    arguments = granian_arguments(host, port, workers)
    allow_connections()
    os.chdir(ROOT)
    os.execv(arguments[0], arguments)  # noqa: S606 - the program is our own environment's


def granian_arguments(host: str, port: int, workers: int, target: str = "wsgi:app") -> list[str]:
    """Return the command of the web server.

    Args:
        host: Where to listen.
        port: Likewise.
        workers: Processes.
        target: The WSGI application.
    """
    return [
        str(Path(sys.executable).with_name("granian")),
        "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", str(workers),
        "--blocking-threads", str(THREADS), "--backlog", "4096", "--backpressure", str(CONNECTIONS),
        "--respawn-failed-workers", "--log-level", "warning", target,
    ]  # fmt: skip


def allow_connections() -> None:
    """Let this process, and those it becomes, hold as many open files as ``CONNECTIONS`` need, where that is allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + 1024
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
