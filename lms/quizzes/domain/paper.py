"""The paper: items drawn by a seed and frozen with their words, so that it can be reproduced for ever."""

import json
from collections.abc import Iterable, Mapping, MutableSequence, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar, cast

from typing_extensions import override

from lms.errors import InvalidState
from lms.questions.domain.items import Item, item_from_json, shuffled_order
from lms.quizzes.domain.specification import Section, banks_of, find_shortages
from lms.units import Points, as_points

T = TypeVar("T")

SEED_BITS = 48
"""Width of a seed: it fits a 64-bit column and a double."""


@dataclass(frozen=True, slots=True)
class PoolItem:
    """An item version that may be drawn.

    Attributes:
        item_version_id: Row of the version.
        item_key: Stable key of the item; no key comes twice in a paper.
        body: The version's words and key as JSON text; only those of drawn items are ever read.
        red_line: Whether a wrong answer would mean a red-line behaviour.
        lesson_key: The lesson it rests on.
        point: The knowledge point.
    """

    item_version_id: int
    item_key: str
    body: str
    red_line: bool
    lesson_key: str
    point: str


@dataclass(frozen=True, slots=True)
class PaperItem:
    """One place of a paper, numbered from 1 by its order there; ``body`` holds words and key as they were."""

    item_version_id: int
    item_key: str
    section: str
    points: Points
    option_order: tuple[str, ...]
    body: Mapping[str, object]
    red_line: bool
    lesson_key: str
    point: str

    @property
    def item(self) -> Item:
        """The item as it was when drawn."""
        return item_from_json(self.body)


Paper = tuple[PaperItem, ...]


class _StableRandom(Random):
    """Only the sequence of ``random()`` is guaranteed for every version of Python; shuffle by that alone."""

    @override
    def shuffle(self, x: MutableSequence[T]) -> None:
        for last in range(len(x) - 1, 0, -1):
            other = int(self.random() * (last + 1))
            x[last], x[other] = x[other], x[last]


def draw_paper(
    sections: Sequence[Section], pools: Mapping[str, Sequence[PoolItem]], seed: int
) -> Paper:
    """Draw a paper.

    The same seed over the same pools gives the same paper, in whatever order the pools are listed.

    Args:
        sections: The plan, in the order of the paper.
        pools: Drawable items of each bank.
        seed: Any integer; stored with the attempt.

    Returns:
        The items in presenting order with their options shuffled, none twice.

    Raises:
        InvalidState: ``pool_too_small`` when a bank holds fewer items than the plan draws from it.
    """
    stock = {bank: _by_key(items) for bank, items in pools.items()}
    for shortage in find_shortages(sections, {bank: len(items) for bank, items in stock.items()}):
        raise InvalidState(
            "pool_too_small", bank=shortage.bank, needed=shortage.needed, found=shortage.found
        )
    source = _StableRandom(seed)
    for bank in banks_of(sections):
        source.shuffle(stock[bank])
    return tuple(
        _placed(stock[section.bank].pop(), section, source)
        for section in sections
        for _ in range(section.draw)
    )


def _by_key(items: Iterable[PoolItem]) -> list[PoolItem]:
    unique = {item.item_key: item for item in items}
    return [unique[key] for key in sorted(unique)]


def _placed(pooled: PoolItem, section: Section, source: Random) -> PaperItem:
    body = json.loads(pooled.body)
    return PaperItem(
        item_version_id=pooled.item_version_id,
        item_key=pooled.item_key,
        section=section.title,
        points=section.points_each,
        option_order=tuple(shuffled_order(item_from_json(body), source)),
        body=body,
        red_line=pooled.red_line,
        lesson_key=pooled.lesson_key,
        point=pooled.point,
    )


def paper_as_json(paper: Iterable[PaperItem]) -> list[dict[str, object]]:
    """Return what is frozen in the attempt; points are text, so that no float touches them."""
    return [
        {
            "item_version_id": item.item_version_id,
            "item_key": item.item_key,
            "section": item.section,
            "points": str(item.points),
            "option_order": list(item.option_order),
            "body": dict(item.body),
            "red_line": item.red_line,
            "lesson_key": item.lesson_key,
            "point": item.point,
        }
        for item in paper
    ]


def paper_from_json(rows: Iterable[Mapping[str, object]]) -> Paper:
    """Read a frozen paper back."""
    return tuple(paper_item_from_json(row) for row in rows)


def paper_item_from_json(row: Mapping[str, object]) -> PaperItem:
    """Read one place of a frozen paper back."""
    return PaperItem(
        item_version_id=cast("int", row["item_version_id"]),
        item_key=str(row["item_key"]),
        section=str(row["section"]),
        points=as_points(str(row["points"])),
        option_order=tuple(cast("Sequence[str]", row["option_order"])),
        body=cast("Mapping[str, object]", row["body"]),
        red_line=bool(row["red_line"]),
        lesson_key=str(row["lesson_key"]),
        point=str(row["point"]),
    )
