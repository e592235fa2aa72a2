"""Two web machines and two workers on one PostgreSQL, behind a proxy: one of each dies in the middle of an exam.

Each has a port and a data folder of its own. What they share is the database, the secret key and the file store.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from lms.clock import now_utc
from lms.config import ROOT
from lms.db import db
from lms.gradebook.models import GradeEntry
from lms.notifications.models import OutboxMessage
from lms.quizzes.models import Attempt
from tests.faults.conftest import Deployment
from tests.faults.invited import invite
from tests.faults.proxy import line_to
from tests.faults.recompute import check_candidates
from tests.faults.server import START_SECONDS, Server, free_port
from tests.faults.test_matrix import COUNT, ITEMS, ROUNDS, in_thread, when_acknowledged
from tests.faults.wire import run_alone

pytestmark = pytest.mark.parametrize("deployment", ["postgresql"], indirect=True)


@dataclass
class Worker:
    """A worker of one machine, with its log."""

    process: subprocess.Popen[bytes]
    log: Path

    def said(self, words: str) -> int:
        """How often its log says something."""
        return self.log.read_text(encoding="utf-8", errors="replace").count(words)

    def kill(self) -> None:
        """SIGKILL it, if it lives."""
        self.process.kill()
        self.process.wait()


def machine(deployment: Deployment, folder: Path) -> tuple[dict[str, str], int]:
    """Return environment and port of one more machine on the deployment's database."""
    folder.mkdir()
    port = free_port()
    store = deployment.settings.storage_dir.as_uri()
    return {**deployment.env, "LMS_DATA_DIR": str(folder), "LMS_STORAGE_URL": store}, port


@pytest.fixture
def machines(deployment: Deployment, tmp_path: Path) -> Iterator[tuple[list[Server], list[Worker]]]:
    """Two machines, each with a web half and a worker half."""
    with ExitStack() as stack:
        servers, workers = [], []
        for name in ("one", "two"):
            env, port = machine(deployment, tmp_path / name)
            log = tmp_path / f"{name}.log"
            server = Server(env, port)
            stack.callback(server.kill)
            server.start()
            with log.open("wb") as out:
                command = [sys.executable, "-u", "-m", "lms", "worker"]
                process = subprocess.Popen(
                    command, cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT
                )
            workers.append(Worker(process, log))
            stack.callback(workers[-1].kill)
            servers.append(server)
        yield servers, workers


def wait_until(holds, what: str) -> None:
    until = time.monotonic() + START_SECONDS
    while not holds():
        assert time.monotonic() < until, what
        time.sleep(0.05)


def test_one_web_machine_dies_in_the_middle(deployment: Deployment, machines) -> None:
    servers, workers = machines
    candidates = invite(deployment.app, "", COUNT, items=ITEMS)
    half = candidates[: COUNT // 2]

    async def run() -> dict[int, int]:
        async with line_to(*(one.port for one in servers)) as line:
            for one in candidates:
                one.browser.url = line.url
            # Half of them hand in; of the others the time runs out.
            await asyncio.gather(
                *(one.sit(rounds=ROUNDS, submits=one in half) for one in candidates),
                when_acknowledged(candidates, 0.4, in_thread(servers[0].kill)),
            )
            for one in candidates:
                one.browser.close()
            return line.connected

    connected = run_alone(run())
    assert set(connected) == {one.port for one in servers}
    cut = sum(one.broken + one.browser.reopened for one in candidates)
    assert cut > 0, "nobody was connected to the one that died"
    wait_until(lambda: any(one.said("worker leads") for one in workers), "no worker leads")
    leader = next(one for one in workers if one.said("worker leads"))
    other = next(one for one in workers if one is not leader)
    assert other.said("worker leads") == 0, "both lead"
    with deployment.app.app_context():
        ids = [one.attempt_id for one in candidates if one not in half]
        leader.kill()
        changed = update(Attempt).where(Attempt.id.in_(ids)).values(deadline_at=now_utc())
        db.session.execute(changed)
        db.session.commit()
        wait_until(lambda: other.said("worker leads") == 1, "the other worker does not take over")
        wait_until(lambda: not open_of(ids), "attempts stay open")
        found = check_candidates(candidates)
        told = [f"result:{one}" for one in ids]
        messages = select(func.count()).where(OutboxMessage.key.in_(told))
        assert db.session.scalar(messages) == len(ids)
        entered = select(func.count()).where(
            GradeEntry.source.in_([f"attempt:{one.attempt_id}" for one in candidates])
        )
        assert db.session.scalar(entered) == COUNT
        opened = OutboxMessage.key.startswith(f"sitting_opened:{candidates[0].sitting_id}:")
        assert (db.session.scalar(select(func.count()).where(opened)) or 0) in {0, COUNT + 1}
        db.session.remove()
    assert found.faults == {}
    assert found.acknowledged == ROUNDS * ITEMS * COUNT


def open_of(ids: list[int]) -> int:
    """How many of some attempts are open."""
    found = select(func.count()).where(Attempt.id.in_(ids), Attempt.state == "open")
    count = db.session.scalar(found) or 0
    db.session.rollback()
    return count
