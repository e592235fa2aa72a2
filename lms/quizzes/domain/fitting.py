"""Whether a paper can be drawn: each section by what it asks for, all of them without an item twice."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lms.quizzes.domain.allocation import Allocation, Group, allocate
from lms.quizzes.domain.specification import About, Section, banks_of, picked_keys


@dataclass(frozen=True, slots=True)
class Topic:
    """What an item is about, without its words; items that nobody picks by hand need no key."""

    item_key: str = ""
    point: str = ""
    type: str = ""
    difficulty: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lot:
    """Blocks that are alike to a plan: what is drawn at once, and how often the bank has such.

    Attributes:
        items: What its items are about; several share a text.
        count: How many such blocks there are.
    """

    items: Sequence[About]
    count: int = 1


class MisfitKind(StrEnum):
    """Why a paper cannot be drawn."""

    FEW = "few"
    """Too few items fit."""
    GROUPS = "groups"
    """Items that share a text are drawn together, and do not make this number."""
    OVERLAP = "overlap"
    """Each section could be drawn, but they take the items from each other."""
    TWICE = "twice"
    """An item is picked by hand in two sections."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """Something for which a paper cannot be drawn.

    Attributes:
        bank: Where it was looked for.
        needed: How many items are drawn: by the section, else by all sections of the bank.
        found: How many fit.
        kind: Why it cannot be drawn.
        section: Place of the section in the plan, from 0; None when it concerns the bank as a whole.
    """

    bank: str
    needed: int
    found: int
    kind: MisfitKind = MisfitKind.FEW
    section: int | None = None


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


def fits(section: Section, items: Iterable[About]) -> bool:
    """Say whether a block may be drawn for a section: all of its items are about what the section asks for."""
    return section.is_plain or all(section.admits(item) for item in items)


def find_misfits(sections: Sequence[Section], lots: Mapping[str, Sequence[Lot]]) -> list[Misfit]:
    """Return what keeps a paper from being drawn; nothing means that every seed draws one.

    A plan whose sections compete for items that share a text may be refused although some way exists, when there
    are very many ways; a plan whose sections do not compete never is.

    Args:
        sections: The plan.
        lots: What each bank holds; a bank not named holds nothing.
    """
    return [
        misfit for bank in banks_of(sections) for misfit in _of_bank(bank, sections, lots.get(bank, ()))
    ]  # fmt: skip


def _of_bank(bank: str, sections: Sequence[Section], lots: Sequence[Lot]) -> list[Misfit]:
    mine = [(place, one) for place, one in enumerate(sections) if one.bank == bank]
    needed = sum(section.draw for _, section in mine)
    size = sum(len(lot.items) * lot.count for lot in lots)
    if size < needed:
        return [Misfit(bank, needed, size)]
    picked = picked_keys(section for _, section in mine)
    free = [lot for lot in lots if not is_touched(lot.items, picked)]
    keys = {item.item_key for lot in lots for item in lot.items}
    found = [misfit for place, one in mine for misfit in _of_section(place, one, free, keys)]
    found += _picked_twice(mine)
    drawn = [section for _, section in mine if not section.items]
    if not found and allocate_lots(drawn, free) is None:
        found.append(Misfit(bank, needed, size, MisfitKind.OVERLAP))
    return found


def _of_section(
    place: int, section: Section, free: Sequence[Lot], keys: set[str]
) -> Iterable[Misfit]:
    if section.items:
        there = sum(key in keys for key in section.items)
        if there < section.draw:
            yield Misfit(section.bank, section.draw, there, MisfitKind.FEW, place)
        return
    fitting = [lot for lot in free if fits(section, lot.items)]
    size = sum(len(lot.items) * lot.count for lot in fitting)
    if size < section.draw:
        yield Misfit(section.bank, section.draw, size, MisfitKind.FEW, place)
    elif not can_fill(section.draw, (len(lot.items) for lot in fitting for _ in range(lot.count))):
        yield Misfit(section.bank, section.draw, size, MisfitKind.GROUPS, place)


def _picked_twice(mine: Sequence[tuple[int, Section]]) -> Iterable[Misfit]:
    times = Counter(key for _, section in mine for key in section.items)
    for place, section in mine:
        again = sum(times[key] > 1 for key in section.items)
        if again:
            yield Misfit(section.bank, section.draw, section.draw - again, MisfitKind.TWICE, place)


def is_touched(items: Iterable[About], picked: frozenset[str]) -> bool:
    """Say whether an item of a block was picked by hand: nothing more is drawn from it then."""
    return bool(picked) and any(item.item_key in picked for item in items)


def allocate_lots(sections: Sequence[Section], lots: Sequence[Lot]) -> Allocation | None:
    """Share lots out among sections that are drawn, all of one bank; groups are numbered as they come.

    Returns:
        Numbers of items for each section; None when the sections cannot all be filled.
    """
    groups: list[Group] = []
    singles: Counter[int] = Counter()
    for lot in lots:
        bits = fit_bits(sections, lot.items)
        if len(lot.items) == 1:
            singles[bits] += lot.count
        else:
            groups += [Group(len(lot.items), bits)] * lot.count
    return allocate([section.draw for section in sections], groups, singles)


def fit_bits(sections: Sequence[Section], items: Sequence[About]) -> int:
    """Return the sections for which a block may be drawn, as bits."""
    return sum(1 << index for index, section in enumerate(sections) if fits(section, items))
