"""A real server and a real client for fault tests: processes, HTTP, sign-in through the page."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from lms.config import ROOT

START_SECONDS = 150
"""Starting takes seconds of CPU; a machine that runs several suites at once takes its time."""


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: Path, database_url: str, port: int) -> dict[str, str]:
    """Return the environment of a deployment that keeps everything in ``folder``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    return {
        **kept,
        "LMS_DATA_DIR": str(folder),
        "LMS_DATABASE_URL": database_url,
        "LMS_SECRET_KEY": "fault-" * 8,
        "LMS_BASE_URL": f"http://127.0.0.1:{port}",
    }


@dataclass
class Server:
    """The web half of a deployment as a process group of its own."""

    env: Mapping[str, str]
    port: int
    workers: int = 1
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the processes and wait until they answer; two at one port would share its requests."""
        assert self.process is None, "this server runs already"
        command = [sys.executable, "-m", "lms", "web", f"--port={self.port}"]
        self.process = subprocess.Popen(
            [*command, f"--workers={self.workers}"],
            cwd=ROOT,
            env=self.env,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.wait_until_it_answers()

    def wait_until_it_answers(self) -> None:
        """Return as soon as a request is answered."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:
                    return
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
            finally:
                connection.close()
        raise RuntimeError("the server does not answer")

    def kill(self) -> None:
        """SIGKILL every web process at once."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def kill_a_worker(self) -> None:
        """SIGKILL one worker; its supervisor starts another."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        os.kill(int(children.split()[-1]), signal.SIGKILL)


@dataclass
class Reply:
    """What came back: status, headers and body."""

    status: int
    headers: Message
    text: str

    @property
    def json(self) -> dict[str, object]:
        """The body as JSON."""
        return dict(json.loads(self.text))


@dataclass
class Client:
    """One person's browser, as far as HTTP goes. A broken connection raises OSError or HTTPException."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def request(
        self,
        method: str,
        path: str,
        *,
        form: Mapping[str, str] | None = None,
        data: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send one request on a connection of its own."""
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if form is not None:
            body = urlencode(form)
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        if data is not None:
            body = json.dumps(data)
            sent["Content-Type"] = "application/json"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body=body, headers={**sent, **(headers or {})})
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        for value in answer.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(value).items():
                self.cookies[name] = morsel.value
        return Reply(answer.status, answer.headers, text)

    def token(self, path: str) -> str:
        """Return the CSRF token of a page."""
        page = self.request("GET", path)
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
        assert found is not None, (page.status, page.text[:300])
        return found[1]

    def sign_in(self, identity: str, password: str) -> None:
        """Sign in through the page, as people do."""
        form = {
            "csrf_token": self.token("/login"),
            "identity": identity,
            "password": password,
        }
        reply = self.request("POST", "/login", form=form)
        assert reply.status in {302, 303}, (reply.status, reply.text[:300])

    def start(self, sitting_id: int) -> int:
        """Press the start button and return the attempt."""
        token = self.token(f"/sittings/{sitting_id}/rules")
        reply = self.request("POST", f"/sittings/{sitting_id}/start", form={"csrf_token": token})
        assert reply.status == 303, (reply.status, reply.text[:300])
        return int(reply.headers["Location"].rsplit("/", 1)[1])

    def save_token(self, attempt_id: int) -> str:
        """Return the token that the autosave call needs."""
        reply = self.request("GET", f"/attempts/{attempt_id}/state")
        return str(reply.json["csrf_token"])

    def save(
        self, attempt_id: int, position: int, seq: int, chosen: list[str], token: str
    ) -> Reply:
        """Send one answer."""
        return self.request(
            "PUT",
            f"/attempts/{attempt_id}/responses/{position}",
            data={"seq": seq, "response": {"chosen": chosen}},
            headers={"X-CSRFToken": token, "Accept": "application/json"},
        )
