"""Sharing blocks of items out among sections, so that each section gets exactly as many items as it asks for."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

STATES_AT_MOST = 4000
"""How many ways of sharing out the longer blocks are looked at; one section alone never has so many."""


@dataclass(frozen=True, slots=True)
class Group:
    """A block of several items that stay together.

    Attributes:
        size: How many items; at least 2.
        fits: Sections that it fits, as bits: 1 for the first, 2 for the second, 4 for the third.
    """

    size: int
    fits: int


@dataclass(frozen=True, slots=True)
class Allocation:
    """Who gets what.

    Attributes:
        groups: For each group, in the order given, the section that gets it; None when nobody does.
        singles: How many single items that fit ``(fits, section)`` the section gets.
    """

    groups: tuple[int | None, ...]
    singles: Mapping[tuple[int, int], int]


def allocate(
    wants: Sequence[int], groups: Sequence[Group], singles: Mapping[int, int]
) -> Allocation | None:
    """Share blocks out; the same wants and stock give the same answer, in whatever order the groups are listed.

    What is returned is right. None is right as well where no block fits two sections, and where there are no groups;
    with groups that several sections compete for, ``STATES_AT_MOST`` ways are looked at.

    Args:
        wants: How many items each section gets, exactly.
        groups: Blocks of several items.
        singles: Number of single items by the sections they fit, as bits.
    """
    shared: dict[int, int] = {}
    given: dict[tuple[int, int], int] = {}
    for part in _components(wants, [group.fits for group in groups], singles):
        found = _allocate_part(part, wants, groups, singles)
        if found is None:
            return None
        shared.update(found[0])
        given.update(found[1])
    return Allocation(tuple(shared.get(index) for index in range(len(groups))), given)


def _components(
    wants: Sequence[int], group_fits: Iterable[int], singles: Mapping[int, int]
) -> list[int]:
    """Return the sections, as bits, in parts that compete for nothing with each other."""
    parts = [1 << index for index in range(len(wants))]
    for fits in {*group_fits, *(fits for fits, count in singles.items() if count)}:
        touched = [part for part in parts if part & fits]
        if len(touched) > 1:
            parts = [part for part in parts if not part & fits]
            parts.append(sum(touched))
    return parts


_Chain = tuple[int, int, "_Chain"] | None
"""Groups given away, the last one first: ``(group, section, those before)``."""


def _allocate_part(
    part: int, wants: Sequence[int], groups: Sequence[Group], singles: Mapping[int, int]
) -> tuple[dict[int, int], dict[tuple[int, int], int]] | None:
    sections = [index for index in range(len(wants)) if part >> index & 1]
    stock = {fits: count for fits, count in singles.items() if fits & part and count}
    order = sorted(
        (index for index, group in enumerate(groups) if group.fits & part),
        key=lambda index: (-groups[index].size, groups[index].fits),
    )
    start = tuple(wants[section] for section in sections)
    for left, chain in _ways(start, sections, [(index, groups[index]) for index in order]).items():
        flow = _share_singles(dict(zip(sections, left, strict=True)), stock)
        if flow is not None:
            return _as_mapping(chain), flow
    return None


def _ways(
    start: tuple[int, ...], sections: Sequence[int], groups: Sequence[tuple[int, Group]]
) -> dict[tuple[int, ...], _Chain]:
    """Return what may be left to fill with single items, and by which groups given away; fewest groups first."""
    ways: dict[tuple[int, ...], _Chain] = {start: None}
    for index, group in groups:
        for left, chain in list(ways.items()):
            for place, section in enumerate(sections):
                if group.fits >> section & 1 and left[place] >= group.size:
                    after = (*left[:place], left[place] - group.size, *left[place + 1 :])
                    ways.setdefault(after, (index, section, chain))
            if len(ways) >= STATES_AT_MOST:
                return ways
    return ways


def _as_mapping(chain: _Chain) -> dict[int, int]:
    found = {}
    while chain is not None:
        index, section, chain = chain
        found[index] = section
    return found


def _share_singles(
    wants: Mapping[int, int], stock: Mapping[int, int]
) -> dict[tuple[int, int], int] | None:
    """Share single items out by the largest flow from kinds of items to sections."""
    left, spare = dict(wants), dict(stock)
    given: dict[tuple[int, int], int] = {}
    while any(left.values()):
        path = _find_path(left, spare, given)
        if path is None:
            return None
        # Even places are kinds, odd ones sections: a kind gives to the next section, which frees another kind.
        kinds, sections = path[::2], path[1::2]
        back = list(zip(kinds[1:], sections[:-1], strict=True))
        amount = min(spare[kinds[0]], left[sections[-1]], *(given[pair] for pair in back))
        spare[kinds[0]] -= amount
        left[sections[-1]] -= amount
        for pair in zip(kinds, sections, strict=True):
            given[pair] = given.get(pair, 0) + amount
        for pair in back:
            given[pair] -= amount
    return {pair: amount for pair, amount in given.items() if amount}


def _find_path(
    left: Mapping[int, int], spare: Mapping[int, int], given: Mapping[tuple[int, int], int]
) -> list[int] | None:
    """Return the shortest way by which one more item reaches a section: through a kind, a section, a kind, …, a section."""
    waiting = deque([kind] for kind in sorted(spare) if spare[kind])
    seen_kinds = {path[0] for path in waiting}
    seen_sections: set[int] = set()
    while waiting:
        path = waiting.popleft()
        for section in sorted(left):
            if not path[-1] >> section & 1 or section in seen_sections:
                continue
            seen_sections.add(section)
            if left[section]:
                return [*path, section]
            for (kind, of), amount in sorted(given.items()):
                if of == section and amount and kind not in seen_kinds:
                    seen_kinds.add(kind)
                    waiting.append([*path, section, kind])
    return None
