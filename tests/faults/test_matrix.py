"""Whole exams through faults: servers die, the disk is full, the line loses what it carries. Nothing acknowledged is lost.

After every fault: each answer that a candidate was told is stored is in the log and, unless a newer one came, is the
present one; nobody has two attempts or two results; and every score is what the log of answers gives.
"""

import asyncio
import os
import re
import resource
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from random import Random

import psutil
import pytest

from lms.db import db
from tests.faults.candidates import Candidate
from tests.faults.conftest import Deployment
from tests.faults.invited import invite
from tests.faults.proxy import Fate, Loss, line_to
from tests.faults.recompute import Findings, check_candidates
from tests.faults.wire import run_alone

COUNT = int(os.environ.get("LMS_TESTS_CANDIDATES", "40"))
"""How many sit at a time; 200 for the figures that are reported."""
ITEMS = 6
ROUNDS = 2
"""How often each position is answered."""

Event = Callable[[], Awaitable[object]]


def check(deployment: Deployment, candidates: Sequence[Candidate]) -> Findings:
    """Fail unless everything that must be true after a fault is."""
    with deployment.app.app_context():
        found = check_candidates(candidates)
        db.session.remove()
    assert found.faults == {}
    assert found.attempts == len(candidates)
    assert found.acknowledged == ROUNDS * ITEMS * len(candidates)
    assert all(one.is_submitted for one in candidates)
    return found


async def when_acknowledged(candidates: Sequence[Candidate], share: float, event: Event) -> None:
    """Let something happen as soon as a share of all answers is acknowledged."""
    goal = share * ROUNDS * ITEMS * len(candidates)
    while sum(len(one.acknowledged) for one in candidates) < goal:
        await asyncio.sleep(0.005)
    await event()


def sit_through(candidates: Sequence[Candidate], *events: tuple[float, Event]) -> None:
    """Let all take the exam while things happen at shares of the way."""

    async def run() -> None:
        await asyncio.gather(
            *(one.sit(rounds=ROUNDS) for one in candidates),
            *(when_acknowledged(candidates, share, event) for share, event in events),
        )
        for one in candidates:
            one.browser.close()

    run_alone(run())


def in_thread(deed: Callable[[], object]) -> Event:
    return lambda: asyncio.to_thread(deed)


@pytest.fixture
def candidates(deployment: Deployment) -> Sequence[Candidate]:
    return invite(deployment.app, deployment.url, COUNT, items=ITEMS)


@pytest.fixture
def running(deployment: Deployment):
    """The deployment with two web processes."""
    deployment.server.workers = 2
    deployment.server.start()
    yield deployment
    deployment.server.kill()


def test_web_processes_are_killed(running: Deployment, candidates: Sequence[Candidate]) -> None:
    def restart() -> None:
        running.server.kill()
        running.server.start()

    worker = in_thread(running.server.kill_a_worker)
    sit_through(candidates, (0.2, worker), (0.5, in_thread(restart)), (0.8, worker))
    assert sum(one.broken for one in candidates) > 0, "no request was under way"
    check(running, candidates)


@pytest.mark.parametrize("deployment", ["postgresql"], indirect=True)
def test_postgresql_is_killed(running: Deployment, candidates: Sequence[Candidate]) -> None:
    database = running.postgres
    assert database is not None

    async def crash() -> None:
        await asyncio.to_thread(database.kill)
        # Some find it dead before it is back.
        refused = sum(one.refused for one in candidates)
        while database.server and sum(one.refused for one in candidates) == refused:
            assert not all_done(candidates)
            await asyncio.sleep(0.005)
        await asyncio.to_thread(database.start)

    sit_through(candidates, (0.3, crash), (0.7, crash))
    assert sum(one.refused for one in candidates) > 0
    check(running, candidates)


@pytest.mark.parametrize("deployment", ["sqlite"], indirect=True)
def test_the_disk_is_full(running: Deployment, candidates: Sequence[Candidate]) -> None:
    """No file of the web processes may grow, as on a full disk; then there is room again."""
    log = running.settings.data_dir / "lms.sqlite3-wal"

    async def fill_and_free() -> None:
        # Within the log, which is written from its beginning again and again, nothing need grow.
        at_most(running, min(log.stat().st_size, 200_000) // 2)
        refused = sum(one.refused for one in candidates)
        while sum(one.refused for one in candidates) < refused + 10 and not all_done(candidates):
            await asyncio.sleep(0.005)
        at_most(running, resource.RLIM_INFINITY)

    sit_through(candidates, (0.1, fill_and_free), (0.6, fill_and_free))
    assert sum(one.refused for one in candidates) > 0, "no disk was full"
    check(running, candidates)


def all_done(candidates: Sequence[Candidate]) -> bool:
    return all(one.is_submitted for one in candidates)


def at_most(running: Deployment, size: int) -> None:
    """Limit the size of every file that the web processes write."""
    assert running.server.process is not None
    parent = psutil.Process(running.server.process.pid)
    for process in [parent, *parent.children(recursive=True)]:
        _, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, hard))


