"""The paper: items drawn by a seed and frozen with their words, so that it can be reproduced for ever."""

import json
from collections.abc import Iterable, Mapping, MutableSequence, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TypeVar, cast

from typing_extensions import override

from lms.errors import InvalidState
from lms.questions.domain.items import Item, item_from_json, shuffled_order
from lms.quizzes.domain.specification import Section, banks_of, can_fill, find_shortages
from lms.units import Points, as_points

T = TypeVar("T")

SEED_BITS = 48
"""Width of a seed: it fits a 64-bit column and a double."""


@dataclass(frozen=True, slots=True)
class Stimulus:
    """A text that several items share: a chat, an order, a table.

    Attributes:
        key: Its identity.
        title: A short title; may be empty.
        text: Markdown.
        items: How many items of the paper stand under it, from the one that holds it; 0 outside a paper.
    """

    key: str
    title: str
    text: str
    items: int = 0


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
        stimulus: The text that it shares with others of its bank; these are drawn together or not at all.
        place: Its place among them.
    """

    item_version_id: int
    item_key: str
    body: str
    red_line: bool
    lesson_key: str
    point: str
    stimulus: Stimulus | None = None
    place: int = 0


@dataclass(frozen=True, slots=True)
class PaperItem:
    """One place of a paper, numbered from 1 by its order there; ``body`` holds words and key as they were.

    ``stimulus`` is the shared text of the items that begin here; the others of its group have none.
    """

    item_version_id: int
    item_key: str
    section: str
    points: Points
    option_order: tuple[str, ...]
    body: Mapping[str, object]
    red_line: bool
    lesson_key: str
    point: str
    stimulus: Stimulus | None = None

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


Block = tuple[PoolItem, ...]
"""What is drawn at once: one item, or all items of a shared text."""

DRAWS_AT_MOST = 40
"""How often a paper is drawn anew when its blocks do not fill the plan; real banks fill it at once."""


def draw_paper(
    sections: Sequence[Section], pools: Mapping[str, Sequence[PoolItem]], seed: int
) -> Paper:
    """Draw a paper.

    The same seed over the same pools gives the same paper, in whatever order the pools are listed. Items that
    share a text come as one block and count one by one; a block that is too long for what is left of its section
    gives way to another.

    Args:
        sections: The plan, in the order of the paper.
        pools: Drawable items of each bank.
        seed: Any integer; stored with the attempt.

    Returns:
        The items in presenting order with their options shuffled, none twice.

    Raises:
        InvalidState: ``pool_too_small`` when a bank holds fewer items than the plan draws from it, or when its
            blocks cannot fill the plan.
    """
    stock = {bank: make_blocks(items) for bank, items in pools.items()}
    sizes = {bank: sum(map(len, blocks)) for bank, blocks in stock.items()}
    for shortage in find_shortages(sections, sizes):
        raise InvalidState(
            "pool_too_small", bank=shortage.bank, needed=shortage.needed, found=shortage.found
        )
    source = _StableRandom(seed)
    drawn: list[list[Block] | None] = []
    for _ in range(DRAWS_AT_MOST):
        left = {bank: list(stock[bank]) for bank in banks_of(sections)}
        for blocks in left.values():
            source.shuffle(blocks)
        drawn = [_draw(left[section.bank], section.draw) for section in sections]
        if all(blocks is not None for blocks in drawn):
            break
    paper: list[PaperItem] = []
    for section, found in zip(sections, drawn, strict=True):
        if found is None:
            bank = section.bank
            raise InvalidState("pool_too_small", bank=bank, needed=section.draw, found=sizes[bank])
        for block in found:
            first, *others = (_placed(pooled, section, source) for pooled in block)
            paper.extend((_headed(first, block), *others))
    return tuple(paper)


def make_blocks(items: Iterable[PoolItem]) -> list[Block]:
    """Return what is drawn at once, always in the same order, whatever the order of ``items``."""
    unique = {item.item_key: item for item in items}
    grouped: dict[str, list[PoolItem]] = {}
    for key in sorted(unique):
        item = unique[key]
        # A blank cannot stand in a key, so that no item is taken for a group.
        name = f"{item.stimulus.key} " if item.stimulus else key
        grouped.setdefault(name, []).append(item)
    return [tuple(sorted(block, key=lambda item: item.place)) for block in grouped.values()]


def _draw(blocks: list[Block], wanted: int) -> list[Block] | None:
    """Take blocks of ``wanted`` items in all from the end of the list; None when they cannot be had."""
    drawn: list[Block] = []
    passed: list[Block] = []
    is_free = all(len(block) == 1 for block in blocks)
    while wanted and blocks:
        block = blocks.pop()
        if is_free or can_fill(wanted - len(block), map(len, blocks)):
            drawn.append(block)
            wanted -= len(block)
        else:
            passed.append(block)
    blocks.extend(reversed(passed))
    return None if wanted else drawn


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


def _headed(first: PaperItem, block: Block) -> PaperItem:
    stimulus = block[0].stimulus
    return (
        first if stimulus is None else replace(first, stimulus=replace(stimulus, items=len(block)))
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
            **_stimulus_as_json(item.stimulus),
        }
        for item in paper
    ]


def _stimulus_as_json(stimulus: Stimulus | None) -> dict[str, object]:
    if stimulus is None:
        return {}
    return {
        "stimulus": {
            "key": stimulus.key,
            "title": stimulus.title,
            "text": stimulus.text,
            "items": stimulus.items,
        },
    }


def paper_from_json(rows: Iterable[Mapping[str, object]]) -> Paper:
    """Read a frozen paper back."""
    return tuple(paper_item_from_json(row) for row in rows)


def paper_item_from_json(row: Mapping[str, object]) -> PaperItem:
    """Read one place of a frozen paper back."""
    shared = cast("Mapping[str, object] | None", row.get("stimulus"))
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
        stimulus=None if shared is None else _stimulus_from_json(shared),
    )


def _stimulus_from_json(row: Mapping[str, object]) -> Stimulus:
    return Stimulus(
        key=str(row["key"]),
        title=str(row["title"]),
        text=str(row["text"]),
        items=cast("int", row["items"]),
    )
