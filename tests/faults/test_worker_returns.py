"""The worker was away while deadlines passed. When it is back it closes them within two seconds of its own time.

Its own time is the CPU that it uses from then on, measured by what its start took: what a machine of its own would need,
however busy this one is.
"""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue

import psutil
from sqlalchemy import select, update

from lms.clock import now_utc
from lms.config import ROOT
from lms.db import db
from lms.quizzes import services
from lms.quizzes.models import Attempt
from tests.factories.quizzes import HOUR, get_attempt_row, make_exam, right_answers
from tests.faults.conftest import Deployment
from tests.faults.recompute import log_of, recompute
from tests.faults.server import START_SECONDS

COUNT = 40
WITHIN_SECONDS = 2
START_CPU_SECONDS = 5
"""What the worker takes to start where nothing else runs. A machine that is shared makes both dearer, up to twice."""
Line = tuple[str, float]
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def make_overdue(deployment: Deployment) -> list[int]:
    """Let candidates answer something and their deadlines pass while nobody looks."""
    with deployment.app.app_context():
        now = now_utc()
        window = {"opens_at": now - HOUR, "closes_at": now + HOUR}
        exam = make_exam(people=COUNT, items=8, draw=4, sitting=window)
        ids = []
        for number, person_id in enumerate(exam.person_ids):
            attempt_id = services.start_attempt(exam.sitting_id, person_id=person_id, now=now)
            ids.append(attempt_id)
            for position, raw in list(right_answers(attempt_id).items())[: number % 5]:
                services.save_response(
                    attempt_id, position, person_id=person_id, seq=1, raw=raw, now=now
                )
            db.session.commit()
        db.session.execute(update(Attempt).where(Attempt.id.in_(ids)).values(deadline_at=now_utc()))
        db.session.commit()
        db.session.remove()
    return ids


@contextmanager
def worker(env: dict[str, str]) -> Iterator[SimpleQueue[Line]]:
    """Run a worker; its log lines come one by one, each with the CPU seconds used until then."""
    lines: SimpleQueue[Line] = SimpleQueue()
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "lms", "worker"],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    log, counter = process.stdout, psutil.Process(process.pid)

    def read() -> None:
        for line in log:
            used = counter.cpu_times()
            lines.put((_COLOUR.sub("", line), used.user + used.system))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield lines
    finally:
        process.kill()
        process.wait()
        reader.join()
        log.close()


def wait_for(lines: SimpleQueue[Line], *words: str) -> Line:
    """Return the next line that has all of ``words``."""
    while True:
        line, used = lines.get(timeout=START_SECONDS)
        if all(word in line for word in words):
            return line, used


def test_deadlines_are_enforced_within_two_seconds_of_its_return(deployment: Deployment) -> None:
    ids = make_overdue(deployment)
    with worker(deployment.env) as lines:
        _, before = wait_for(lines, "worker leads")
        done, after = wait_for(lines, "job done", "close-attempts")
    assert f"rows={COUNT}" in done
    assert after - before <= WITHIN_SECONDS * before / START_CPU_SECONDS
    with deployment.app.app_context():
        for row in db.session.scalars(select(Attempt).where(Attempt.id.in_(ids))):
            assert row.state == "expired"
            assert row.points == recompute(row, log_of(row.id))
        assert {get_attempt_row(one).points for one in ids} == {0, 5, 10, 15, 20}
        db.session.remove()
