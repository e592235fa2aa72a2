"""Test specification: how many items from which bank, and what each is worth."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lms.units import Points, as_points


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a test.

    Attributes:
        title: What candidates read above it; may be empty.
        bank: Key of the item bank it draws from.
        draw: How many items; at least 1.
        points_each: What each is worth; greater than 0.
    """

    title: str
    bank: str
    draw: int
    points_each: Points

    def __post_init__(self) -> None:
        if self.draw < 1:
            raise ValueError(f"a section draws at least one item, not {self.draw}")
        if self.points_each <= 0:
            raise ValueError(f"an item is worth more than {self.points_each} points")


def sections_from_json(rows: Iterable[Mapping[str, object]]) -> tuple[Section, ...]:
    """Read the sections as stored with a quiz or a sitting.

    Raises:
        ValueError: A field is missing or cannot be used.
    """
    try:
        return tuple(
            Section(
                title=str(row.get("title", "")),
                bank=str(row["bank"]),
                draw=int(str(row["draw"])),
                points_each=as_points(str(row["points_each"])),
            )
            for row in rows
        )
    except (KeyError, ArithmeticError) as error:
        raise ValueError(f"not a section: {error!r}") from error


def sections_as_json(sections: Iterable[Section]) -> list[dict[str, object]]:
    """Return what ``sections_from_json`` reads; points are text, so that no float touches them."""
    return [
        {
            "title": section.title,
            "bank": section.bank,
            "draw": section.draw,
            "points_each": str(section.points_each),
        }
        for section in sections
    ]


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


@dataclass(frozen=True, slots=True)
class Shortage:
    """A bank that holds fewer items than the plan draws from it."""

    bank: str
    needed: int
    found: int


def find_shortages(sections: Sequence[Section], sizes: Mapping[str, int]) -> tuple[Shortage, ...]:
    """Return the banks that are too small, since no item comes twice in a paper.

    Args:
        sections: The plan.
        sizes: Number of drawable items of each bank; a bank not named has none.
    """
    needed = {
        bank: sum(section.draw for section in sections if section.bank == bank)
        for bank in banks_of(sections)
    }
    return tuple(
        Shortage(bank, count, sizes.get(bank, 0))
        for bank, count in needed.items()
        if sizes.get(bank, 0) < count
    )


def can_fill(wanted: int, sizes: Iterable[int]) -> bool:
    """Say whether some of the blocks hold exactly ``wanted`` items.

    Args:
        wanted: Number of items; below 0 nothing fills it.
        sizes: Length of each block.
    """
    if wanted < 0:
        return False
    reached = 1  # bit n is set when n items can be had
    for size in sizes:
        reached |= reached << size
    return bool(reached >> wanted & 1)


def find_misfits(
    sections: Sequence[Section], blocks: Mapping[str, Sequence[int]]
) -> tuple[Shortage, ...]:
    """Return the banks that are too small, or whose blocks cannot fill a section that draws from them.

    Args:
        sections: The plan.
        blocks: For each bank the length of each block that is drawn at once.
    """
    sizes = {bank: sum(lengths) for bank, lengths in blocks.items()}
    short = find_shortages(sections, sizes)
    missing = {shortage.bank for shortage in short}
    misfits = {
        section.bank: Shortage(section.bank, section.draw, sizes.get(section.bank, 0))
        for section in sections
        if section.bank not in missing and not can_fill(section.draw, blocks.get(section.bank, ()))
    }
    return (*short, *misfits.values())
