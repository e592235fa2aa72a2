"""The web processes are killed while a candidate answers: no acknowledged answer is lost."""

import http.client
import itertools
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from lms.clock import now_utc
from lms.db import db
from lms.quizzes.queries import list_answers
from tests.factories.people import PASSWORD
from tests.factories.quizzes import HOUR, get_attempt_row, make_exam
from tests.faults.conftest import Deployment
from tests.faults.server import START_SECONDS, Client

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
        until = time.monotonic() + START_SECONDS
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


@contextmanager
def answering(deployment: Deployment, workers: int) -> Iterator[Candidate]:
    """Run a server and a candidate who answers all the time inside."""
    server = deployment.server
    server.workers = workers
    stop = threading.Event()
    server.start()
    try:
        candidate = sit_down(deployment, stop)
        thread = threading.Thread(target=candidate.run)
        thread.start()
        try:
            candidate.wait_for(25)
            yield candidate
            candidate.wait_for(25)
        finally:
            stop.set()
            thread.join()
        check(deployment, candidate)
        resume_and_submit(candidate)
    finally:
        server.kill()


def test_every_web_process_is_killed_and_started_again(deployment: Deployment) -> None:
    with answering(deployment, workers=1) as candidate:
        deployment.server.kill()
        deployment.server.start()
    assert candidate.broken > 0, "no answer was under way when the processes died"


def test_one_worker_of_two_is_killed(deployment: Deployment) -> None:
    with answering(deployment, workers=2):
        deployment.server.kill_a_worker()


def resume_and_submit(candidate: Candidate) -> None:
    """The page shows the paper with the answers that were acknowledged; it can be submitted once."""
    path = f"/attempts/{candidate.attempt_id}"
    page = candidate.client.request("GET", path).text
    assert page.count("<fieldset") == len(candidate.orders)
    for position, (seq, _) in candidate.acknowledged.items():
        found = re.search(rf'data-position="{position}"\s+data-seq="(\d+)"', page)
        assert found is not None
        assert int(found[1]) >= seq
    form = {"csrf_token": candidate.client.token(path), "with_answers": "0"}
    for _ in range(2):
        done = candidate.client.request("POST", f"{path}/submit", form=form)
        assert done.headers["Location"] == f"{path}/result"
    assert candidate.client.request("GET", f"{path}/result").status == 200
