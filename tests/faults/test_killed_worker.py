"""The worker is killed in the middle of closing attempts; another finishes, and nothing happens twice."""

import os
import signal
import subprocess
import sys
import time

from sqlalchemy import func, insert, select

from lms.clock import now_utc
from lms.config import ROOT
from lms.db import db
from lms.gradebook.models import GradeEntry
from lms.notifications.models import OutboxMessage
from lms.quizzes import services
from lms.quizzes.models import ATTEMPT, Attempt
from tests.factories.quizzes import HOUR, get_attempt_row, make_exam
from tests.faults.conftest import Deployment
from tests.faults.server import START_SECONDS

ATTEMPTS = 250


def make_overdue(deployment: Deployment) -> int:
    """Fill one sitting with overdue attempts and return it; only the sweep matters, not who took them."""
    with deployment.app.app_context():
        now = now_utc()
        exam = make_exam(
            items=20,
            draw=20,
            sitting={"opens_at": now - 9 * HOUR, "closes_at": now - HOUR},
        )
        sitting_id = exam.sitting_id
        first = services.start_attempt(
            sitting_id, person_id=exam.person_id, now=now - 8 * HOUR, seed=1
        )
        db.session.commit()
        row = get_attempt_row(first)
        values = {
            column.name: getattr(row, column.name)
            for column in ATTEMPT.columns
            if column.name not in {"id", "number"}
        }
        db.session.execute(
            insert(ATTEMPT), [{**values, "number": number} for number in range(2, ATTEMPTS + 1)]
        )
        db.session.commit()
        db.session.remove()
    return sitting_id


def count_closed(sitting_id: int) -> int:
    found = select(func.count()).where(Attempt.sitting_id == sitting_id, Attempt.state == "expired")
    count = db.session.scalar(found) or 0
    db.session.rollback()
    return count


def test_a_sweep_killed_in_the_middle_is_finished_by_the_next(deployment: Deployment) -> None:
    sitting_id = make_overdue(deployment)
    command = [sys.executable, "-m", "lms", "jobs", "run", "close-attempts"]
    with deployment.app.app_context():
        worker = subprocess.Popen(command, cwd=ROOT, env=deployment.env, stdout=subprocess.DEVNULL)
        until = time.monotonic() + START_SECONDS
        while count_closed(sitting_id) == 0 and time.monotonic() < until:
            time.sleep(0.005)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        closed = count_closed(sitting_id)
        assert 0 < closed < ATTEMPTS, "the worker was not killed in the middle"
        done = subprocess.run(
            command, cwd=ROOT, env=deployment.env, check=True, capture_output=True, text=True
        )
        assert done.stdout.strip().endswith(str(ATTEMPTS - closed))
        assert count_closed(sitting_id) == ATTEMPTS
        sources = select(Attempt.id).where(Attempt.sitting_id == sitting_id)
        names = [f"attempt:{attempt_id}" for attempt_id in db.session.scalars(sources)]
        entered = select(func.count()).where(GradeEntry.source.in_(names))
        assert db.session.scalar(entered) == ATTEMPTS
        told = [name.replace("attempt:", "result:") for name in names]
        messages = select(func.count()).where(OutboxMessage.key.in_(told))
        assert db.session.scalar(messages) == ATTEMPTS
        db.session.remove()
