"""A thousand at nine o'clock: a real server over real HTTP, on a schedule that a slow server cannot hide behind.

``python -m benchmarks.exam_http`` starts servers of its own, on SQLite and on PostgreSQL, as ``lms web`` does, and
prints JSON lines: latency of each step from the instant at which it was meant to begin, failures, CPU of the web
processes and their PostgreSQL, and the same as a multiple of an empty response and of a bare upsert, which are measured
on the same server before, between and after. Afterwards everything that was acknowledged is looked up, and every score
is computed again from the log of answers.

Scenarios (``--scenario``, several; all by default): ``steps`` (one kind of request at a time: what each costs),
``60``, ``10``, ``0`` (everybody starts within so many seconds, answers every 15 to 25 s, then as fast as the server
can, then hands in), ``sign_in`` (as many passwords typed within ``--sign-in-seconds`` while the others answer).

Another server: ``--url https://… --sitting 7 --accounts people.txt`` with a line ``user name<TAB>password`` for each;
what was acknowledged is then compared with what the server says it has.
"""

import argparse
import asyncio
import gc
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from benchmarks.exam_growth import store_answers
from benchmarks.exam_server import Own, own_server
from benchmarks.exam_stages import (
    AT_ONCE,
    Step,
    Timings,
    answering,
    arrivals,
    as_fast_as_it_can,
    plan_candidates,
    rounded,
    sign_in_as_planned,
    sit_as_planned,
)
from benchmarks.measure import show
from lms.db import db
from tests.factories.people import PASSWORD
from tests.faults.candidates import Candidate
from tests.faults.invited import invite
from tests.faults.recompute import check_candidates
from tests.faults.wire import Browser, RefusedError
from tests.postgres import start_postgres

REFERENCES = 400
"""Empty responses, and bare upserts, in each measurement of them."""
SCENARIOS = ("steps", "60", "10", "0", "sign_in")


