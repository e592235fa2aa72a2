"""What papers are drawn from: items, in blocks that are drawn at once."""

from collections.abc import Iterable
from dataclasses import dataclass


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
        type: Its type.
        difficulty: Its difficulty as judged.
        tags: Its tags.
        easiness: The measured share of right answers in thousandths; None while too few people had it.
    """

    item_version_id: int
    item_key: str
    body: str
    red_line: bool
    lesson_key: str
    point: str
    stimulus: Stimulus | None = None
    place: int = 0
    type: str = ""
    difficulty: str = ""
    tags: tuple[str, ...] = ()
    easiness: int | None = None


Block = tuple[PoolItem, ...]
"""What is drawn at once: one item, or all items of a shared text."""


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
