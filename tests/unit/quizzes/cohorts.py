"""Simulated cohorts that answer a bank: seeded, so that every run measures the same people."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from lms.quizzes.domain.item_statistics import Cell, ItemFigures, summarise

OPTIONS = "abcd"
WHOLE = 10_000


@dataclass(frozen=True)
class SimulatedItem:
    """A single response that people of ability 0 get right with the odds of ``ease``.

    Attributes:
        truth: The option that is right.
        key: The option that is marked as the key.
        ease: Log odds of knowing it at ability 0; real items lie between -1 and 3.
        slope: How much ability counts; 0.5 is poor, 1.5 good.
        pull: Weight of each wrong option among those who do not know: misconceptions are popular.
    """

    truth: str
    key: str
    ease: float
    slope: float
    pull: tuple[float, ...]


def draw_items(random: Random, count: int, *, wrong_key: bool = False) -> list[SimulatedItem]:
    """Draw items as a bank has them; with ``wrong_key`` the first marks a distractor."""
    items = []
    for index in range(count):
        truth = random.choice(OPTIONS)
        wrong = [option for option in OPTIONS if option != truth]
        key = random.choice(wrong) if wrong_key and index == 0 else truth
        items.append(
            SimulatedItem(
                truth=truth,
                key=key,
                ease=random.uniform(-0.5, 2.5),
                slope=random.uniform(0.6, 1.6),
                pull=tuple(random.uniform(0.2, 1) for _ in OPTIONS),
            )
        )
    return items


def answer(random: Random, item: SimulatedItem, ability: float) -> str:
    """Return what somebody chooses: the truth if known, otherwise any option by its pull."""
    knows = 1 / (1 + math.exp(-(item.ease + item.slope * ability)))
    if random.random() < knows:
        return item.truth
    return random.choices(OPTIONS, item.pull)[0]


def sit(random: Random, items: Sequence[SimulatedItem], people: int) -> list[ItemFigures]:
    """Let so many people take all items, and return the figures of each item."""
    cells = [Counter[tuple[int, str, bool]]() for _ in items]
    for _ in range(people):
        ability = random.gauss(0, 1)
        chosen = [answer(random, item, ability) for item in items]
        right = [one == item.key for one, item in zip(chosen, items, strict=True)]
        for index, (one, is_right) in enumerate(zip(chosen, right, strict=True)):
            rest = (sum(right) - is_right) * WHOLE // (len(items) - 1)
            cells[index][rest, one, is_right] += 1
    return [
        summarise(
            [
                Cell(rest, one, 100 * is_right, 100, is_right, count)
                for (rest, one, is_right), count in counted.items()
            ],
            OPTIONS,
            frozenset({item.key}),
            takes_many=False,
        )
        for counted, item in zip(cells, items, strict=True)
    ]
