"""Test specification: how many items from which bank and about what, and what each is worth."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from lms.units import Points, as_points

NARROWINGS = ("points", "tags", "difficulties", "types")
"""Fields of a section that say what its items are about; an empty one admits any."""


class About(Protocol):
    """What an item is about, as far as a section can ask for it."""

    @property
    def item_key(self) -> str:
        """Stable key of the item."""

    @property
    def point(self) -> str:
        """Its knowledge point."""

    @property
    def type(self) -> str:
        """Its type."""

    @property
    def difficulty(self) -> str:
        """Its difficulty as judged."""

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags."""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a test: drawn by chance from what fits, or picked by hand.

    Attributes:
        title: What candidates read above it; may be empty.
        bank: Key of the item bank it draws from.
        draw: How many items; at least 1. With ``items`` it is their number.
        points_each: What each is worth; greater than 0.
        points: Knowledge points, one of which an item must be about; empty for any.
        tags: Tags, one of which an item must have; empty for any.
        difficulties: Difficulties as judged, one of which an item must have; empty for any.
        types: Types, one of which an item must be; empty for any.
        items: Keys of the items picked by hand, in their order; empty when the section is drawn.
        shuffle: Whether items picked by hand come in a random order, not in the given one.
        shuffle_options: Whether the options of choices come in a random order.
    """

    title: str
    bank: str
    draw: int
    points_each: Points
    points: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    difficulties: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    shuffle: bool = True
    shuffle_options: bool = True

    def __post_init__(self) -> None:
        if self.draw < 1:
            raise ValueError(f"a section draws at least one item, not {self.draw}")
        if self.points_each <= 0:
            raise ValueError(f"an item is worth more than {self.points_each} points")
        if not self.items:
            return
        if self.is_narrowed:
            raise ValueError("items picked by hand are not narrowed as well")
        if len(set(self.items)) != len(self.items):
            raise ValueError("an item is picked twice")
        if self.draw != len(self.items):
            raise ValueError(f"{len(self.items)} items are picked, not {self.draw}")

    @property
    def is_narrowed(self) -> bool:
        """Whether it asks for items about something."""
        return bool(self.points or self.tags or self.difficulties or self.types)

    @property
    def is_plain(self) -> bool:
        """Whether every item of the bank will do."""
        return not (self.items or self.is_narrowed)

    @property
    def is_fixed(self) -> bool:
        """Whether everybody gets the same items in the same order."""
        return bool(self.items) and not self.shuffle

    def admits(self, item: About) -> bool:
        """Say whether an item of the bank will do: it is picked, or about what every narrowing asks for."""
        if self.items:
            return item.item_key in self.items
        return (
            (not self.points or item.point in self.points)
            and (not self.difficulties or item.difficulty in self.difficulties)
            and (not self.types or item.type in self.types)
            and (not self.tags or any(tag in self.tags for tag in item.tags))
        )


def sections_from_json(rows: Iterable[Mapping[str, object]]) -> tuple[Section, ...]:
    """Read the sections as stored with a quiz or a sitting; one that picks its items need not say how many.

    Raises:
        ValueError: A field is missing or cannot be used.
    """
    try:
        return tuple(_section_from_json(row) for row in rows)
    except (KeyError, ArithmeticError) as error:
        raise ValueError(f"not a section: {error!r}") from error


def _section_from_json(row: Mapping[str, object]) -> Section:
    items = _texts(row, "items")
    draw = row.get("draw", len(items)) if items else row["draw"]
    return Section(
        title=str(row.get("title", "")),
        bank=str(row["bank"]),
        draw=int(str(draw)),
        points_each=as_points(str(row["points_each"])),
        points=_texts(row, "points"),
        tags=_texts(row, "tags"),
        difficulties=_texts(row, "difficulties"),
        types=_texts(row, "types"),
        items=items,
        shuffle=_flag(row, "shuffle"),
        shuffle_options=_flag(row, "shuffle_options"),
    )


def _texts(row: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = row.get(name, ())
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise ValueError(f"{name} must be a list of texts")
    return tuple(value)


def _flag(row: Mapping[str, object], name: str) -> bool:
    value = row.get(name, True)
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false")  # noqa: TRY004 - one error for all fields
    return value


def sections_as_json(sections: Iterable[Section]) -> list[dict[str, object]]:
    """Return what ``sections_from_json`` reads; points are text, so that no float touches them.

    What is as usual is not said, so that a plan without narrowings reads as it always did.
    """
    return [
        {
            "title": section.title,
            "bank": section.bank,
            "draw": section.draw,
            "points_each": str(section.points_each),
            **_unusual_as_json(section),
        }
        for section in sections
    ]


def _unusual_as_json(section: Section) -> dict[str, object]:
    said: dict[str, object] = {
        name: list(getattr(section, name))
        for name in (*NARROWINGS, "items")
        if getattr(section, name)
    }
    flags = ("shuffle", "shuffle_options")
    return {**said, **{name: False for name in flags if not getattr(section, name)}}


def items_total(sections: Iterable[Section]) -> int:
    """Return how many items a paper of this plan holds."""
    return sum(section.draw for section in sections)


def points_total(sections: Iterable[Section]) -> Points:
    """Return the points of a faultless paper of this plan."""
    total = sum((section.draw * section.points_each for section in sections), Decimal())
    return as_points(total)


def banks_of(sections: Iterable[Section]) -> tuple[str, ...]:
    """Return the banks drawn from, each once, in the order of the plan."""
    return tuple(dict.fromkeys(section.bank for section in sections))


def picked_keys(sections: Iterable[Section]) -> frozenset[str]:
    """Return the keys of all items picked by hand."""
    return frozenset(key for section in sections for key in section.items)


def is_fixed(sections: Sequence[Section]) -> bool:
    """Say whether everybody gets the same items in the same order; options may still be shuffled."""
    return bool(sections) and all(section.is_fixed for section in sections)
