"""The web processes are killed while a candidate answers: no acknowledged answer is lost."""

import http.client
import itertools
import threading
import time
from dataclasses import dataclass, field

import pytest

from lms.clock import now_utc
from lms.db import db
from lms.quizzes.queries import list_answers
from tests.factories.people import PASSWORD
from tests.factories.quizzes import HOUR, get_attempt_row, make_exam
from tests.faults.conftest import Deployment
from tests.faults.server import Client

BROKEN = (OSError, http.client.HTTPException)


@dataclass
class Candidate:
    """Answers without a pause and writes down what was acknowledged."""

    client: Client
    attempt_id: int
    token: str
    orders: list[list[str]]
    stop: threading.Event
    acknowledged: dict[int, tuple[int, list[str]]] = field(default_factory=dict)
    saves: int = 0
    broken: int = 0

    def run(self) -> None:
        for seq in itertools.count(1):
            position = seq % len(self.orders) + 1
            options = self.orders[position - 1]
            chosen = [options[seq // len(self.orders) % len(options)]]
            if not self._save(position, seq, chosen):
                return

    def _save(self, position: int, seq: int, chosen: list[str]) -> bool:
        """Send one answer until it is acknowledged, as the browser does; False when told to stop."""
        while not self.stop.is_set():
            try:
                reply = self.client.save(self.attempt_id, position, seq, chosen, self.token)
            except BROKEN:
                self.broken += 1
                time.sleep(0.02)
                continue
            if reply.status == 200:
                assert reply.json["seq"] == seq, reply.json
                self.acknowledged[position] = (seq, chosen)
                self.saves += 1
                return True
            assert reply.status >= 500, (reply.status, reply.text)
        return False

    def wait_for(self, saves: int) -> None:
        until = time.monotonic() + 60
        goal = self.saves + saves
        while self.saves < goal:
            assert time.monotonic() < until, "the server takes no answers"
            time.sleep(0.005)


def sit_down(deployment: Deployment, stop: threading.Event) -> Candidate:
    with deployment.app.app_context():
        now = now_utc()
        exam = make_exam(
            items=8,
            draw=8,
            password=PASSWORD,
            sitting={"opens_at": now - HOUR, "closes_at": now + HOUR},
        )
        identity, sitting_id = exam.enrolments[0].person.username, exam.sitting_id
    client = Client(deployment.port)
    client.sign_in(identity, PASSWORD)
    attempt_id = client.start(sitting_id)
    with deployment.app.app_context():
        orders = [row["option_order"] for row in get_attempt_row(attempt_id).paper]
        db.session.remove()
    return Candidate(client, attempt_id, client.save_token(attempt_id), orders, stop)


def check(deployment: Deployment, candidate: Candidate) -> None:
    with deployment.app.app_context():
        stored = list_answers(candidate.attempt_id)
        db.session.remove()
    assert len(candidate.acknowledged) == len(candidate.orders)
    for position, (seq, chosen) in candidate.acknowledged.items():
        assert stored[position].seq >= seq, f"position {position}: acknowledged {seq} is lost"
        if stored[position].seq == seq:
            assert stored[position].answer == {"chosen": chosen}
        else:
            # Stored, but the reply was lost with the process: the browser would send it again.
            assert stored[position].seq == seq + len(candidate.orders)


@pytest.mark.parametrize("workers", [1, 2])
def test_no_acknowledged_answer_is_lost(deployment: Deployment, workers: int) -> None:
    server = deployment.server
    server.workers = workers
    server.start()
    stop = threading.Event()
    try:
        candidate = sit_down(deployment, stop)
        answering = threading.Thread(target=candidate.run)
        answering.start()
        candidate.wait_for(25)
        server.kill()
        server.start()
        candidate.wait_for(25)
        server.kill_a_worker()
        candidate.wait_for(25)
        server.kill()
        server.start()
        candidate.wait_for(25)
        stop.set()
        answering.join()
        check(deployment, candidate)
        assert candidate.broken > 0, "the processes were not killed in the middle of an answer"
    finally:
        stop.set()
        server.kill()


def test_the_attempt_goes_on_after_the_restart(deployment: Deployment) -> None:
    server = deployment.server
    server.workers = 1
    server.start()
    try:
        candidate = sit_down(deployment, threading.Event())
        path = f"/attempts/{candidate.attempt_id}"
        first = candidate.client.request("GET", path).text
        reply = candidate.client.save(
            candidate.attempt_id, 1, 7, candidate.orders[0][:1], candidate.token
        )
        assert reply.status == 200
        server.kill()
        server.start()
        again = candidate.client.request("GET", path).text
        assert 'data-position="1" data-seq="7"' in again
        assert first.count("<fieldset") == again.count("<fieldset") == 8
        form = {"csrf_token": candidate.client.token(path), "with_answers": "0"}
        done = candidate.client.request("POST", f"{path}/submit", form=form)
        assert done.headers["Location"] == f"{path}/result"
        assert candidate.client.request("GET", f"{path}/result").status == 200
    finally:
        server.kill()
