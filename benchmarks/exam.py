"""The exam's hot path on both databases: empty response, save, paper, start, submit.

``python -m benchmarks.exam [--backend sqlite|postgresql] [--n 700]`` prints JSON lines. Calls go straight into the
WSGI application: signed session cookie, CSRF header, person and roles, the work, the commit; no network, no server.
Beside the CPU of each step stands how many empty Flask responses that is (``in_empty``), measured beside each
round, because absolute times of a shared machine are noise.
"""

import argparse
import datetime as dt
import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask
from itsdangerous import URLSafeTimedSerializer

from benchmarks.bare import bare
from benchmarks.measure import Caller, Operation, measure, show
from lms.app import settle_memory
from lms.clock import now_utc
from lms.config import Settings
from lms.db import db
from lms.quizzes import services
from tests.conftest import build_app
from tests.factories.people import make_person
from tests.factories.quizzes import Exam, get_attempt_row, make_enrolment, make_exam, right_answers
from tests.postgres import start_postgres

ITEMS = 20
POOL = 60
MAX_N = 2100
RAW_TOKEN = "0123456789abcdef"


def make_app(folder: Path, url: str) -> Flask:
    """Build the application as it is served."""
    settings = Settings.from_env(
        {
            "LMS_DATA_DIR": str(folder),
            "LMS_DATABASE_URL": url,
            "LMS_SECRET_KEY": "bench-" * 8,
            "LMS_BASE_URL": "http://127.0.0.1:8000",
        }
    )
    app = build_app(settings)
    app.config.update(TESTING=False, WTF_CSRF_ENABLED=True)

    settle_memory()
    return app


