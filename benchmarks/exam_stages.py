"""Stages of a load: steps on a schedule that does not wait for the server, and steps as fast as it can.

Latency of a scheduled step counts from the instant at which it was meant to begin: where a server is slow, what waits
behind its answers is counted too.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from tests.faults.candidates import Candidate, Place
from tests.faults.wire import Browser, RefusedError, Reply

Step = Callable[[], Awaitable[object]]
AT_ONCE = 32


@dataclass
class Timings:
    """Seconds that each step took, and how many failed; by name of the step."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    errors: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    async def measure(self, name: str, since: float, step: Step) -> bool:
        """Do one step and note how long it took since ``since``; False when it failed."""
        try:
            await step()
        except (OSError, RefusedError) as error:
            self.failed[name] += 1
            self.errors[f"{name}: {type(error).__name__} {str(error)[:80]}"] += 1
            return False
        self.took[name].append(time.perf_counter() - since)
        return True

    def line(self, name: str) -> dict[str, object]:
        """Return the figures of one step."""
        took = sorted(self.took[name])
        if not took:
            return {"n": 0, "failed": self.failed[name]}
        return {
            "n": len(took),
            "failed": self.failed[name],
            "p50_ms": _ms(took[len(took) // 2]),
            "p99_ms": _ms(took[int(len(took) * 0.99)]),
            "max_ms": _ms(took[-1]),
        }


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)


async def as_fast_as_it_can(
    timings: Timings, name: str, chains: Iterable[Iterable[Step]], at_once: int = AT_ONCE
) -> float:
    """Do chains of steps, ``at_once`` chains at a time, each step after the other; return the seconds it took."""
    waiting = iter(chains)
    begun = time.perf_counter()

    async def worker() -> None:
        for chain in waiting:
            for step in chain:
                await timings.measure(name, time.perf_counter(), step)

    await asyncio.gather(*(worker() for _ in range(at_once)))
    return time.perf_counter() - begun


def arrivals(count: int, seconds: float, rng: Random, *, evenly: bool) -> list[float]:
    """Return when each of ``count`` presses the button: evenly or at random (Poisson, given their number)."""
    if evenly and count:
        return [seconds * number / count for number in range(count)]
    return sorted(rng.uniform(0, seconds) for _ in range(count))


@dataclass
class Plan:
    """When one candidate does what, in seconds from the start of the stage; fixed before it begins.

    Attributes:
        start: When to press the start button; None when the attempt runs already.
        saves: When to answer, in order.
    """

    start: float | None
    saves: Sequence[float]


def plan_candidates(
    starts: Sequence[float | None], *, until: float, pace: float, rng: Random
) -> list[Plan]:
    """Plan an answer every 15 to 25 seconds (times ``pace``) from each start to ``until``."""
    plans = []
    for start in starts:
        # Who sits already is anywhere between two answers.
        at = start if start is not None else -rng.uniform(0, 20 * pace)
        saves = []
        while (at := at + rng.uniform(15, 25) * pace) < until:
            if at > 0:
                saves.append(at)
        plans.append(Plan(start, saves))
    return plans


async def sit_as_planned(candidate: Candidate, plan: Plan, timings: Timings, epoch: float) -> None:
    """Follow a plan. What the server delays is done late and counted from when it was meant."""
    if plan.start is not None:
        await _sleep_until(epoch + plan.start)
        begun = epoch + plan.start
        if not await timings.measure("start", begun, candidate.start):
            return
        if not await timings.measure("paper", time.perf_counter(), candidate.open_paper):
            return
        timings.took["in"].append(time.perf_counter() - begun)
    for at in plan.saves:
        await _sleep_until(epoch + at)
        await timings.measure("save", epoch + at, candidate.save_next)


async def sign_in_as_planned(
    browser: Browser, password: str, at: float, timings: Timings, epoch: float
) -> None:
    """Sign in through the page at an instant."""
    await _sleep_until(epoch + at)
    await timings.measure(
        "sign_in", epoch + at, lambda: browser.sign_in(browser.identity, password)
    )


async def _sleep_until(instant: float) -> None:
    left = instant - time.perf_counter()
    if left > 0:
        await asyncio.sleep(left)


def right_answer(place: Place) -> dict[str, object]:
    """Return what is right in the bank of ``tests.factories.questions``; some answer anywhere else."""
    keys = [one for one in (["a", "c"] if place.takes_many else ["b"]) if one in place.options]
    chosen = keys or [one for one in ("false",) if one in place.options] or place.options[:1]
    return {"chosen": chosen} if chosen else {}


def answering(candidate: Candidate, rounds: int) -> list[Step]:
    """Return steps that answer every position ``rounds`` times, the last time rightly."""
    steps: list[Step] = []
    for number in range(1, rounds + 1):
        for position, place in sorted(candidate.places.items()):
            candidate.seq += 1
            last = number == rounds
            answer = right_answer(place) if last else place.any_answer(candidate.rng)

            async def save(
                position: int = position,
                seq: int = candidate.seq,
                answer: dict[str, object] = answer,
            ) -> Reply:
                return await candidate.save(position, seq, answer)

            steps.append(save)
    return steps


def rounded(line: Mapping[str, object]) -> dict[str, object]:
    """Return a line with its numbers as they are printed."""
    return {
        name: round(value, 3) if isinstance(value, float) else value for name, value in line.items()
    }
