"""Sections that ask for something, items picked by hand, and when a plan can be drawn at all."""

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.errors import InvalidState
from lms.quizzes.domain.allocation import Group, allocate
from lms.quizzes.domain.fitting import Lot, Misfit, MisfitKind, find_misfits
from lms.quizzes.domain.paper import Paper, draw_paper, paper_as_json
from lms.quizzes.domain.pool import PoolItem, Stimulus, make_blocks
from lms.quizzes.domain.specification import Section
from tests.unit.quizzes.papers import multiple, pooled, section, single, true_false, unhurried

POINTS = ("发票", "退款", "物流")
LEVELS = ("easy", "medium", "hard")
TYPES = {"single_response": single, "multiple_response": multiple, "true_false": true_false}
TAGS = ("重点", "新规")
seeds = st.integers(0, 2**48 - 1)


def item(number: int, **about: object) -> PoolItem:
    kind = str(about.get("type", "single_response"))
    return replace(pooled(number, TYPES[kind]()), **{"type": kind, **about})  # type: ignore[arg-type]


@st.composite
def pools(draw: st.DrawFn) -> list[PoolItem]:
    """Items about anything, some of which share a text."""
    size = draw(st.integers(0, 14))
    items = []
    for number in range(1, size + 1):
        group = draw(st.sampled_from([0, 0, 0, 1, 2]))
        stimulus = Stimulus(f"case-{group}", "案例", "在吗？") if group else None
        items.append(
            item(
                number,
                point=draw(st.sampled_from(POINTS)),
                difficulty=draw(st.sampled_from(LEVELS)),
                type=draw(st.sampled_from(sorted(TYPES))),
                tags=tuple(draw(st.lists(st.sampled_from(TAGS), unique=True, max_size=2))),
                stimulus=stimulus,
                place=number if stimulus else 0,
            )
        )
    return items


def some(values: Sequence[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), unique=True, max_size=2).map(tuple)


@st.composite
def plans(draw: st.DrawFn, most: int = 3) -> list[Section]:
    return [
        replace(
            section(draw(st.integers(1, 4)), title=str(number)),
            points=draw(some(POINTS)),
            difficulties=draw(some(LEVELS)),
            types=draw(some(sorted(TYPES))),
            tags=draw(some(TAGS)),
        )
        for number in range(draw(st.integers(1, most)))
    ]


def lots_of(items: Sequence[PoolItem]) -> dict[str, list[Lot]]:
    return {"law": [Lot(block) for block in make_blocks(items)]}


def drawn(plan: Sequence[Section], items: Sequence[PoolItem], seed: int) -> Paper | None:
    try:
        return draw_paper(plan, {"law": items}, seed)
    except InvalidState:
        return None


def parts(paper: Paper, plan: Sequence[Section]) -> list[Paper]:
    ends = list(itertools.accumulate(one.draw for one in plan))
    return [paper[end - one.draw : end] for one, end in zip(plan, ends, strict=True)]


@unhurried
@given(pools(), plans(), seeds)
def test_every_section_holds_what_it_asks_for(
    items: list[PoolItem], plan: list[Section], seed: int
) -> None:
    paper = drawn(plan, items, seed)
    assert (paper is None) == bool(find_misfits(plan, lots_of(items)))
    if paper is None:
        return
    assert paper == drawn(plan, list(reversed(items)), seed)
    assert len({placed.item_key for placed in paper}) == len(paper)
    by_key = {one.item_key: one for one in items}
    for one, part in zip(plan, parts(paper, plan), strict=True):
        assert len(part) == one.draw
        assert {placed.section for placed in part} == {one.title}
        assert all(one.admits(by_key[placed.item_key]) for placed in part)


@unhurried
@given(pools(), plans(), seeds)
def test_what_shares_a_text_comes_whole(
    items: list[PoolItem], plan: list[Section], seed: int
) -> None:
    paper = drawn(plan, items, seed) or ()
    group = {one.item_key: one.stimulus.key for one in items if one.stimulus}
    there = {group[placed.item_key] for placed in paper if placed.item_key in group}
    wanted = {key for key, name in group.items() if name in there}
    assert wanted <= {placed.item_key for placed in paper}
    for name in there:
        places = [index for index, one in enumerate(paper) if group.get(one.item_key) == name]
        assert places == list(range(places[0], places[0] + len(places)))
        stimulus = paper[places[0]].stimulus
        assert stimulus is not None
        assert stimulus.items == len(places)


def ways(
    plan: Sequence[Section], wants: Sequence[int], blocks: Sequence[Sequence[PoolItem]]
) -> bool:
    """Try everything: say whether the blocks can be shared out."""
    if not blocks:
        return not any(wants)
    block, rest = blocks[0], blocks[1:]
    return ways(plan, wants, rest) or any(
        ways(plan, [*wants[:place], wants[place] - len(block), *wants[place + 1 :]], rest)
        for place, one in enumerate(plan)
        if wants[place] >= len(block) and all(one.admits(about) for about in block)
    )