class Candidates:
    """People with sessions, each at the place of the exam that a step needs."""

    def __init__(self, app: Flask, count: int) -> None:
        self.app = app
        with app.app_context():
            now = now_utc()
            exam: Exam = make_exam(
                items=POOL,
                draw=ITEMS,
                sitting={
                    "opens_at": now - dt.timedelta(hours=1),
                    "closes_at": now + dt.timedelta(hours=8),
                },
            )
            self.sitting_id = exam.sitting_id
            people = [exam.enrolments[0].person]
            for _ in range(count - 1):
                person = make_person()
                make_enrolment(person, exam.programme, cohort=exam.cohort)
                people.append(person)
            keys = [(person.id, person.fs_uniquifier) for person in people]
            db.session.remove()
        self.callers = [(person_id, self._caller(key)) for person_id, key in keys]
        self.attempts: dict[int, int] = {}

    def _caller(self, key: str) -> Caller:
        """Return a signed-in caller with a CSRF token, as one has after opening a page."""
        serializer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        session = serializer.dumps({"_user_id": key, "_fresh": False, "csrf_token": RAW_TOKEN})
        tokens = URLSafeTimedSerializer(str(self.app.secret_key), salt="wtf-csrf-token")
        return Caller(self.app, f"session={session}", tokens.dumps(RAW_TOKEN))

    def start(self) -> Iterator[Operation]:
        """Start one attempt for each candidate in turn."""
        for person_id, caller in self.callers:

            def operate(person_id: int = person_id, caller: Caller = caller) -> None:
                status, headers, _ = caller.call(
                    "POST", f"/sittings/{self.sitting_id}/start", *form(caller)
                )
                assert status == 303, status
                self.attempts[person_id] = int(headers["Location"].rsplit("/", 1)[1])

            yield operate

    def paper(self) -> Iterator[Operation]:
        """Open the papers of all candidates in turn."""
        for person_id, caller in itertools.cycle(self.callers):
            if person_id not in self.attempts:
                continue

            def operate(path: str = self._path(person_id), caller: Caller = caller) -> None:
                status, _, data = caller.call("GET", path)
                assert status == 200, status
                assert data.count(b"<fieldset") == ITEMS

            yield operate

    def save(self) -> Iterator[Operation]:
        """Save answers: of every candidate in turn, one position after the other, each answer a new one."""
        with self.app.app_context():
            shapes = {
                person_id: [
                    row["option_order"] for row in get_attempt_row(self.attempts[person_id]).paper
                ]
                for person_id, _ in self.callers[:100]
                if person_id in self.attempts
            }
            db.session.remove()
        for seq in itertools.count(1):
            for person_id, caller in self.callers[:100]:
                if person_id not in shapes:
                    continue
                position = seq % ITEMS + 1
                options = shapes[person_id][position - 1]
                body = json.dumps(
                    {"seq": seq, "response": {"chosen": [options[seq // ITEMS % len(options)]]}}
                ).encode()
                path = f"{self._path(person_id)}/responses/{position}"

                def operate(path: str = path, body: bytes = body, caller: Caller = caller) -> None:
                    status, _, data = caller.call("PUT", path, body, "application/json")
                    assert status == 200, (status, data)

                yield operate

    def answer_everything(self) -> None:
        """Give every candidate twenty right answers, outside the measured time."""
        with self.app.app_context():
            for person_id, attempt_id in self.attempts.items():
                for position, raw in right_answers(attempt_id).items():
                    services.save_response(
                        attempt_id,
                        position,
                        person_id=person_id,
                        seq=10**9,
                        raw=raw,
                        now=now_utc(),
                    )
                db.session.commit()
            db.session.remove()

    def submit(self) -> Iterator[Operation]:
        """Submit the attempts of all candidates in turn: marked, entered, gate passed."""
        for person_id, caller in self.callers:
            if person_id not in self.attempts:
                continue

            def operate(path: str = self._path(person_id), caller: Caller = caller) -> None:
                status, headers, _ = caller.call("POST", f"{path}/submit", *form(caller))
                assert status == 303, status
                assert headers["Location"].endswith("/result")

            yield operate

    def _path(self, person_id: int) -> str:
        return f"/attempts/{self.attempts[person_id]}"


def form(caller: Caller) -> tuple[bytes, str]:
    """Return a form's body with its token, and its content type."""
    body = urlencode({"csrf_token": caller.token, "with_answers": "0"}).encode()
    return body, "application/x-www-form-urlencoded"


def run(backend: str, n: int) -> None:
    """Measure one database and print its lines."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        folder.chmod(0o755)
        if backend == "postgresql":
            database = folder / "pg"
            database.mkdir()
            url = stack.enter_context(start_postgres(database))
        else:
            url = f"sqlite:///{folder / 'lms.sqlite3'}"
        app = make_app(folder, url)
        starts = min(n, 350)
        candidates = Candidates(app, starts + 7)
        nothing = Caller(bare)

        def empty() -> object:
            return nothing.call("GET", "/__empty")

        lines = [measure("empty", backend, itertools.repeat(empty), n, reference=empty)]
        starting = candidates.start()
        for _ in range(7):
            next(starting)()
        lines.append(measure("start", backend, starting, starts, reference=empty, items=ITEMS))
        paper = candidates.paper()
        for _ in range(20):
            next(paper)()
        lines.append(measure("paper", backend, paper, n, reference=empty, items=ITEMS))
        saving = candidates.save()
        for _ in range(20):
            next(saving)()
        lines.append(measure("save", backend, saving, n * 3, reference=empty, items=ITEMS))
        candidates.answer_everything()
        submitting = candidates.submit()
        lines.append(measure("submit", backend, submitting, starts, reference=empty, items=ITEMS))
        report(backend, lines)
        with app.app_context():
            db.engine.dispose()


def report(backend: str, lines: list[dict[str, object]]) -> None:
    """Print the lines, and what a whole attempt costs: a start, a paper, each answer once, a submission."""
    for line in lines:
        show(line)

    def attempt(what: str) -> float:
        of = {str(line["bench"]): float(str(line[what])) for line in lines}
        return round(of["start"] + of["paper"] + ITEMS * of["save"] + of["submit"], 1)

    show(
        {
            "bench": "attempt",
            "backend": backend,
            "items": ITEMS,
            "cpu_ms_per_op": attempt("cpu_ms_per_op"),
            "in_empty": attempt("in_empty"),
        }
    )


def main() -> None:
    """Run one backend here, or each in a process of its own (so that peak memory is its own)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backend", choices=("sqlite", "postgresql"))
    parser.add_argument("--n", type=int, default=700)
    asked = parser.parse_args()
    if asked.backend:
        run(asked.backend, min(asked.n, MAX_N))
        return
    for backend in ("sqlite", "postgresql"):
        subprocess.run(
            [sys.executable, "-m", "benchmarks.exam", "--backend", backend, "--n", str(asked.n)],
            check=True,
            env=os.environ,
        )


if __name__ == "__main__":
    main()
