"""The paper: items drawn by a seed and frozen with their words, so that it can be reproduced for ever."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random
from typing import cast

from lms.questions.domain.items import CHOICES, Item, item_from_json, shuffled_order
from lms.quizzes.domain.choosing import StableRandom, choose_blocks
from lms.quizzes.domain.history import NO_HISTORY, History
from lms.quizzes.domain.pool import Block, PoolItem, Stimulus
from lms.quizzes.domain.specification import Section
from lms.units import Points, as_points

PARSED_AT_MOST = 4000
"""Items kept as read: everybody in a hall draws from the same."""
SEED_BITS = 48
"""Width of a seed: it fits a 64-bit column and a double."""


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


def draw_paper(
    sections: Sequence[Section],
    pools: Mapping[str, Sequence[PoolItem]],
    seed: int,
    history: History = NO_HISTORY,
) -> Paper:
    """Draw a paper.

    The same seed over the same pools and the same history gives the same paper, in whatever order these are
    listed. Neither pools nor history are stored beside the seed: the paper itself is frozen in the attempt, and
    the history can be read again from the person's earlier attempts at the quiz.

    A section draws from the items that are about what it asks for. Items that share a text come as one block and
    count one by one; a block is drawn only where all its items fit, and one that is too long for what is left of
    its section gives way to another. Items picked by hand come all; of a text from which some were picked no others
    are drawn. With a history, each section draws points missed before first (where ``history`` says so), items not
    had before those had, and items about the same and as difficult as those they replace.

    Args:
        sections: The plan, in the order of the paper.
        pools: Drawable items of each bank.
        seed: Any integer; stored with the attempt.
        history: What the person had before at this quiz.

    Returns:
        The items in presenting order with their options shuffled, none twice.

    Raises:
        InvalidState: ``pool_too_small`` when a section cannot be filled, by itself or beside the others.
    """
    source = StableRandom(seed)
    paper: list[PaperItem] = []
    chosen = choose_blocks(sections, pools, source, history)
    for section, blocks in zip(sections, chosen, strict=True):
        for block in blocks:
            first, *others = (_placed(pooled, section, source) for pooled in block)
            paper.extend((_headed(first, block), *others))
    return tuple(paper)


def _placed(pooled: PoolItem, section: Section, source: Random) -> PaperItem:
    body, item = _parsed(pooled.body)
    # What a matching or an ordering shows in the order it was written in gives its key away.
    is_shuffled = section.shuffle_options or item.type not in CHOICES
    order = shuffled_order(item, source) if is_shuffled else [one.id for one in item.options]
    return PaperItem(
        item_version_id=pooled.item_version_id,
        item_key=pooled.item_key,
        section=section.title,
        points=section.points_each,
        option_order=tuple(order),
        body=body,
        red_line=pooled.red_line,
        lesson_key=pooled.lesson_key,
        point=pooled.point,
    )


@lru_cache(maxsize=PARSED_AT_MOST)
def _parsed(body: str) -> tuple[Mapping[str, object], Item]:
    read: Mapping[str, object] = json.loads(body)
    return read, item_from_json(read)


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