@unhurried
@given(pools().map(lambda items: items[:8]), plans(most=2))
def test_a_plan_is_refused_only_when_no_way_exists(
    items: list[PoolItem], plan: list[Section]
) -> None:
    assert (not find_misfits(plan, lots_of(items))) == ways(
        plan, [one.draw for one in plan], make_blocks(items)
    )


def test_a_wide_section_leaves_a_narrow_one_what_it_needs() -> None:
    items = [item(number, point="发票" if number <= 2 else "退款") for number in range(1, 7)]
    plan = [section(4), replace(section(2), points=("发票",))]
    for seed in range(30):
        paper = draw_paper(plan, {"law": items}, seed)
        assert {placed.point for placed in paper[4:]} == {"发票"}


def test_sections_that_cross_are_shared_out_by_calculation() -> None:
    """Each may take what only the other can use; chance alone would fail again and again."""
    items = [
        item(1, point="发票", difficulty="easy"),
        *(item(number, point="发票", difficulty="hard") for number in range(2, 10)),
        *(item(number, point="退款", difficulty="easy") for number in range(10, 18)),
    ]
    plan = [
        replace(section(9), points=("发票",)),
        replace(section(8), difficulties=("easy",)),
    ]
    for seed in range(20):
        assert drawn(plan, items, seed) is not None
    over = [plan[0], replace(plan[1], draw=9)]
    (misfit,) = find_misfits(over, lots_of(items))
    assert misfit == Misfit("law", 18, 17)


def test_every_item_that_fits_has_its_chance() -> None:
    items = [item(number, difficulty=LEVELS[number % 3]) for number in range(1, 13)]
    plan = [replace(section(2), difficulties=("hard",))]
    keys = [one.item_key for seed in range(300) for one in draw_paper(plan, {"law": items}, seed)]
    assert sorted({(key, keys.count(key) > 100) for key in keys}) == [
        (one.item_key, True) for one in items if one.difficulty == "hard"
    ]


def test_misfits_name_the_section_and_the_reason() -> None:
    items = [item(1, point="发票"), item(2, point="退款")]
    stimulus = Stimulus("case", "", "在吗？")
    items += [replace(item(n, point="物流"), stimulus=stimulus, place=n) for n in (3, 4)]
    lots = lots_of(items)
    narrow = replace(section(1), points=("发票",))
    odd = replace(section(1), points=("物流",))
    assert find_misfits([narrow], lots) == []
    assert find_misfits([section(1), replace(narrow, draw=2)], lots) == [
        Misfit("law", 2, 1, MisfitKind.FEW, 1)
    ]
    assert find_misfits([odd], lots) == [Misfit("law", 1, 2, MisfitKind.GROUPS, 0)]
    assert find_misfits([narrow, narrow], lots) == [Misfit("law", 2, 4, MisfitKind.OVERLAP)]
    assert find_misfits([section(5)], lots) == [Misfit("law", 5, 4)]
    assert find_misfits([section(1, bank="none")], lots) == [Misfit("none", 1, 0)]


def test_lots_may_be_counted_together() -> None:
    alike = {"law": [Lot((item(1),), 12)]}
    assert find_misfits([section(5), section(7)], alike) == []
    assert find_misfits([section(5), section(8)], alike) == [Misfit("law", 13, 12)]


def picked(*keys: int, **more: object) -> Section:
    items = tuple(f"item-{key:03}" for key in keys)
    return replace(section(len(keys)), items=items, **more)  # type: ignore[arg-type]


def keys_of(paper: Sequence[object]) -> list[str]:
    return [placed.item_key for placed in paper]  # type: ignore[attr-defined]


@unhurried
@given(seeds, st.permutations([1, 2, 3, 4, 5, 6]))
def test_a_fixed_paper_is_the_same_for_everybody(seed: int, order: list[int]) -> None:
    items = [item(number) for number in range(1, 9)]
    plan = [picked(*order[:4], shuffle=False), picked(*order[4:], shuffle=False)]
    paper = draw_paper(plan, {"law": items}, seed)
    assert keys_of(paper) == [f"item-{key:03}" for key in order]


@unhurried
@given(seeds)
def test_picked_items_are_all_there_and_drawn_nowhere_else(seed: int) -> None:
    items = [item(number) for number in range(1, 7)]
    paper = draw_paper([section(3), picked(5, 2, 4)], {"law": items}, seed)
    assert sorted(keys_of(paper[:3])) == ["item-001", "item-003", "item-006"]
    assert sorted(keys_of(paper[3:])) == ["item-002", "item-004", "item-005"]


