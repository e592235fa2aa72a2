"""Choosing the items of a paper: picked by hand, or drawn from what fits each section."""

from collections.abc import Mapping, MutableSequence, Sequence
from random import Random
from typing import TypeVar

from typing_extensions import override

from lms.errors import InvalidState
from lms.quizzes.domain.fitting import (
    Lot,
    Misfit,
    allocate_lots,
    can_fill,
    find_misfits,
    fit_bits,
    fits,
    is_touched,
)
from lms.quizzes.domain.history import History, Wishes
from lms.quizzes.domain.pool import Block, PoolItem, make_blocks
from lms.quizzes.domain.specification import Section, banks_of, items_total, picked_keys

T = TypeVar("T")

DRAWS_AT_MOST = 40
"""How often a paper is drawn anew when its blocks do not fill the plan; then they are shared out by calculation."""


class StableRandom(Random):
    """Only the sequence of ``random()`` is guaranteed for every version of Python; shuffle by that alone."""

    @override
    def shuffle(self, x: MutableSequence[T]) -> None:
        for last in range(len(x) - 1, 0, -1):
            other = int(self.random() * (last + 1))
            x[last], x[other] = x[other], x[last]


Drawn = dict[int, list[Block]]
"""Blocks by the place of their section in the plan."""


def choose_blocks(
    sections: Sequence[Section],
    pools: Mapping[str, Sequence[PoolItem]],
    source: StableRandom,
    history: History,
) -> list[list[Block]]:
    """Return the blocks of each section in presenting order, as ``paper.draw_paper`` describes it.

    Raises:
        InvalidState: ``pool_too_small``.
    """
    stock = {bank: make_blocks(pools.get(bank, ())) for bank in banks_of(sections)}
    if not _may_do(sections, stock):
        raise _refusal(sections, stock)
    picked = picked_keys(sections)
    drawn_from = banks_of(section for section in sections if not section.items)
    free = {
        bank: [block for block in stock[bank] if not is_touched(block, picked)]
        for bank in drawn_from
    }
    wishes = _wishes(sections, history)
    drawn = _draw_all(sections, free, source, wishes)
    if drawn is None:
        drawn = _share_out(sections, free, source, wishes)
    if drawn is None:
        raise _refusal(sections, stock)
    return [
        _pick(section, stock[section.bank], source) if section.items else drawn[place]
        for place, section in enumerate(sections)
    ]


def _may_do(sections: Sequence[Section], stock: Mapping[str, Sequence[Block]]) -> bool:
    """Say whether banks are large enough, and what was picked is there: what chance cannot change."""
    sizes = {bank: sum(map(len, blocks)) for bank, blocks in stock.items()}
    needed = {
        bank: items_total(section for section in sections if section.bank == bank) for bank in stock
    }
    if any(sizes[bank] < needed[bank] for bank in stock):
        return False
    by_hand = [section for section in sections if section.items]
    if not by_hand:
        return True
    keys = {
        bank: {item.item_key for block in blocks for item in block}
        for bank, blocks in stock.items()
    }
    is_there = all(keys[section.bank].issuperset(section.items) for section in by_hand)
    return is_there and len(picked_keys(by_hand)) == items_total(by_hand)


def _refusal(sections: Sequence[Section], stock: Mapping[str, Sequence[Block]]) -> InvalidState:
    lots = {bank: [Lot(block) for block in blocks] for bank, blocks in stock.items()}
    misfit: Misfit = find_misfits(sections, lots)[0]
    return InvalidState(
        "pool_too_small", bank=misfit.bank, needed=misfit.needed, found=misfit.found
    )


def _wishes(sections: Sequence[Section], history: History) -> list[Wishes | None]:
    if not history.past:
        return [None] * len(sections)
    wishes: list[Wishes | None] = []
    first = 1
    for section in sections:
        wishes.append(Wishes(history, history.replaced(first, section.draw)))
        first += section.draw
    return wishes