@dataclass
class Bench:
    """One server under load, and what is printed about it."""

    backend: str
    url: str
    own: Own | None
    asked: argparse.Namespace
    rng: Random = field(default_factory=lambda: Random(9))
    upserts: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    empty_cpu: list[float] = field(default_factory=list)
    upsert_cpu: list[float] = field(default_factory=list)

    def cpu(self) -> float:
        """CPU seconds of the server up to now; 0 for a server of somebody else."""
        return self.own.cpu() if self.own else 0.0

    def show(self, scenario: str, step: str, line: dict[str, object]) -> None:
        """Print one line."""
        head = {"bench": f"exam_http_{scenario}_{step}", "backend": self.backend}
        head |= {"stored": self.asked.stored} if self.asked.stored else {}
        tail = {"peak_rss_mb": round(self.own.rss_mb(), 1)} if self.own else {}
        show(rounded({**head, **line, **tail}))

    async def refer(self) -> None:
        """Measure the empty response and the bare upsert once more."""
        if self.own is None:
            return
        browsers = [Browser(self.url) for _ in range(8)]

        def empty(browser: Browser) -> Step:
            return lambda: _expect_200(browser, "GET", "/__bare/__empty")

        def upsert(browser: Browser) -> Step:
            def step() -> object:
                number = next(self.upserts)
                path = f"/__upsert/{number % 997}/{number % 20}/{number}"
                return _expect_200(browser, "PUT", path)

            return step  # type: ignore[return-value]

        for made, kept in ((empty, self.empty_cpu), (upsert, self.upsert_cpu)):
            timings = Timings()
            steps = [[made(browser)] * (REFERENCES // 8) for browser in browsers]
            before = self.cpu()
            await as_fast_as_it_can(timings, "reference", steps, at_once=8)
            kept.append((self.cpu() - before) / REFERENCES)
            assert not timings.failed, dict(timings.errors)
        for browser in browsers:
            browser.close()

    def multiples(self, cpu_per_op: float) -> dict[str, object]:
        """Return CPU in ms, and as multiples of the two references measured last."""
        if self.own is None:
            return {}
        empty, bare = _mean(self.empty_cpu[-2:]), _mean(self.upsert_cpu[-2:])
        return {
            "cpu_ms_per_op": cpu_per_op * 1000,
            "in_empty": round(cpu_per_op / empty, 1),
            "in_upsert": round(cpu_per_op / bare, 1),
        }

    @contextmanager
    def frugal(self) -> Iterator[dict[str, float]]:
        """Measure wall time, CPU of the server and CPU of this driver inside; no collections of garbage meanwhile."""
        gc.collect()
        gc.disable()
        seen: dict[str, float] = {}
        wall, own, server = time.perf_counter(), time.process_time(), self.cpu()
        try:
            yield seen
        finally:
            gc.enable()
            seen["seconds"] = time.perf_counter() - wall
            seen["driver_cpu"] = (time.process_time() - own) / seen["seconds"]
            seen["server_cpu_s"] = self.cpu() - server

    async def phase(self, scenario: str, step: str, chains: Sequence[Sequence[Step]]) -> float:
        """Do one kind of step as fast as the server can, print it, and return its cost in empty responses."""
        timings = Timings()
        with self.frugal() as seen:
            await as_fast_as_it_can(timings, step, chains, at_once=self.asked.at_once)
        await self.refer()
        count = max(1, len(timings.took[step]))
        line = {**timings.line(step), "per_s": round(count / seen["seconds"], 1)}
        line |= self.multiples(seen["server_cpu_s"] / count)
        self.show(scenario, step, {**line, "driver_cpu": seen["driver_cpu"], **_errors(timings)})
        return float(str(line.get("in_empty", 0)))

    def check(self, scenario: str, candidates: Sequence[Candidate]) -> None:
        """Look up everything that was acknowledged, compute every score anew, and print what was found."""
        if self.own is None or self.own.app is None:
            return
        with self.own.app.app_context():
            found = check_candidates(candidates)
            db.session.remove()
        self.show(scenario, "check", {**vars(found), "faults": found.faults})


async def run_steps(bench: Bench, candidates: Sequence[Candidate]) -> None:
    """Do each kind of request alone, so that its CPU is its own; then what a whole attempt costs."""
    await bench.refer()
    cost = {
        "start": await bench.phase("steps", "start", [[one.start] for one in candidates]),
        "paper": await bench.phase("steps", "paper", [[one.open_paper] for one in candidates]),
    }
    saving = [answering(one, rounds=2) for one in candidates]
    cost["save"] = await bench.phase("steps", "save", saving)
    cost["submit"] = await bench.phase("steps", "submit", [[one.submit] for one in candidates])
    items = len(candidates[0].places)
    attempt = cost["start"] + cost["paper"] + items * cost["save"] + cost["submit"]
    bench.show("steps", "attempt", {"items": items, "in_empty": round(attempt, 1)})
    show_references(bench, "steps")


def show_references(bench: Bench, scenario: str) -> None:
    """Print what an empty response and a bare upsert cost: all measurements of this server."""
    for name, kept in (("empty", bench.empty_cpu), ("upsert", bench.upsert_cpu)):
        if kept:
            spread = {"min": min(kept) * 1000, "max": max(kept) * 1000}
            line = {"n": len(kept) * REFERENCES, "cpu_ms_per_op": _mean(kept) * 1000}
            bench.show(scenario, name, {**line, **{f"{k}_ms": v for k, v in spread.items()}})


async def run_herd(bench: Bench, candidates: Sequence[Candidate], seconds: float) -> None:
    """Let everybody start within ``seconds`` and answer on schedule; then as fast as it can; then hand in."""
    name, asked = f"within_{seconds:g}s", bench.asked
    until = seconds + asked.settle * asked.pace
    starts: list[float | None] = list(
        arrivals(len(candidates), seconds, bench.rng, evenly=asked.evenly)
    )
    plans = plan_candidates(starts, until=until, pace=asked.pace, rng=bench.rng)
    await bench.refer()
    timings = Timings()
    with bench.frugal() as seen:
        epoch = time.perf_counter() + 0.5
        await asyncio.gather(
            *(
                sit_as_planned(one, plan, timings, epoch)
                for one, plan in zip(candidates, plans, strict=True)
            )
        )
    for step in ("start", "paper", "in", "save"):
        bench.show(name, step, timings.line(step))
    bench.show(name, "stage", {**seen, "pace": asked.pace, **_errors(timings)})
    await bench.refer()
    sitting = [one for one in candidates if one.places]
    await bench.phase(name, "save_fast", [answering(one, rounds=1) for one in sitting])
    await bench.phase(name, "submit", [[one.submit] for one in sitting])
    bench.check(name, candidates)


async def run_sign_ins(
    bench: Bench, sitting: Sequence[Candidate], coming: Sequence[Candidate]
) -> None:
    """Let ``coming`` type their passwords while ``sitting`` answer."""
    asked, rng = bench.asked, bench.rng
    few = min(40, len(coming))
    strangers = [Browser(bench.url, identity=one.browser.identity) for one in coming]
    await bench.refer()
    await bench.phase(
        "sign_in",
        "alone",
        [[_sign_in(Browser(bench.url, identity=one.identity))] for one in strangers[:few]],
    )
    for one in sitting:
        await one.insist(one.start)
        await one.insist(one.open_paper)
    seconds = asked.sign_in_seconds
    until = seconds + asked.settle * asked.pace
    plans = plan_candidates([None] * len(sitting), until=until, pace=asked.pace, rng=rng)
    at = arrivals(len(strangers), seconds, rng, evenly=asked.evenly)
    timings = Timings()
    with bench.frugal() as seen:
        epoch = time.perf_counter() + 0.5
        await asyncio.gather(
            *(sit_as_planned(*pair, timings, epoch) for pair in zip(sitting, plans, strict=True)),
            *(
                sign_in_as_planned(browser, PASSWORD, when, timings, epoch)
                for browser, when in zip(strangers, at, strict=True)
            ),
        )
    for step in ("sign_in", "save"):
        bench.show("sign_in", f"{step}_within_{seconds:g}s", timings.line(step))
    bench.show("sign_in", "stage", {**seen, "pace": asked.pace, **_errors(timings)})
    await bench.refer()
    bench.check("sign_in", sitting)


def _sign_in(browser: Browser) -> Step:
    return lambda: browser.sign_in(browser.identity, PASSWORD)


async def _expect_200(browser: Browser, method: str, path: str) -> None:
    reply = await browser.request(method, path)
    if reply.status != 200:
        raise RefusedError(path, reply)


def _mean(values: Sequence[float]) -> float:
    return max(1e-9, sum(values) / len(values))


def _errors(timings: Timings) -> dict[str, object]:
    return {"errors": dict(timings.errors)} if timings.errors else {}


def run_own(backend: str, asked: argparse.Namespace) -> None:
    """Measure a server of our own on one database."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        folder.chmod(0o755)
        url = f"sqlite:///{folder / 'lms.sqlite3'}"
        if backend == "postgresql":
            (folder / "pg").mkdir()
            url = stack.enter_context(start_postgres(folder / "pg"))
        own = stack.enter_context(own_server(folder, url, asked.workers))
        assert own.app is not None
        app, bench = own.app, Bench(backend, own.url, own, asked)
        if asked.stored:
            store_answers(app, asked.stored)
        asyncio.run(_warm_up(invite(app, own.url, 8 * asked.workers, items=asked.items)))
        for scenario in asked.scenario:
            people = asked.n * (2 if scenario == "sign_in" else 1)
            candidates = invite(app, own.url, people, items=asked.items)
            asyncio.run(_run(bench, scenario, candidates))


async def _warm_up(candidates: Sequence[Candidate]) -> None:
    """Let each process read its templates and compose its statements once."""
    await asyncio.gather(*(one.sit(rounds=1) for one in candidates))
    for one in candidates:
        one.browser.close()


async def _run(bench: Bench, scenario: str, candidates: Sequence[Candidate]) -> None:
    if scenario == "steps":
        await run_steps(bench, candidates)
        bench.check("steps", candidates)
    elif scenario == "sign_in":
        half = len(candidates) // 2
        await run_sign_ins(bench, candidates[:half], candidates[half:])
    else:
        await run_herd(bench, candidates, float(scenario))
    for one in candidates:
        one.browser.close()


async def run_foreign(asked: argparse.Namespace) -> None:
    """Load somebody else's server with the people of a file, who have to be candidates of its sitting."""
    bench = Bench("foreign", asked.url.rstrip("/"), None, asked)
    lines = Path(asked.accounts).read_text(encoding="utf-8").splitlines()
    people = [line.split("\t") for line in lines if line.strip()][: asked.n]
    candidates = []
    for number, (identity, password) in enumerate(people):
        browser = Browser(bench.url, identity=identity)
        await browser.sign_in(identity, password)
        candidates.append(Candidate(browser, asked.sitting, Random(number)))
    for scenario in asked.scenario:
        if scenario in {"steps", "sign_in"}:
            continue
        await run_herd(bench, candidates, float(scenario))
        break  # a person has one attempt
    missing = 0
    for one in candidates:
        said = (await one.browser.request("GET", f"{one.path}/state")).json["responses"]
        newest = dict(sorted(one.acknowledged))
        stored = {int(position): row["seq"] for position, row in dict(said).items()}  # type: ignore[call-overload]
        missing += sum(stored.get(position, 0) < seq for position, seq in newest.items())
    bench.show("foreign", "check", {"attempts": len(candidates), "missing": missing})


def main() -> None:
    """Run one backend here, or each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--backend", choices=("sqlite", "postgresql"))
    parser.add_argument("--scenario", choices=SCENARIOS, nargs="+", default=list(SCENARIOS))
    parser.add_argument("--n", type=int, default=1000, help="candidates")
    parser.add_argument("--items", type=int, default=20, help="items on a paper")
    parser.add_argument("--stored", type=int, default=0, help="answers of old exams beside it")
    parser.add_argument("--pace", type=float, default=1.0, help="times 15 to 25 s between answers")
    parser.add_argument("--settle", type=float, default=60, help="seconds of answering after it")
    parser.add_argument("--sign-in-seconds", type=float, default=60)
    parser.add_argument(
        "--at-once", type=int, default=AT_ONCE, help="requests at a time, when fast"
    )
    parser.add_argument("--evenly", action="store_true", help="arrivals evenly, not at random")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="web processes")
    parser.add_argument("--url", help="a server of somebody else")
    parser.add_argument("--accounts", help="its candidates: user name, tab, password")
    parser.add_argument("--sitting", type=int, help="its sitting")
    asked = parser.parse_args()
    if asked.url:
        asyncio.run(run_foreign(asked))
    elif asked.backend:
        run_own(asked.backend, asked)
    else:
        for backend in ("sqlite", "postgresql"):
            command = [sys.executable, "-m", "benchmarks.exam_http", "--backend", backend]
            subprocess.run([*command, *sys.argv[1:]], check=True)


if __name__ == "__main__":
    main()