def sit_behind(running: Deployment, candidates: Sequence[Candidate], fate: Fate) -> dict[Loss, int]:
    """Let all take the exam over a line; return what it lost."""

    async def run() -> dict[Loss, int]:
        async with line_to(running.port, fate=fate) as line:
            for one in candidates:
                one.browser.url = line.url
            await asyncio.gather(*(one.sit(rounds=ROUNDS) for one in candidates))
            for one in candidates:
                one.browser.close()
            return line.lost

    return run_alone(run())


def test_one_in_twenty_is_lost(running: Deployment, candidates: Sequence[Candidate]) -> None:
    rng = Random(5)

    def fate(_request: bytes) -> Loss:
        return rng.choices([Loss.NONE, Loss.REQUEST, Loss.REPLY], [0.95, 0.025, 0.025])[0]

    lost = sit_behind(running, candidates, fate)
    assert lost[Loss.REQUEST] > 0
    assert lost[Loss.REPLY] > 0
    check(running, candidates)


_STEP = re.compile(rb"(?P<method>[A-Z]+) /(?P<what>\w+)/\d+(?P<rest>/[a-z]+)?")
_WHO = re.compile(rb"Cookie: (.+)")


def test_every_step_loses_its_request_and_then_its_reply(
    running: Deployment, candidates: Sequence[Candidate]
) -> None:
    """Start, paper, each answer, submission: of everybody the first is lost going, the second coming back."""
    tries: dict[tuple[bytes, ...], int] = defaultdict(int)

    def fate(request: bytes) -> Loss:
        step, who = _STEP.match(request), _WHO.search(request)
        assert step is not None
        assert who is not None
        # Every other retry opens a new connection, which a browser repeats by itself: so count what arrives here.
        key = (who[1], *(part or b"" for part in step.groups()))
        tries[key] += 1
        return {1: Loss.REQUEST, 2: Loss.REPLY}.get(tries[key], Loss.NONE)

    few = candidates[:10]
    lost = sit_behind(running, few, fate)
    steps = {key[1:] for key in tries}
    assert steps == {
        (b"POST", b"sittings", b"/start"),
        (b"GET", b"attempts", b""),
        (b"PUT", b"attempts", b"/responses"),
        (b"POST", b"attempts", b"/submit"),
    }
    assert lost[Loss.REQUEST] == lost[Loss.REPLY] == len(steps) * len(few)
    check(running, few)


def test_wrong_orders_and_double_submissions(
    running: Deployment, candidates: Sequence[Candidate]
) -> None:
    """Every answer is sent twice, in any order, over two lines at once; the submission four times at once."""

    async def sit(one: Candidate) -> None:
        await one.start()
        await one.open_paper()
        second = one.on_another_line()
        # The newest of each position counts whenever it comes; older ones that come later change nothing.
        sent = [one.next_answer() for _ in range(ROUNDS * ITEMS)] * 2
        one.rng.shuffle(sent)
        half = len(sent) // 2
        await asyncio.gather(_send(one, sent[:half]), _send(second, sent[half:]))
        others = [one, second, one.on_another_line(), one.on_another_line()]
        await asyncio.gather(*(each.submit() for each in others))
        for each in others:
            each.browser.close()

    async def run() -> None:
        await asyncio.gather(*(sit(one) for one in candidates))

    run_alone(run())
    with running.app.app_context():
        found = check_candidates(candidates)
        db.session.remove()
    assert found.faults == {}
    assert found.attempts == len(candidates)
    for one in candidates:
        newest = {position: seq for position, seq in one.acknowledged if seq > ITEMS}
        assert len(newest) == ITEMS, "the newest answer of a position was not acknowledged"


async def _send(one: Candidate, answers: Sequence[tuple[int, int, dict[str, object]]]) -> None:
    for answer in answers:
        await one.save(*answer)