def _draw_all(
    sections: Sequence[Section],
    free: Mapping[str, Sequence[Block]],
    source: StableRandom,
    wishes: Sequence[Wishes | None],
) -> Drawn | None:
    """Draw section by section, those with the least choice first; None when it came out nowhere."""
    width = {
        place: sum(len(block) for block in free[section.bank] if fits(section, block))
        for place, section in enumerate(sections)
        if not section.items
    }
    order = sorted(width, key=lambda place: width[place])
    for _ in range(DRAWS_AT_MOST):
        left = {bank: list(blocks) for bank, blocks in free.items()}
        for blocks in left.values():
            source.shuffle(blocks)
        drawn: Drawn = {}
        for place in order:
            found = _draw(sections[place], left[sections[place].bank], wishes[place])
            if found is None:
                break
            drawn[place] = found
        else:
            return _mixed(drawn, source, wishes)
    return None


def _draw(section: Section, left: list[Block], wishes: Wishes | None) -> list[Block] | None:
    """Take what the section draws, preferably from the end of the list; None when it cannot be had."""
    fitting = [block for block in left if fits(section, block)]
    if wishes is not None:
        fitting = wishes.ordered(fitting)
    drawn: list[Block] = []
    wanted = section.draw
    is_free = all(len(block) == 1 for block in fitting)
    while wanted and fitting:
        at = -1 if wishes is None else wishes.best(fitting, section.draw - wanted)
        block = fitting.pop(at)
        if is_free or can_fill(wanted - len(block), map(len, fitting)):
            drawn.append(block)
            wanted -= len(block)
    if wanted:
        return None
    taken = {block[0].item_key for block in drawn}
    left[:] = [block for block in left if block[0].item_key not in taken]
    return drawn


def _mixed(drawn: Drawn, source: StableRandom, wishes: Sequence[Wishes | None]) -> Drawn:
    """Mix what was drawn by wishes, so that its order does not say what was missed."""
    for place in sorted(drawn):
        if wishes[place] is not None:
            source.shuffle(drawn[place])
    return drawn


def _share_out(
    sections: Sequence[Section],
    free: Mapping[str, Sequence[Block]],
    source: StableRandom,
    wishes: Sequence[Wishes | None],
) -> Drawn | None:
    """Share the blocks out by calculation; which of equal ones is chance."""
    drawn: Drawn = {}
    for bank, stock in free.items():
        places = [place for place, one in enumerate(sections) if one.bank == bank and not one.items]
        blocks = list(stock)
        source.shuffle(blocks)
        wish = wishes[places[0]]
        if wish is not None:
            blocks = wish.ordered(blocks)
        shared = _share_bank([sections[place] for place in places], blocks)
        if shared is None:
            return None
        for place, found in zip(places, shared, strict=True):
            source.shuffle(found)
            drawn[place] = found
    return drawn


def _share_bank(sections: Sequence[Section], blocks: Sequence[Block]) -> list[list[Block]] | None:
    """Share the blocks of one bank out, the last ones first."""
    allocation = allocate_lots(sections, [Lot(block) for block in blocks])
    if allocation is None:
        return None
    shared: list[list[Block]] = [[] for _ in sections]
    grouped = [block for block in blocks if len(block) > 1]
    for block, taker in zip(grouped, allocation.groups, strict=True):
        if taker is not None:
            shared[taker].append(block)
    owed = dict(allocation.singles)
    for block in reversed(blocks):
        bits = fit_bits(sections, block) if len(block) == 1 else 0
        takers = (index for index in range(len(sections)) if owed.get((bits, index)))
        taker = next(takers, None)
        if taker is not None:
            owed[bits, taker] -= 1
            shared[taker].append(block)
    return shared


def _pick(section: Section, stock: Sequence[Block], source: StableRandom) -> list[Block]:
    """Return what was picked by hand; what shares a text stands together, where the first of it stands."""
    wanted = frozenset(section.items)
    blocks = {item.item_key: block for block in stock for item in block if item.item_key in wanted}
    kept: dict[str, Block] = {}
    for key in section.items:
        block = tuple(item for item in blocks[key] if item.item_key in wanted)
        kept.setdefault(block[0].item_key, block)
    found = list(kept.values())
    if section.shuffle:
        source.shuffle(found)
    return found
