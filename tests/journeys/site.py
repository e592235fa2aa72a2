"""A whole product on a port of its own: web, worker, SQLite or PostgreSQL, real content."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from werkzeug.routing import MapAdapter

from lms.app import create_app
from lms.config import ROOT, Settings


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Site:
    """A running product.

    Attributes:
        url: Its address without a trailing slash.
        folder: Its data folder.
        env: The environment its processes run in.
        said: What ``lms init`` printed.
    """

    url: str
    folder: Path
    env: dict[str, str]
    said: str = ""

    @property
    def admin_password(self) -> str:
        """Password of the first admin, which ``lms init`` printed once."""
        found = re.search(r"user name: admin  password: (\S+)", self.said)
        assert found, f"lms init printed no password:\n{self.said}"
        return found[1]

    @property
    def settings(self) -> Settings:
        """Settings of the product, for looking into its database beside it."""
        return Settings.from_env(
            {name: value for name, value in self.env.items() if name.startswith("LMS_")}
        )

    def lms(self, *arguments: str) -> str:
        """Run the ``lms`` command beside the running product."""
        done = subprocess.run(
            [sys.executable, "-m", "lms", *arguments],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def url_map(site: Site) -> MapAdapter:
    """Return what the product answers to, to know two addresses of one view."""
    return create_app(site.settings).url_map.bind("127.0.0.1")


def set_up_site(
    folder: Path, *, demo: bool = False, database_url: str = "", port: int = 8000
) -> Site:
    """Migrate and fill a product whose data lie in ``folder``; nothing is served yet."""
    url = f"http://127.0.0.1:{port}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    env = {**kept, "LMS_DATA_DIR": str(folder), "LMS_BASE_URL": url, "LMS_LOG_LEVEL": "WARNING"}
    if database_url:
        env["LMS_DATABASE_URL"] = database_url
    site = Site(url, folder, env)
    site.said = site.lms("init", *(["--demo-if-new"] if demo else []))
    return site


@contextmanager
def running_site(folder: Path, *, demo: bool = False, database_url: str = "") -> Iterator[Site]:
    """Set up, serve, and end a product whose data lie in ``folder``."""
    port = free_port()
    site = set_up_site(folder, demo=demo, database_url=database_url, port=port)
    url, env = site.url, site.env
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "lms", "serve", "--port", str(port), "--workers", "1"],
            cwd=ROOT,
            env=env,
            stdout=log,
            stderr=log,
        )
        try:
            wait_until_ready(url, process, folder / "server.log")
            yield site
        finally:
            process.terminate()
            process.wait(timeout=30)


def wait_until_ready(
    url: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 60
) -> None:
    """Wait until ``/readyz`` says so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, f"the server ended while starting:\n{log.read_text()}"
        try:
            with urllib.request.urlopen(url + "/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.2)
    raise AssertionError(f"the server did not become ready:\n{log.read_text()}")
