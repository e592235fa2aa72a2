"""Candidates over real HTTP: each starts, reads the paper, answers, submits, and writes down what was acknowledged."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import TypeVar

from tests.faults.wire import Browser, RefusedError, Reply

T = TypeVar("T")
PATIENCE_SECONDS = 150
"""How long a candidate tries again; servers start in seconds, on busy machines in many."""

_INPUT = re.compile(rb'<input\s[^>]*?\bname="r(\d+)"[^>]*>')
_VALUE = re.compile(rb'\bvalue="([^"]+)"')
_TYPE = re.compile(rb'\btype="(radio|checkbox)"')
_PLACE = re.compile(rb'\bdata-position="(\d+)"')


@dataclass
class Place:
    """What can be answered at one position: options, and whether several may be chosen. None when it is typed."""

    options: list[str] = field(default_factory=list)
    takes_many: bool = False

    def any_answer(self, rng: Random) -> dict[str, object]:
        """Return an answer that is well-formed; where something is to be typed, the empty one."""
        if not self.options:
            return {}
        count = rng.randint(1, len(self.options)) if self.takes_many else 1
        return {"chosen": sorted(rng.sample(self.options, count))}


def read_places(page: bytes) -> dict[int, Place]:
    """Read the places of a paper off its page."""
    places = {int(number): Place() for number in _PLACE.findall(page)}
    for found in _INPUT.finditer(page):
        kind, value = _TYPE.search(found[0]), _VALUE.search(found[0])
        if kind is None or value is None:
            continue
        place = places.setdefault(int(found[1]), Place())
        place.takes_many = kind[1] == b"checkbox"
        place.options.append(value[1].decode())
    return places


@dataclass
class Candidate:
    """One person with a browser in a sitting.

    Attributes:
        browser: Signed in.
        sitting_id: The sitting.
        rng: Decides what is answered.
        token: CSRF token; read off the pages when empty.
        attempt_id: Once started.
        places: What can be answered, by position, once the paper was read.
        acknowledged: Every answer that the server said is stored, by position and number.
        seq: Number of the last answer sent.
        is_submitted: Whether the server said that the attempt has ended.
        broken: How many requests got no reply.
        refused: How many were answered with an error of the server.
    """

    browser: Browser
    sitting_id: int
    rng: Random
    token: str = ""
    attempt_id: int = 0
    places: dict[int, Place] = field(default_factory=dict)
    acknowledged: dict[tuple[int, int], dict[str, object]] = field(default_factory=dict)
    seq: int = 0
    is_submitted: bool = False
    broken: int = 0
    refused: int = 0

    @property
    def path(self) -> str:
        """Address of the attempt."""
        return f"/attempts/{self.attempt_id}"

    async def start(self) -> None:
        """Press the start button."""
        if not self.token:
            page = await self.browser.request("GET", f"/sittings/{self.sitting_id}/rules")
            self.token = page.token
        reply = await self.browser.request(
            "POST", f"/sittings/{self.sitting_id}/start", form={"csrf_token": self.token}
        )
        place = reply.header("Location")
        if reply.status != 303 or "/attempts/" not in place:
            raise RefusedError(f"start {place}", reply)
        self.attempt_id = int(place.rsplit("/", 1)[1])

    async def open_paper(self) -> None:
        """Read the paper."""
        reply = await self.browser.request("GET", self.path)
        if reply.status != 200:
            raise RefusedError("paper", reply)
        if not self.places:
            self.places = read_places(reply.body)
        self.token = reply.token or self.token

    async def save(self, position: int, seq: int, answer: dict[str, object]) -> Reply:
        """Send one answer and note whether it was acknowledged."""
        reply = await self.browser.request(
            "PUT",
            f"{self.path}/responses/{position}",
            data={"seq": seq, "response": answer},
            token=self.token,
        )
        if reply.status != 200:
            raise RefusedError("save", reply)
        said = reply.json
        if said["seq"] == seq and "response" not in said:
            self.acknowledged[position, seq] = answer
        return reply

    def on_another_line(self) -> "Candidate":
        """Return the same person in the same attempt over another connection; what is acknowledged is noted together."""
        browser = Browser(self.browser.url, dict(self.browser.cookies))
        return replace(self, browser=browser)

    def next_answer(self) -> tuple[int, int, dict[str, object]]:
        """Return position, number and content of the next answer: one position after the other."""
        self.seq += 1
        position = sorted(self.places)[(self.seq - 1) % len(self.places)]
        return position, self.seq, self.places[position].any_answer(self.rng)

    async def save_next(self) -> None:
        """Answer the next position."""
        await self.save(*self.next_answer())

    async def submit(self) -> None:
        """Hand in."""
        form = {"csrf_token": self.token, "with_answers": "0"}
        reply = await self.browser.request("POST", f"{self.path}/submit", form=form)
        if reply.status != 303 or not reply.header("Location").endswith("/result"):
            raise RefusedError("submit", reply)
        self.is_submitted = True

    async def insist(self, step: Callable[[], Awaitable[T]]) -> T:
        """Do a step until it is answered, as a patient person and the page's queue do: again, and again."""
        until = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        pause = 0.02
        while True:
            try:
                return await step()
            except OSError:
                self.broken += 1
            except RefusedError as error:
                if error.status < 500:
                    raise
                self.refused += 1
            assert asyncio.get_running_loop().time() < until, "the server does not come back"
            await asyncio.sleep(pause * (0.5 + self.rng.random()))
            pause = min(1.0, pause * 2)

    async def insist_on_next_answer(self) -> None:
        """Answer the next position, sending the same until it is acknowledged."""
        position, seq, answer = self.next_answer()
        await self.insist(lambda: self.save(position, seq, answer))

    async def sit(self, *, rounds: int = 2, submits: bool = True) -> None:
        """Take the exam from start to end, insisting on every step: every position ``rounds`` times."""
        await self.insist(self.start)
        await self.insist(self.open_paper)
        for _ in range(rounds * len(self.places)):
            await self.insist_on_next_answer()
        if submits:
            await self.insist(self.submit)