def test_picked_items_come_in_the_given_order_unless_shuffled() -> None:
    items = [item(number) for number in range(1, 7)]
    orders = {tuple(keys_of(draw_paper([picked(5, 2, 4)], {"law": items}, s))) for s in range(60)}
    assert len(orders) == 6


def test_options_keep_their_order_when_asked_to() -> None:
    items = [item(1), item(2)]
    fixed = picked(1, 2, shuffle=False, shuffle_options=False)
    orders = {
        one.option_order for seed in range(30) for one in draw_paper([fixed], {"law": items}, seed)
    }
    assert orders == {("a", "b", "c", "d")}
    loose = replace(fixed, shuffle_options=True)
    assert (
        len({draw_paper([loose], {"law": items}, seed)[0].option_order for seed in range(30)}) > 5
    )


def test_an_order_that_would_be_the_key_is_shuffled_all_the_same() -> None:
    ordering = {
        "type": "ordering",
        "stem": "先后？",
        "options": [{"id": one, "text": one, "feedback": ""} for one in "abcd"],
        "explanation": "按流程走",
        "credit": "exact",
    }
    pooled_one = replace(pooled(1), body=json.dumps(ordering), type="ordering")
    fixed = picked(1, shuffle=False, shuffle_options=False)
    for seed in range(30):
        (one,) = draw_paper([fixed], {"law": [pooled_one]}, seed)
        assert one.option_order != ("a", "b", "c", "d")


def test_picked_items_of_a_shared_text_stand_together_under_it() -> None:
    stimulus = Stimulus("case", "案例", "在吗？")
    items = [item(1), *(replace(item(n), stimulus=stimulus, place=n) for n in (2, 3, 4)), item(5)]
    paper = draw_paper([picked(4, 1, 2, shuffle=False), section(1)], {"law": items}, 3)
    assert keys_of(paper) == ["item-002", "item-004", "item-001", "item-005"]
    assert paper[0].stimulus == replace(stimulus, items=2)
    assert [one.stimulus for one in paper[1:]] == [None] * 3


@pytest.mark.parametrize(
    ("plan", "misfit"),
    [
        ([picked(1, 9)], Misfit("law", 2, 1, MisfitKind.FEW, 0)),
        ([picked(1, 2), picked(2, 3)], Misfit("law", 2, 1, MisfitKind.TWICE, 0)),
    ],
)
def test_picks_that_cannot_be_had_are_refused(plan: list[Section], misfit: Misfit) -> None:
    items = [item(number) for number in range(1, 6)]
    assert find_misfits(plan, lots_of(items))[0] == misfit
    with pytest.raises(InvalidState) as refused:
        draw_paper(plan, {"law": items}, 1)
    facts: Mapping[str, object] = refused.value.facts
    assert facts == {"bank": "law", "needed": misfit.needed, "found": misfit.found}


def test_this_seed_draws_this_narrowed_paper_for_ever() -> None:
    items = [
        item(number, point=POINTS[number % 3], difficulty=LEVELS[number % 2])
        for number in range(1, 25)
    ]
    plan = [
        replace(section(3), points=("发票", "物流")),
        replace(section(2), difficulties=("easy",)),
        picked(7, 8, 9),
    ]
    paper = draw_paper(plan, {"law": items}, 20261122)
    rows = paper_as_json(paper)
    assert [(row["item_version_id"], "".join(row["option_order"])) for row in rows] == GOLDEN  # type: ignore[arg-type]


GOLDEN = [
    (15, "dabc"),
    (23, "bdac"),
    (21, "cdab"),
    (24, "dcab"),
    (14, "cdab"),
    (9, "bacd"),
    (7, "bdac"),
    (8, "bdac"),
]


@given(
    st.lists(st.integers(0, 6), min_size=1, max_size=3),
    st.lists(st.tuples(st.integers(2, 4), st.integers(1, 7)), max_size=3),
    st.dictionaries(st.integers(1, 7), st.integers(0, 4), max_size=4),
)
def test_an_allocation_gives_everybody_exactly_what_was_asked(
    wants: list[int], groups: list[tuple[int, int]], singles: dict[int, int]
) -> None:
    mask = 2 ** len(wants) - 1
    stock: dict[int, int] = {}
    for fits, count in singles.items():
        stock[fits & mask] = stock.get(fits & mask, 0) + count
    made = [Group(size, fits & mask) for size, fits in groups]
    found = allocate(wants, made, stock)
    if found is None:
        return
    got = [0] * len(wants)
    for group, taker in zip(made, found.groups, strict=True):
        if taker is not None:
            assert group.fits >> taker & 1
            got[taker] += group.size
    used: dict[int, int] = {}
    for (fits, taker), count in found.singles.items():
        assert fits >> taker & 1
        got[taker] += count
        used[fits] = used.get(fits, 0) + count
    assert got == wants
    assert all(count <= stock[fits] for fits, count in used.items())
